import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer, Logger, Option, Ref, References, Schedule, Stream } from "effect"
import * as TestClock from "effect/testing/TestClock"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as Signer from "../../src/cloud/Signer.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobApi from "../../src/job/JobApi.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"
import * as Fake from "../../src/testing/Fake.ts"

const request = { Prompt: "a teapot" }
const everySecond = { schedule: Schedule.spaced("1 second") }

const onFake = (options?: Fake.Options) => GenerateJob.layer.pipe(Layer.provideMerge(Fake.layer(options)))

const actions = Effect.map(
  Fake.Fake.use((fake) => fake.requests),
  (requests) => requests.map((request) => request.action)
)
const submissions = Effect.map(actions, (all) => all.filter((action) => action?.startsWith("Submit")).length)

/** The error with which a fiber ended, which must be an ApiError. */
const apiErrorOf = (
  error: QueryJob.JobFailed | QueryJob.WaitTimeout | { readonly _tag: "ApiError"; readonly code: string }
) => (error._tag === "ApiError" ? error.code : assert.fail(`unexpected ${error._tag}`))

describe("SubmitJob.submit", () => {
  it.effect("answers with a ticket that any process can wait with", () =>
    Effect.gen(function* () {
      const ticket = yield* SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Rapid, request))
      assert.strictEqual(ticket.kind, "Rapid")
      assert.strictEqual(ticket.region, "ap-singapore")
      assert.isDefined(ticket.submittedAt)
      const waiting = yield* Effect.forkChild(QueryJob.QueryJob.use((jobs) => jobs.wait(ticket)))
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual((yield* Fiber.join(waiting)).id, ticket.jobId)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("submits every kind, and its query finds the job", () =>
    Effect.gen(function* () {
      const jobs = yield* SubmitJob.SubmitJob
      const file = { Url: "https://host/model.fbx", Type: "fbx" } as const
      const tickets = [
        yield* jobs.submit(JobKind.Pro, request),
        yield* jobs.submit(JobKind.Rapid, request),
        yield* jobs.submit(JobKind.SmartTopology, { File3D: { Url: "https://host/model.glb", Type: "glb" } }),
        yield* jobs.submit(JobKind.UV, { File: file }),
        yield* jobs.submit(JobKind.Part, { File: file }),
        yield* jobs.submit(JobKind.TextureEdit, { File3D: file, Prompt: "rusty" }),
        yield* jobs.submit(JobKind.Convert3DFormat, { File: file, Format: "STL" }),
        yield* jobs.submit(JobKind.AutoRigging, { File3D: file })
      ]
      assert.deepStrictEqual(
        tickets.map((ticket) => ticket.kind),
        JobKind.all.map((kind) => kind.name)
      )
      for (const ticket of tickets) {
        const job = yield* QueryJob.QueryJob.use((jobs) => jobs.query(ticket))
        assert.strictEqual(job.id, ticket.jobId)
      }
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("sends nothing when the request breaks a rule", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, {})))
      assert.strictEqual(error.reason._tag, "InvalidInput")
      assert.deepStrictEqual(yield* actions, [])
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("submits once, whatever goes wrong after the request is sent", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const jobs = yield* SubmitJob.SubmitJob
      for (const fault of ["dropped", "never", "badGateway", "truncated", { code: "InternalError" }] as const) {
        yield* fake.reset
        yield* fake.fault(fault)
        const fiber = yield* Effect.forkChild(Effect.flip(jobs.submit(JobKind.Pro, request)))
        yield* TestClock.adjust("1 hour")
        assert.isTrue((yield* Fiber.join(fiber)).isRetryable)
        assert.strictEqual(yield* submissions, 1)
      }
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("tries again when the rate limit refused it", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.fault({ code: "RequestLimitExceeded" })
      const fiber = yield* Effect.forkChild(SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, request)))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).kind, "Pro")
      assert.strictEqual(yield* submissions, 2)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("waits slowly while all task slots are taken", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.fault({ code: "RequestLimitExceeded.JobNumExceed" }, { code: "RequestLimitExceeded.JobNumExceed" })
      const fiber = yield* Effect.forkChild(SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, request)))
      yield* TestClock.adjust("11 seconds")
      assert.strictEqual(yield* submissions, 1)
      yield* TestClock.adjust("49 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).kind, "Pro")
      assert.strictEqual(yield* submissions, 3)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("stops waiting for a task slot at once when it is interrupted", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.fault({ code: "RequestLimitExceeded.JobNumExceed" })
      const fiber = yield* Effect.forkChild(SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, request)))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* submissions, 1)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("submits nothing more when it is interrupted between two tries", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.fault({ code: "RequestLimitExceeded" })
      const fiber = yield* Effect.forkChild(SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, request)))
      yield* TestClock.adjust("10 millis")
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* TestClock.adjust("1 hour")
      yield* Fiber.join(interrupting)
      assert.strictEqual(yield* submissions, 1)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("gives up with TaskSlotsFull when the slots stay taken", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(
        Effect.flip(SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, request)))
      )
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* Fiber.join(fiber)).reason._tag, "TaskSlotsFull")
    }).pipe(Effect.provide(onFake({ faults: [{ fault: { code: "RequestLimitExceeded.JobNumExceed" }, rate: 1 }] })))
  )

  it.effect("interrupted while it waits for its slot, submits nothing", () =>
    Effect.gen(function* () {
      const jobs = yield* SubmitJob.SubmitJob
      yield* jobs.submit(JobKind.Pro, request)
      const second = yield* Effect.forkChild(jobs.submit(JobKind.Pro, request))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.interrupt(second)
      yield* TestClock.adjust("2 hours")
      assert.strictEqual(yield* submissions, 1)
    }).pipe(
      Effect.provide(
        SubmitJob.layerNoDeps.pipe(
          Layer.provide(JobApi.layer),
          Layer.provide(TencentCloud.layerNoDeps),
          Layer.provide([RateLimit.layer({ limit: 1, window: "1 hour" }), Signer.layer]),
          Layer.provideMerge(Fake.layer())
        )
      )
    )
  )

  it.effect("interrupted while it waits for credentials, ends at once", () =>
    Effect.gen(function* () {
      const jobs = yield* SubmitJob.SubmitJob
      const fiber = yield* Effect.forkChild(jobs.submit(JobKind.Pro, request))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* actions, [])
    }).pipe(
      Effect.provide(
        SubmitJob.layer.pipe(
          Layer.provide(Layer.succeed(Credentials.Credentials, { get: Effect.never })),
          Layer.provideMerge(Fake.layer())
        )
      )
    )
  )

  it.effect("interrupted while the request is under way, waits for the answer and hands the ticket out", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.fault({ slow: "3 seconds" })
      const fiber = yield* Effect.forkChild(SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, request)))
      yield* TestClock.adjust("1 second")
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(interrupting)
      const exit = yield* Fiber.await(fiber)
      const [job] = yield* fake.jobs
      if (Exit.isSuccess(exit)) return assert.fail("the submission was not interrupted")
      assert.isTrue(Cause.hasInterruptsOnly(exit.cause))
      const ticket = SubmitJob.ticketOf(exit.cause)
      assert.strictEqual(Option.getOrUndefined(ticket)?.jobId, job?.id)
    }).pipe(Effect.provide(onFake()))
  )
})

describe("GenerateJob.generate", () => {
  it.effect("submits, waits and answers with the job that is done", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(
        GenerateJob.GenerateJob.use((jobs) => jobs.generate(JobKind.Pro, request, everySecond))
      )
      yield* TestClock.adjust("10 minutes")
      const done = yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        done.files.map((file) => file.type),
        ["GLB"]
      )
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("keeps to the tasks that the service computes at once", () =>
    Effect.gen(function* () {
      const jobs = yield* GenerateJob.GenerateJob
      const fake = yield* Fake.Fake
      const fibers = yield* Effect.forEach(Array.from({ length: 10 }), () =>
        Effect.forkChild(jobs.generate(JobKind.Pro, request, everySecond))
      )
      let most = 0
      for (let second = 0; second < 240; second++) {
        yield* TestClock.adjust("1 second")
        const open = (yield* fake.jobs).filter(({ status }) => status === "WAIT" || status === "RUN")
        most = Math.max(most, open.length)
      }
      assert.strictEqual(most, 3)
      assert.strictEqual((yield* Fiber.joinAll(fibers)).length, 10)
    }).pipe(Effect.provide(onFake({ wait: 0, run: "30 seconds" })))
  )

  it.effect("interrupted during the wait, hands the ticket out in the exit and in the log", () =>
    Effect.gen(function* () {
      const logged = yield* Ref.make<ReadonlyArray<unknown>>([])
      const logger = Logger.make(({ message, logLevel }) => {
        Effect.runSync(Ref.update(logged, (all) => [...all, [logLevel, message]]))
      })
      const fiber = yield* GenerateJob.GenerateJob.use((jobs) => jobs.generate(JobKind.Pro, request)).pipe(
        Effect.provide(Logger.layer([logger])),
        Effect.forkChild
      )
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.interrupt(fiber)
      const exit = yield* Fiber.await(fiber)
      const [job] = yield* Fake.Fake.use((fake) => fake.jobs)
      const ticket = Exit.isFailure(exit) ? Option.getOrUndefined(SubmitJob.ticketOf(exit.cause)) : undefined
      assert.strictEqual(ticket?.jobId, job?.id)
      assert.deepStrictEqual(yield* Ref.get(logged), [
        ["Warn", [`Interrupted. Job ${ticket?.jobId} is submitted and goes on. Its ticket resumes the wait.`, ticket]]
      ])
    }).pipe(Effect.provide(onFake()), Effect.provideService(References.MinimumLogLevel, "Info"))
  )

  it.effect("fails as the wait does, and then holds the ticket as well", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(
        GenerateJob.GenerateJob.use((jobs) => jobs.generate(JobKind.Pro, request, { deadline: "5 seconds" }))
      )
      yield* TestClock.adjust("5 seconds")
      const exit = yield* Fiber.await(fiber)
      if (Exit.isSuccess(exit)) return assert.fail("the deadline did not end the wait")
      assert.strictEqual(Option.getOrUndefined(Cause.findErrorOption(exit.cause))?._tag, "WaitTimeout")
      assert.isTrue(Option.isSome(SubmitJob.ticketOf(exit.cause)))
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("fails when the submission does, without a look", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.fault({ code: "FailedOperation.ResourcePackExhausted" })
      const error = yield* Effect.flip(GenerateJob.GenerateJob.use((jobs) => jobs.generate(JobKind.Pro, request)))
      assert.strictEqual(apiErrorOf(error), "FailedOperation.ResourcePackExhausted")
      assert.deepStrictEqual(yield* actions, ["SubmitHunyuanTo3DProJob"])
    }).pipe(Effect.provide(onFake()))
  )
})

describe("GenerateJob.stream", () => {
  it.effect("gives the ticket before the first look, then every change", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const fiber = yield* GenerateJob.GenerateJob.use((jobs) =>
        jobs.stream(JobKind.Pro, request, everySecond).pipe(
          Stream.runForEach(
            GenerateJob.Progress.$match({
              Submitted: ({ ticket }) => Effect.map(actions, (all) => seen.push(`${ticket.kind} after ${all.join()}`)),
              Changed: ({ job }) => Effect.sync(() => seen.push(job.status))
            })
          )
        )
      ).pipe(Effect.forkChild)
      yield* TestClock.adjust("5 minutes")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(seen, ["Pro after SubmitHunyuanTo3DProJob", "WAIT", "RUN", "DONE"])
    }).pipe(Effect.provide(onFake({ wait: "5 seconds", run: "1 minute" })))
  )

  it.effect("stops looking when its consumer stops", () =>
    Effect.gen(function* () {
      const [first] = yield* GenerateJob.GenerateJob.use((jobs) =>
        jobs.stream(JobKind.Pro, request, everySecond).pipe(Stream.take(1), Stream.runCollect)
      )
      assert.strictEqual(first?._tag, "Submitted")
      const before = (yield* actions).length
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* actions).length, before)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("ends with a failed job as its last change", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const fiber = yield* GenerateJob.GenerateJob.use((jobs) =>
        Stream.runLast(jobs.stream(JobKind.Pro, request, everySecond))
      ).pipe(Effect.forkChild)
      yield* TestClock.adjust("1 second")
      const [job] = yield* fake.jobs
      yield* fake.fail(job?.id ?? "", { code: "X", message: "no mesh" })
      yield* TestClock.adjust("1 second")
      const last = Option.getOrUndefined(yield* Fiber.join(fiber))
      assert.isTrue(last?._tag === "Changed" && Job.isEnded(last.job) && last.job._tag === "Failed")
    }).pipe(Effect.provide(onFake()))
  )
})
