import { assert, describe, it } from "@effect/vitest"
import { Cause, Clock, Effect, Exit, Fiber, Layer, Option, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobApi from "../../src/job/JobApi.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Journal from "../../src/job/Journal.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { layerBroken } from "../support/jobs.ts"
import { besidesAttempts, withLogs } from "../support/logs.ts"
import { property } from "../support/property.ts"
import { settled } from "../support/wire.ts"

const request = { Prompt: "a teapot" }
const everySecond = { schedule: Schedule.spaced("1 second") }

const onFake = (options?: Fake.Options) => GenerateJob.layer.pipe(Layer.provideMerge(Fake.layer(options)))

const actions = Effect.map(
  Fake.Fake.use((fake) => fake.requests),
  (requests) => requests.map((request) => request.action)
)

const generate = (options?: Parameters<GenerateJob.GenerateJob["Service"]["generate"]>[2]) =>
  GenerateJob.GenerateJob.use((jobs) => jobs.generate(JobKind.Pro, request, options))
const stream = Stream.unwrap(GenerateJob.GenerateJob.useSync((jobs) => jobs.stream(JobKind.Pro, request, everySecond)))

describe("GenerateJob.generate", () => {
  it.effect("submits, waits and answers with the job that is done", () =>
    Effect.gen(function* () {
      const done = yield* settled(generate(everySecond))
      assert.deepStrictEqual(
        done.files.map((file) => file.type),
        ["GLB"]
      )
    }).pipe(Effect.provide(onFake()))
  )

  property(
    "keeps to the tasks that the service computes at once, and ends all jobs",
    // One second at least: what happens before the first sleep is not waited for by an adjustment of the clock.
    [fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 4 })],
    Effect.fnUntraced(function* (seconds, tasksAtOnce) {
      const ends: Array<number> = []
      let most = 0
      const Api = Layer.succeed(JobApi.JobApi, {
        submit: Effect.fnUntraced(function* () {
          const now = yield* Clock.currentTimeMillis
          const jobs = ends.push(now + (seconds[ends.length] ?? 0) * 1000)
          most = Math.max(most, ends.filter((end) => end > now).length)
          return Job.JobId.make(String(1_000_000_000 + jobs - 1))
        }),
        query: Effect.fnUntraced(function* ({ jobId }) {
          const end = ends[Number(jobId) - 1_000_000_000] ?? 0
          return (yield* Clock.currentTimeMillis) < end ? new Job.Running({ id: jobId }) : new Job.Done({ id: jobId })
        })
      })
      const Jobs = GenerateJob.layerNoDeps.pipe(
        Layer.provide([SubmitJob.layerNoDeps, QueryJob.layerNoDeps]),
        Layer.provide(Api)
      )
      const kind = { ...JobKind.Pro, tasksAtOnce }
      const all = GenerateJob.GenerateJob.use((jobs) =>
        Effect.forEach(seconds, () => jobs.generate(kind, request, everySecond), { concurrency: "unbounded" })
      )
      const done = yield* settled(Effect.provide(all, Jobs))
      assert.strictEqual(new Set(done.map((job) => job.id)).size, seconds.length)
      assert.isAtMost(most, tasksAtOnce)
    })
  )

  it.effect("interrupted during the wait, hands the ticket out in the exit and in the log", () =>
    Effect.gen(function* () {
      const { lines, value: exit } = yield* withLogs(
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(generate())
          yield* TestClock.adjust("10 seconds")
          yield* Fiber.interrupt(fiber)
          return yield* Fiber.await(fiber)
        })
      )
      const [job] = yield* Fake.Fake.use((fake) => fake.jobs)
      const ticket = Exit.isFailure(exit) ? Option.getOrUndefined(SubmitJob.ticketOf(exit.cause)) : undefined
      assert.strictEqual(ticket?.jobId, job?.id)
      const message = `Interrupted. Job ${ticket?.jobId} is submitted and goes on. Its ticket resumes the wait.`
      assert.deepStrictEqual(besidesAttempts(lines), [{ level: "Warn", text: message, values: [message, ticket] }])
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("fails as the wait does, and then holds the ticket as well", () =>
    Effect.gen(function* () {
      const exit = yield* settled(Effect.exit(generate({ deadline: "5 seconds" })))
      if (Exit.isSuccess(exit)) return assert.fail("the deadline did not end the wait")
      assert.strictEqual(Option.getOrUndefined(Cause.findErrorOption(exit.cause))?._tag, "WaitTimeout")
      assert.isTrue(Option.isSome(SubmitJob.ticketOf(exit.cause)))
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("refused a look, fails with the ticket, which stands in the error and in the log", () =>
    Effect.gen(function* () {
      yield* Fake.Fake.use((fake) => fake.fault({ slow: 0 }, { code: "UnauthorizedOperation" }))
      const { lines, value: error } = yield* withLogs(settled(Effect.flip(generate())))
      if (error._tag !== "WaitFailed") return assert.fail(error._tag)
      const [job] = yield* Fake.Fake.use((fake) => fake.jobs)
      assert.strictEqual(error.ticket.jobId, job?.id)
      assert.strictEqual(error.error.reason._tag, "Permission")
      assert.include(error.message, `Job ${job?.id} is submitted, but its state cannot be read.`)
      assert.include(lines.map(({ text }) => text).join(), `Job ${job?.id} is submitted`)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("holds the ticket in the error of a job that failed, and in that of a deadline", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const fiber = yield* Effect.forkChild(Effect.flip(generate()))
      yield* TestClock.adjust("1 second")
      const [job] = yield* fake.jobs
      yield* fake.fail(job?.id ?? "", { code: "X", message: "no mesh" })
      const failed = yield* settled(Fiber.join(fiber))
      const late = yield* settled(Effect.flip(generate({ deadline: "5 seconds" })))
      const jobs = yield* fake.jobs
      const tickets = [failed, late].map((error) => ("ticket" in error ? error.ticket.jobId : undefined))
      assert.deepStrictEqual(
        tickets,
        jobs.map((job) => job.id)
      )
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("fails when the submission does, without a look and without a ticket", () =>
    Effect.gen(function* () {
      yield* Fake.Fake.use((fake) => fake.fault({ code: "FailedOperation.ResourcePackExhausted" }))
      const exit = yield* Effect.exit(generate())
      if (Exit.isSuccess(exit)) return assert.fail("the submission did not fail")
      const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
      assert.strictEqual(error?._tag === "ApiError" && error.code, "FailedOperation.ResourcePackExhausted")
      assert.isTrue(Option.isNone(SubmitJob.ticketOf(exit.cause)))
      assert.deepStrictEqual(yield* actions, ["SubmitHunyuanTo3DProJob"])
    }).pipe(Effect.provide(onFake()))
  )
})

describe("GenerateJob with a journal", () => {
  const journaled = Layer.provideMerge(onFake(), Journal.layerMemory)
  const operation = "order-17"

  it.effect("waits again for the job that its operation has, and submits none", () =>
    Effect.gen(function* () {
      yield* Effect.flip(settled(generate({ operation, deadline: "5 seconds" })))
      const done = yield* settled(generate({ operation }))
      assert.strictEqual((yield* actions).filter((action) => action?.startsWith("Submit")).length, 1)
      const entry = Option.getOrThrow(yield* Journal.Journal.use((journal) => journal.find(operation)))
      assert.strictEqual(entry.ticket?.jobId, done.id)
      assert.strictEqual(entry.ended?.status, "DONE")
    }).pipe(Effect.provide(journaled))
  )

  it.effect("streams the ticket that its operation has as the first element", () =>
    Effect.gen(function* () {
      const first = Effect.map(
        GenerateJob.GenerateJob.use((jobs) =>
          Stream.runHead(jobs.stream(JobKind.Pro, request, { ...everySecond, operation }))
        ),
        Option.getOrUndefined
      )
      assert.deepStrictEqual(yield* first, yield* first)
      assert.deepStrictEqual(yield* actions, ["SubmitHunyuanTo3DProJob"])
    }).pipe(Effect.provide(journaled))
  )

  it.effect("fails before anything is sent when the journal cannot be written", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(generate()))._tag, "JournalError")
      assert.deepStrictEqual(yield* actions, [])
    }).pipe(Effect.provide(onFake().pipe(Layer.provide(layerBroken))))
  )
})

describe("GenerateJob.stream", () => {
  it.effect("gives the ticket before the first look, then every change", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      yield* settled(
        Stream.runForEach(
          stream,
          GenerateJob.Progress.$match({
            Submitted: ({ ticket }) => Effect.map(actions, (all) => seen.push(`${ticket.kind} after ${all.join()}`)),
            Changed: ({ job }) => Effect.sync(() => seen.push(job.status))
          })
        )
      )
      assert.deepStrictEqual(seen, ["Pro after SubmitHunyuanTo3DProJob", "WAIT", "RUN", "DONE"])
    }).pipe(Effect.provide(onFake({ wait: "5 seconds", run: "1 minute" })))
  )

  it.effect("stops looking when its consumer stops", () =>
    Effect.gen(function* () {
      const [first] = yield* Stream.runCollect(Stream.take(stream, 1))
      assert.strictEqual(first?._tag, "Submitted")
      const before = (yield* actions).length
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* actions).length, before)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("ends with a failed job as its last change", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const fiber = yield* Effect.forkChild(Stream.runLast(stream))
      yield* TestClock.adjust("1 second")
      const [job] = yield* fake.jobs
      yield* fake.fail(job?.id ?? "", { code: "X", message: "no mesh" })
      yield* TestClock.adjust("1 second")
      const last = Option.getOrUndefined(yield* Fiber.join(fiber))
      assert.strictEqual(last?._tag === "Changed" && last.job._tag, "Failed")
    }).pipe(Effect.provide(onFake()))
  )
})
