/** What a program emits that does all that an application does: its spans, its metrics, and their text for Prometheus. */
import { Effect, Layer, Metric, Schedule, Tracer } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { Redis } from "effect/persistence"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as ResultFiles from "../../src/files/ResultFiles.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as TaskSlots from "../../src/job/TaskSlots.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { withDirectory } from "../files/support.ts"
import * as MemorySlots from "../job/TaskSlots.memory.ts"
import * as MemoryRedis from "./memoryRedis.ts"
import { keepSpans } from "./spans.ts"
import { inVirtualTime } from "./virtualTime.ts"

const unknown = Job.JobId.make("1000000000000000001")

export const prompt = "a teapot that nobody else thinks of"

/** With retries, failures and results. */
const everything = withDirectory((directory) =>
  Effect.gen(function* () {
    const jobs = yield* GenerateJob.GenerateJob
    const fake = yield* Fake.Fake
    const looks = yield* QueryJob.QueryJob
    yield* fake.fault("dropped")
    yield* Effect.exit(looks.query(unknown))
    const job = yield* jobs.generate(JobKind.Pro, { Prompt: prompt }, { schedule: Schedule.spaced("5 seconds") })
    yield* looks.query(new Job.JobTicket({ jobId: job.id, kind: "Pro", region: "ap-singapore" }))
    yield* ResultFiles.download(job, directory)
    yield* ResultFiles.download(job, directory)
    return job
  })
)

/** One permit of a ceiling that is shared. */
const sharedPermit = RateLimit.RateLimit.use(({ acquire }) => acquire("key")).pipe(
  Effect.provide(
    RateLimit.layerShared().pipe(
      Layer.provide(Layer.effect(Redis.Redis, MemoryRedis.redisOf(MemoryRedis.make().answer)))
    )
  )
)

/** One task slot of a count that is shared. */
const sharedTaskSlot = Effect.gen(function* () {
  const pool = yield* TaskSlots.TaskSlotPool
  const place = yield* pool.enter(JobKind.Pro)
  yield* place.turn
  yield* place.leave
}).pipe(
  Effect.provide(
    TaskSlots.layerShared().pipe(
      Layer.provide(Layer.effect(Redis.Redis, MemoryRedis.redisOf(MemorySlots.make().answer)))
    )
  )
)

const emitting = Effect.gen(function* () {
  const { spans, tracer } = keepSpans()
  const job = yield* inVirtualTime(
    everything.pipe(
      Effect.provide(GenerateJob.layer.pipe(Layer.provideMerge(Fake.layer({ wait: "7 seconds", run: "20 seconds" })))),
      Effect.tap(sharedPermit),
      Effect.tap(sharedTaskSlot),
      Effect.provideService(Tracer.Tracer, tracer)
    ),
    "1 second"
  )
  return { job, spans, metrics: yield* Metric.snapshot, prometheus: yield* PrometheusMetrics.format() }
})

/** Runs the program. Its metrics are its own. */
export const emitted = Effect.suspend(() => Effect.provideService(emitting, Metric.MetricRegistry, new Map()))
