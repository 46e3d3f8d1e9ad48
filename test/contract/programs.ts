/**
 * What holds over every transport: programs as an application has them, which check their own results. Times are short,
 * since over sockets they are real.
 */
import { assert } from "@effect/vitest"
import { Effect, Exit, Fiber, FileSystem, Option, Ref, Schedule, Schema, Stream } from "effect"
import type * as ApiError from "../../src/cloud/ApiError.ts"
import * as Policy from "../../src/cloud/Policy.ts"
import * as ResultFiles from "../../src/files/ResultFiles.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"
import * as TaskSlots from "../../src/job/TaskSlots.ts"
import type * as Fake from "../../src/testing/Fake.ts"
import { withoutJournal } from "../support/jobs.ts"
import { type Program, Sent } from "./program.ts"

const id = Job.JobId.make("1375367755519696896")
/** A job that runs until the program ends. */
const endless = { id, run: "Infinity" } as const
const queried = JobKind.Pro.query.action
const submitted = JobKind.Rapid.submit.action

const sent = Effect.flatMap(Sent, Ref.get)
const query = QueryJob.QueryJob.use((jobs) => jobs.query(id))
const wait = QueryJob.QueryJob.use((jobs) => jobs.wait(id))
const submit = withoutJournal(SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Rapid, { Prompt: "a teapot" })))
const generate = GenerateJob.GenerateJob.use((jobs) => jobs.generate(JobKind.Rapid, { Prompt: "a teapot" }))

const retrying = Policy.layer({ retry: Schedule.spaced("100 millis").pipe(Schedule.upTo({ times: 50 })) })
const patient = Policy.layer({ timeout: "1 second", retry: Schedule.spaced("100 millis") })

const ends: ReadonlyArray<Program> = [
  {
    title: "a job that is done hands over its files",
    scene: { jobs: [{ id, run: "100 millis" }] },
    run: Effect.gen(function* () {
      const done = yield* wait
      assert.strictEqual(done.id, id)
      assert.deepStrictEqual(
        done.files.map(({ type }) => type),
        ["GLB"]
      )
      const seen = yield* query
      assert.deepStrictEqual([seen._tag, seen.files.map(({ type }) => type)], ["Done", ["GLB"]])
    })
  },
  {
    title: "a watched job shows each state once",
    scene: { jobs: [{ id, run: 0 }], faults: ["WAIT", "WAIT", "RUN"].map((status) => ({ status })) },
    run: Effect.gen(function* () {
      const states = yield* QueryJob.QueryJob.use((jobs) => Stream.runCollect(jobs.watch(id)))
      assert.deepStrictEqual(
        states.map(({ status }) => status),
        ["WAIT", "RUN", "DONE"]
      )
    })
  },
  {
    title: "a job that failed ends a wait with its code and message, and is a value for a query",
    scene: { jobs: [{ id, run: 0, outcome: { code: "FailedOperation.ServerError", message: "no mesh" } }] },
    run: Effect.gen(function* () {
      const error = yield* Effect.flip(wait)
      if (error._tag !== "JobFailed") return assert.fail(error.message)
      const { errorCode, errorMessage } = error.job
      assert.deepStrictEqual([errorCode, errorMessage], ["FailedOperation.ServerError", "no mesh"])
      assert.strictEqual((yield* query)._tag, "Failed")
    })
  },
  {
    title: "an unknown state is kept as it was sent, and the wait goes on",
    scene: { jobs: [{ id, run: "100 millis" }], faults: [{ status: "PAUSED" }, { status: "PAUSED" }] },
    run: Effect.gen(function* () {
      const job = yield* query
      assert.deepStrictEqual([job._tag, job.status], ["Unrecognized", "PAUSED"])
      assert.strictEqual((yield* wait)._tag, "Done")
    })
  },
  {
    title: "an unknown id is refused once, with the region",
    scene: {},
    isLive: true,
    run: Effect.gen(function* () {
      const { reason, region, requestId } = yield* Effect.flip(query)
      assert.strictEqual(reason._tag, "NotFound")
      assert.strictEqual(region, "ap-singapore")
      assert.isString(requestId)
      assert.deepStrictEqual(yield* sent, [queried])
    })
  }
]

const submissions: ReadonlyArray<Program> = [
  {
    title: "a ticket resumes the wait after it was stored as JSON",
    scene: { run: "100 millis" },
    run: Effect.gen(function* () {
      const codec = Schema.fromJsonString(Job.JobTicket)
      const stored = yield* Schema.encodeEffect(codec)(yield* submit)
      const ticket = yield* Schema.decodeEffect(codec)(stored)
      const done = yield* QueryJob.QueryJob.use((jobs) => jobs.wait(ticket))
      assert.deepStrictEqual([done._tag, done.id], ["Done", ticket.jobId])
    })
  },
  {
    title: "generate submits once, and waits until the job is done",
    scene: { run: "100 millis" },
    isLive: true,
    run: Effect.gen(function* () {
      const done = yield* generate
      assert.isAtLeast(done.files.length, 1)
      const [first, ...others] = yield* sent
      assert.strictEqual(first, submitted)
      assert.deepStrictEqual([...new Set(others)], [JobKind.Rapid.query.action])
    })
  },
  {
    title: "the stream of generate begins with the ticket, and ends with the job that is done",
    // The first one does nothing to the submission.
    scene: { run: 0, faults: ["", "WAIT", "RUN", "RUN"].map((status) => ({ status })) },
    run: Effect.gen(function* () {
      const stream = GenerateJob.GenerateJob.use((jobs) =>
        Stream.runCollect(jobs.stream(JobKind.Rapid, { Prompt: "a teapot" }))
      )
      const seen = (yield* stream).map(
        GenerateJob.Progress.$match({
          Submitted: ({ ticket }) => ticket.kind,
          Changed: ({ job }) => job.status
        })
      )
      assert.deepStrictEqual(seen, ["Rapid", "WAIT", "RUN", "DONE"])
    })
  },
  {
    title: "a request that the kind forbids is refused before anything is sent",
    scene: {},
    isLive: true,
    run: Effect.gen(function* () {
      const jobs = yield* SubmitJob.SubmitJob
      const error = yield* Effect.flip(withoutJournal(jobs.submit(JobKind.Rapid, { Prompt: "" })))
      assert.deepStrictEqual([error.reason._tag, error.mayHaveRun], ["InvalidInput", false])
      assert.deepStrictEqual(yield* sent, [])
    })
  },
  {
    title: "a submission that finds the task slots full is sent again until there is one",
    scene: {
      run: 0,
      faults: [{ code: "RequestLimitExceeded.JobNumExceed" }, { code: "RequestLimitExceeded.JobNumExceed" }]
    },
    run: Effect.gen(function* () {
      const retry = Schedule.spaced("100 millis").pipe(Schedule.upTo({ times: 50 }))
      yield* Effect.provide(submit, TaskSlots.layer({ retry }))
      assert.deepStrictEqual(yield* sent, [submitted, submitted, submitted])
    })
  },
  {
    title: "a submission that finds the task slots full fails when it may not wait",
    scene: { jobs: [{ id, kind: JobKind.Rapid, run: "Infinity" }], tasksAtOnce: 1, slotsFull: "refuse" },
    run: Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.provide(submit, TaskSlots.layer({ retry: Schedule.recurs(0) })))
      assert.deepStrictEqual([error.reason._tag, error.mayHaveRun], ["TaskSlotsFull", false])
      assert.deepStrictEqual(yield* sent, [submitted])
    })
  }
]

const limits: ReadonlyArray<Program> = [
  {
    title: "a query that is throttled is retried until it is answered",
    scene: { jobs: [endless], requestsPerSecond: 1 },
    run: Effect.gen(function* () {
      const jobs = yield* Effect.provide(Effect.all([query, query], { concurrency: 2 }), retrying)
      assert.deepStrictEqual(
        jobs.map(({ _tag }) => _tag),
        ["Running", "Running"]
      )
      assert.isAtLeast((yield* sent).length, 3)
    })
  },
  {
    title: "a query that is throttled and may not be retried fails as throttled",
    scene: { jobs: [endless], faults: [{ code: "RequestLimitExceeded" }] },
    run: Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.provide(query, Policy.layer({ retry: Schedule.recurs(0) })))
      assert.deepStrictEqual([error.reason._tag, error.isRetryable], ["RateLimited", true])
    })
  },
  {
    title: "a deadline ends the wait, and tells the ticket and what was seen last",
    scene: { jobs: [endless] },
    run: Effect.gen(function* () {
      const error = yield* QueryJob.QueryJob.use((jobs) => Effect.flip(jobs.wait(id, { deadline: "500 millis" })))
      if (error._tag !== "WaitTimeout") return assert.fail(error.message)
      assert.deepStrictEqual([error.ticket.jobId, error.last?.status], [id, "RUN"])
    })
  },
  {
    title: "a wait that is interrupted sends nothing more",
    scene: { jobs: [endless] },
    run: Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(wait)
      yield* Effect.sleep("10 millis").pipe(Effect.andThen(sent), Effect.repeat({ until: (all) => all.length >= 2 }))
      yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
      const before = yield* sent
      yield* Effect.sleep("200 millis")
      assert.deepStrictEqual(yield* sent, before)
    })
  },
  {
    title: "a query without an answer ends at once when it is interrupted",
    scene: { faults: ["never"] },
    run: Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(query)
      yield* Effect.sleep("10 millis").pipe(Effect.andThen(sent), Effect.repeat({ until: (all) => all.length === 1 }))
      yield* Effect.timeout(Fiber.interrupt(fiber), "5 seconds")
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
    })
  },
  {
    title: "a generate that is interrupted hands out the ticket of its job",
    scene: { run: "Infinity" },
    run: Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(generate)
      yield* Effect.sleep("10 millis").pipe(Effect.andThen(sent), Effect.repeat({ until: (all) => all.length >= 2 }))
      yield* Fiber.interrupt(fiber)
      const exit = yield* Fiber.await(fiber)
      const ticket = Exit.isFailure(exit) ? SubmitJob.ticketOf(exit.cause) : Option.none()
      assert.strictEqual(Option.getOrUndefined(ticket)?.kind, "Rapid")
    })
  }
]

const fault = (name: string, faulty: Fake.Fault, reason: ApiError.Reason["_tag"]): ReadonlyArray<Program> => [
  {
    title: `a query whose answer is ${name} is sent again`,
    scene: { jobs: [endless], faults: [faulty] },
    run: Effect.gen(function* () {
      assert.strictEqual((yield* Effect.provide(query, patient))._tag, "Running")
      assert.isAtLeast((yield* sent).length, 2)
    })
  },
  {
    title: `a submission whose answer is ${name} is never sent again, and says that a job may exist`,
    scene: { faults: [faulty] },
    run: Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.provide(submit, patient))
      assert.deepStrictEqual([error.reason._tag, error.mayHaveRun], [reason, true])
      assert.deepStrictEqual(yield* sent, [submitted])
    })
  }
]

const faults: ReadonlyArray<Program> = [
  ...fault("lost with the connection", "dropped", "Transport"),
  ...fault("never sent", "never", "Timeout"),
  ...fault("cut off", "truncated", "MalformedResponse"),
  ...fault("a page of a gateway", "badGateway", "MalformedResponse"),
  ...fault("an internal error", { code: "InternalError" }, "Server"),
  {
    title: "an answer that is slow, but in time, is waited for",
    scene: { jobs: [endless], faults: [{ slow: "200 millis" }] },
    run: Effect.gen(function* () {
      assert.strictEqual((yield* query)._tag, "Running")
      assert.deepStrictEqual(yield* sent, [queried])
    })
  }
]

const download = (options?: ResultFiles.Options) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const directory = yield* fs.makeTempDirectoryScoped()
    const files = yield* ResultFiles.download(yield* wait, directory, options)
    return yield* Effect.forEach(files, (file) => Effect.map(fs.readFile(file.path), (bytes) => ({ ...file, bytes })))
  }).pipe(Effect.scoped)

/** What a GLB file says about its own length. */
const lengthOf = (glb: Uint8Array) => new DataView(glb.buffer, glb.byteOffset).getUint32(8, true)

const downloads: ReadonlyArray<Program> = [
  {
    title: "a download fetches the model and its preview whole",
    scene: { jobs: [{ id, run: 0 }] },
    run: Effect.gen(function* () {
      const [model, preview, ...others] = yield* download({ previews: true })
      if (model === undefined || preview === undefined) return assert.fail("there are no two files")
      assert.deepStrictEqual(others, [])
      assert.match(model.path, /glb$/)
      assert.strictEqual(model.bytes.length, lengthOf(model.bytes))
      assert.match(preview.path, /png$/)
      assert.strictEqual(preview.bytes.length, preview.size)
    })
  },
  {
    title: "a download that is cut off goes on from the last byte that arrived",
    scene: { jobs: [{ id, run: 0 }], faults: [{ slow: 0 }, "truncated"] },
    run: Effect.gen(function* () {
      const [model] = yield* download()
      assert.strictEqual(model?.bytes.length, lengthOf(model?.bytes ?? new Uint8Array(12)))
      assert.deepStrictEqual(yield* sent, [queried, "GET", "GET"])
    })
  }
]

export const programs: ReadonlyArray<Program> = [...ends, ...submissions, ...limits, ...faults, ...downloads]
