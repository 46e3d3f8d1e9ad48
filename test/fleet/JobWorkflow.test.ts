import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect, Fiber, FileSystem, Layer, Option, Schedule, Schema } from "effect"
import { TestClock } from "effect/testing"
import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
import * as ApiError from "../../src/cloud/ApiError.ts"
import * as SignedLink from "../../src/cloud/SignedLink.ts"
import * as DownloadError from "../../src/files/DownloadError.ts"
import * as JobWorkflow from "../../src/fleet/JobWorkflow.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobApi from "../../src/job/JobApi.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Journal from "../../src/job/Journal.ts"
import * as Polling from "../../src/job/Polling.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { done, failed, id, lasting, passing, running } from "../support/jobs.ts"
import { inVirtualTime } from "../support/virtualTime.ts"

const order = { operation: "order-17", kind: "Pro", request: { Prompt: "a teapot" } }
const execute = (payload: JobWorkflow.Payload) => JobWorkflow.JobWorkflow.execute(payload)

const ticket = new Job.JobTicket({ jobId: id, kind: "Pro", region: "ap-singapore" })

/** The workflow over the fake, in one process. */
const overFake = (options?: Fake.Options) =>
  JobWorkflow.layer.pipe(
    Layer.provideMerge(WorkflowEngine.layerMemory),
    Layer.provideMerge(Layer.mergeAll(Journal.layerMemory, Fake.layer(options), NodeServices.layer))
  )

/** How often the fake was asked for an action. */
const requested = (action: string) =>
  Fake.Fake.use((fake) =>
    Effect.map(fake.requests, (requests) => requests.filter((request) => request.action?.startsWith(action)).length)
  )

/** The workflow over looks that a function answers, and when they came, in seconds. */
const overLooks = (
  answer: (look: number) => Effect.Effect<Job.Job, ApiError.ApiError>,
  polling: Partial<Polling.PollingOptions> = {}
) => {
  const times: Array<number> = []
  let submits = 0
  const Api = Layer.succeed(JobApi.JobApi, {
    submit: () =>
      Effect.sync(() => {
        submits += 1
        return id
      }),
    query: Effect.fnUntraced(function* () {
      times.push((yield* Clock.currentTimeMillis) / 1000)
      return yield* answer(times.length)
    })
  })
  const layer = JobWorkflow.layerNoDeps.pipe(
    Layer.provide(Layer.merge(SubmitJob.layerNoDeps, QueryJob.layerNoDeps)),
    Layer.provide(Api),
    Layer.provide(Polling.layer(polling)),
    Layer.provideMerge(WorkflowEngine.layerMemory),
    Layer.provideMerge(Layer.mergeAll(Journal.layerMemory, Fake.layer(), NodeServices.layer))
  )
  return { layer, times, submits: () => submits }
}

const isDoneAt = (look: number) => (now: number) => Effect.succeed(now < look ? running : done)

describe("JobWorkflow", () => {
  it.effect("submits, waits and downloads", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const { job, paths, ticket } = yield* inVirtualTime(execute({ ...order, directory }))
      assert.strictEqual(job.id, ticket.jobId)
      assert.deepStrictEqual(paths, [`${directory}/${job.id}-glb.glb`])
      assert.isTrue(yield* fs.exists(`${directory}/${job.id}-glb.glb`))
      const entry = Option.getOrThrow(yield* Journal.Journal.use((journal) => journal.find("order-17")))
      assert.strictEqual(entry.ended?.status, "DONE")
      assert.deepStrictEqual(entry.files?.paths, paths)
    }).pipe(Effect.provide(overFake()))
  )

  it.effect("is one execution for the same payload, and one paid job for the same operation", () =>
    Effect.gen(function* () {
      const both = Effect.all([execute(order), execute(order)], { concurrency: 2 })
      const [one, other] = yield* inVirtualTime(both)
      assert.deepStrictEqual(other, one)
      const again = yield* inVirtualTime(execute({ ...order, attempt: 2 }))
      assert.strictEqual(again.job.id, one.job.id)
      assert.strictEqual(yield* requested("Submit"), 1)
    }).pipe(Effect.provide(overFake()))
  )

  it.effect("fails with a conflict when the operation stands for another request", () =>
    Effect.gen(function* () {
      yield* inVirtualTime(execute(order))
      const error = yield* Effect.flip(execute({ ...order, request: { Prompt: "a cup" } }))
      if (error._tag !== "OperationConflict") return assert.fail(error.message)
      assert.deepStrictEqual(error.fields, ["Prompt"])
      assert.strictEqual(yield* requested("Submit"), 1)
    }).pipe(Effect.provide(overFake()))
  )

  it.effect("sends nothing for a kind that is not known, nor for a request that breaks a rule", () =>
    Effect.gen(function* () {
      for (const [changed, sentence] of [
        [{ kind: "Sculpture" }, /Nothing was sent: No kind Sculpture is known here/],
        [{ request: {} }, /Nothing was sent: .*Prompt/],
        [{ request: { Promt: "a cat" } }, /Remove this field or correct its name/]
      ] as const) {
        const error = yield* Effect.flip(execute({ ...order, ...changed }))
        assert.match(error.message, sentence)
      }
      assert.strictEqual(yield* requested("Submit"), 0)
    }).pipe(Effect.provide(overFake()))
  )

  it.effect("fails with the job that failed", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(execute(order))
      if (error._tag !== "JobFailed") return assert.fail(error.message)
      assert.strictEqual(error.job.errorCode, "FailedOperation.ServerError")
      assert.strictEqual(error.ticket.jobId, id)
    }).pipe(Effect.provide(overLooks(() => Effect.succeed(failed)).layer))
  )

  it.effect("looks on after failures that may pass, and fails with the ticket after one that does not", () => {
    const passes = overLooks((look) => (look < 4 ? Effect.fail(passing) : Effect.succeed(done)))
    const lasts = overLooks(() => Effect.fail(lasting))
    return Effect.gen(function* () {
      const { job } = yield* inVirtualTime(execute(order)).pipe(Effect.provide(passes.layer))
      assert.strictEqual(job.id, id)
      const error = yield* Effect.flip(execute(order)).pipe(Effect.provide(lasts.layer))
      if (error._tag !== "WaitFailed") return assert.fail(error.message)
      assert.strictEqual(error.ticket.jobId, id)
    })
  })

  it.effect("sleeps long pauses by the engine's clock, and goes on with the schedule where it was", () => {
    const { layer, submits, times } = overLooks(isDoneAt(7), { schedule: Schedule.exponential("20 seconds", 2) })
    return Effect.gen(function* () {
      const { job } = yield* inVirtualTime(execute(order), "1 second")
      assert.strictEqual(job.id, id)
      const pauses = times.slice(1).map((time, nth) => Math.round(time - (times[nth] ?? 0)))
      // A durable pause ends at the next turn of the clock.
      const wanted = [20, 40, 80, 160, 320, 640]
      assert.lengthOf(pauses, wanted.length)
      for (const [nth, pause] of pauses.entries()) assert.closeTo(pause, wanted[nth] ?? 0, 2)
      assert.strictEqual(submits(), 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("keeps the deadline through long pauses, and another attempt waits again for the same job", () => {
    const { layer, submits, times } = overLooks(isDoneAt(5), {
      schedule: Schedule.spaced("4 minutes"),
      deadline: "10 minutes"
    })
    return Effect.gen(function* () {
      const error = yield* Effect.flip(inVirtualTime(execute(order), "1 second"))
      if (error._tag !== "WaitTimeout") return assert.fail(error.message)
      assert.closeTo(Duration.toMinutes(error.elapsed), 10, 0.6)
      assert.strictEqual(error.ticket.jobId, id)
      assert.deepStrictEqual(
        times.map((time) => Math.round(time / 60)),
        [0, 4, 8, 10]
      )
      const { job } = yield* inVirtualTime(execute({ ...order, attempt: 2 }), "1 second")
      assert.strictEqual(job.id, id)
      assert.strictEqual(submits(), 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("looks once more at a job whose deadline passed while nobody looked", () => {
    const { layer } = overLooks(isDoneAt(1), { deadline: 0 })
    return Effect.gen(function* () {
      assert.strictEqual((yield* inVirtualTime(execute(order))).job.id, id)
    }).pipe(Effect.provide(layer))
  })

  it.effect("says where a download failed, and another attempt does it again", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const parent = yield* fs.makeTempDirectoryScoped()
      const directory = `${parent}/models`
      yield* fs.writeFileString(directory, "in the way")
      const error = yield* Effect.flip(inVirtualTime(execute({ ...order, directory })))
      if (error._tag !== "DownloadError") return assert.fail(error.message)
      assert.strictEqual(error.reason._tag, "Disk")
      yield* fs.remove(directory)
      const { paths } = yield* inVirtualTime(execute({ ...order, directory, attempt: 2 }))
      assert.lengthOf(paths, 1)
      assert.strictEqual(yield* requested("Submit"), 1)
    }).pipe(Effect.provide(overFake()))
  )
})

describe("JobWorkflow when another runner has begun the operation", () => {
  /** Begins the operation as another runner does. */
  const begun = (send: Effect.Effect<Job.JobTicket, ApiError.ApiError>) =>
    Effect.gen(function* () {
      const journal = yield* Journal.Journal
      const submission = {
        operation: order.operation,
        kind: JobKind.Pro,
        request: order.request,
        region: "ap-singapore",
        endpoint: "hunyuan.intl.tencentcloudapi.com"
      }
      yield* Effect.forkDetach(journal.submit(submission, send), { startImmediately: true })
    })

  it.effect("goes on with its ticket when it has one", () => {
    const { layer, submits } = overLooks(isDoneAt(2))
    return Effect.gen(function* () {
      const answer = yield* Deferred.make<Job.JobTicket>()
      yield* begun(Deferred.await(answer))
      const fiber = yield* Effect.forkChild(execute(order))
      yield* TestClock.adjust("1 minute")
      assert.isUndefined(fiber.pollUnsafe())
      yield* Deferred.succeed(answer, ticket)
      assert.strictEqual((yield* inVirtualTime(Fiber.join(fiber))).ticket.jobId, id)
      assert.strictEqual(submits(), 0)
    }).pipe(Effect.provide(layer))
  })

  it.effect("submits when it was refused", () => {
    const { layer, submits } = overLooks(isDoneAt(1))
    return Effect.gen(function* () {
      yield* begun(Effect.andThen(Effect.sleep("10 seconds"), Effect.fail(lasting)))
      assert.strictEqual((yield* inVirtualTime(execute(order))).job.id, id)
      assert.strictEqual(submits(), 1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("ends without a second submission when it never says what came of it", () => {
    const { layer, submits } = overLooks(isDoneAt(1))
    return Effect.gen(function* () {
      yield* begun(Effect.never)
      const started = yield* Clock.currentTimeMillis
      const error = yield* Effect.flip(inVirtualTime(execute(order)))
      if (error._tag !== "SubmissionUnknown") return assert.fail(error.message)
      assert.strictEqual(error.entry.outcome._tag, "Unknown")
      assert.isAtLeast(((yield* Clock.currentTimeMillis) - started) / 60_000, 2)
      assert.strictEqual(submits(), 0)
      // Who has looked at the console and found no job forgets the entry.
      yield* Journal.Journal.use((journal) => journal.forget(order.operation))
      assert.strictEqual((yield* inVirtualTime(execute({ ...order, attempt: 2 }))).job.id, id)
    }).pipe(Effect.provide(layer))
  })
})

describe("the errors of JobWorkflow", () => {
  it.effect("keep what they say on their way through the engine's storage", () =>
    Effect.gen(function* () {
      const errors: ReadonlyArray<JobWorkflow.WorkflowError> = [
        passing,
        lasting,
        new Journal.JournalError({
          place: "journal/1",
          description: "The journal cannot be read.",
          cause: new Error("x")
        }),
        new QueryJob.JobFailed({ job: failed, ticket }),
        new QueryJob.WaitTimeout({ ticket, last: running, looks: 3, failure: passing, elapsed: Duration.minutes(30) }),
        new GenerateJob.WaitFailed({ ticket, error: lasting }),
        new DownloadError.DownloadError({
          jobId: id,
          file: `${id}-glb`,
          reason: new DownloadError.Disk({ path: "/models", cause: new Error("EACCES") })
        })
      ]
      const codec = Schema.toCodecJson(JobWorkflow.JobWorkflow.errorSchema)
      for (const error of errors) {
        const stored = JSON.stringify(yield* Schema.encodeEffect(codec)(error))
        const read = yield* Schema.decodeUnknownEffect(codec)(JSON.parse(stored))
        assert.strictEqual(read._tag, error._tag)
        assert.strictEqual(read.message, error.message)
      }
      const link = SignedLink.make("https://host/a.glb?q-signature=1")
      const result = new JobWorkflow.Result({
        ticket,
        job: new Job.Done({ id, files: [new Job.File3D({ url: link })] }),
        paths: []
      })
      const results = Schema.toCodecJson(JobWorkflow.JobWorkflow.successSchema)
      const stored = JSON.stringify(yield* Schema.encodeEffect(results)(result))
      const read = yield* Schema.decodeUnknownEffect(results)(JSON.parse(stored))
      assert.strictEqual(read.job.files[0]?.url?.href, link.href)
    })
  )
})
