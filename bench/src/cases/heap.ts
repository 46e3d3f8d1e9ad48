/**
 * The heap that one `wait` takes between two looks, and one caller that waits for a permit of `RateLimit`.
 *
 * The peers of a wait do the same without this library: a fiber that looks by the same schedule until the same deadline,
 * and a loop of promises with a timer. The peer of a permit is Effect's own limiter.
 */
import { setTimeout } from "node:timers/promises"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as RateLimit from "../../../src/cloud/RateLimit.ts"
import * as Job from "../../../src/job/Job.ts"
import * as JobApi from "../../../src/job/JobApi.ts"
import * as Polling from "../../../src/job/Polling.ts"
import * as QueryJob from "../../../src/job/QueryJob.ts"
import { compare, type Form, heapOf, timed } from "../measure.ts"
import { jobId } from "../support.ts"

/** Every job runs, and is looked at without a request. */
const jobs = QueryJob.layerNoDeps.pipe(
  Layer.provide(
    Layer.succeed(JobApi.JobApi, {
      submit: () => Effect.die("nothing is submitted here"),
      query: ({ jobId }) => Effect.succeed(new Job.Running({ id: jobId }))
    })
  )
)

/** Starts a fiber for each, and interrupts them when it has measured: kilobytes of heap and microseconds of CPU for one. */
const fibers = <E, R>(count: number, one: (nth: number) => Effect.Effect<unknown, E, R>) =>
  Effect.gen(function* () {
    const all: Array<Fiber.Fiber<unknown, E>> = []
    let cpu = 0
    let begun = 0
    const begin = (nth: number) =>
      Effect.suspend(() => {
        begun++
        return one(nth)
      })
    const start = Effect.gen(function* () {
      for (let nth = 0; nth < count; nth++) all.push(yield* Effect.forkChild(begin(nth)))
      while (begun < count) yield* Effect.sleep(5)
      // A fiber that has begun runs until it waits, unless it has to let others run before.
      yield* Effect.sleep(50)
    })
    const heap = yield* heapOf(
      count,
      Effect.map(timed(start), (took) => {
        cpu = (took.cpu / count) * 1000
      })
    )
    yield* Fiber.interruptAll(all)
    return { heap, cpu }
  })

const wait = (nth: number) => QueryJob.QueryJob.use((jobs) => jobs.wait(jobId(nth)))

const fiber = (nth: number) =>
  Effect.sync(() => new Job.Running({ id: jobId(nth) })).pipe(
    Effect.repeat({ until: Job.isEnded, schedule: Polling.relaxed }),
    Effect.timeout("30 minutes")
  )

const promises = (count: number) =>
  Effect.gen(function* () {
    const stop = new AbortController()
    const look = async (nth: number) => {
      for (let pause = 3000; ; pause = Math.min(pause * 1.3, 15_000)) {
        const job: Job.Job = new Job.Running({ id: jobId(nth) })
        if (Job.isEnded(job)) return
        await setTimeout(pause, undefined, { signal: stop.signal })
      }
    }
    let all: Promise<unknown> = Promise.resolve()
    const start = Effect.sync(() => {
      all = Promise.allSettled(Array.from({ length: count }, (_, nth) => look(nth)))
    })
    const heap = yield* heapOf(count, start)
    stop.abort()
    yield* Effect.promise(() => all)
    return { heap }
  })

const limit = { limit: 1, window: "1 hour" } as const

export const heap = {
  name: "heap",
  run: Effect.fnUntraced(function* (form: Form) {
    const count = { short: 1000, full: 2000 }[form]
    const waits = yield* compare(form, {
      title: "one wait",
      rounds: { short: 5, full: 9 },
      warmUps: 1,
      ours: fibers(count, wait),
      peers: { "a fiber": fibers(count, fiber), "a promise": promises(count) },
      metrics: { heap: { name: "heap", unit: "kB", goal: 20 } }
    }).pipe(Effect.provide(jobs))
    const acquire = RateLimit.RateLimit.use(({ acquire }) => acquire("host/Action"))
    const consume = RateLimiter.RateLimiter.use((limiter) => RateLimiter.sleep(limiter, { key: "key", ...limit }))
    const callers = 4 * count
    const permits = yield* compare(form, {
      title: "a caller that waits for a permit",
      rounds: { short: 8, full: 15 },
      warmUps: 2,
      ours: Effect.provide(
        fibers(callers, () => acquire),
        RateLimit.layer(limit)
      ),
      peers: {
        "Effect's limiter": Effect.provide(
          fibers(callers, () => consume),
          RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))
        )
      },
      metrics: {
        heap: { name: "heap", unit: "kB", goal: 2.2 },
        cpu: { name: "CPU", unit: "µs", goals: { "Effect's limiter": 1 } }
      }
    })
    return [...waits, ...permits]
  })
}
