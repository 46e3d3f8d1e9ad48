import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Duration, Effect, Exit, Fiber, FileSystem, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import * as ApiError from "../../src/cloud/ApiError.ts"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as Signer from "../../src/cloud/Signer.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobApi from "../../src/job/JobApi.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Journal from "../../src/job/Journal.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { id, layerBroken, withoutJournal } from "../support/jobs.ts"
import { besidesAttempts, withLogs } from "../support/logs.ts"
import {
  type Answer,
  credential,
  dropped,
  json,
  layerStoreDown,
  refused,
  respond,
  settled,
  silence,
  slow,
  transport
} from "../support/wire.ts"

const request = { Prompt: "a teapot" }
const submit = withoutJournal(SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, request)))

const onFake = (options?: Fake.Options) => GenerateJob.layer.pipe(Layer.provideMerge(Fake.layer(options)))
const requests = Effect.map(
  Fake.Fake.use((fake) => fake.requests),
  (all) => all.length
)

const submitted = json({ Response: { JobId: id, RequestId: "e7c1aa24" } })

/** How a submission ends over these answers, what it warned of, and how many requests were sent. */
const outcome = Effect.fnUntraced(function* (
  answers: ReadonlyArray<Answer>,
  limiter: Layer.Layer<RateLimit.RateLimit> = RateLimit.layerNone
) {
  const { layer: client, sent } = yield* transport(...answers)
  const Jobs = SubmitJob.layerNoDeps.pipe(
    Layer.provide(JobApi.layer),
    Layer.provide(TencentCloud.layerNoDeps),
    Layer.provide([limiter, Signer.layer.pipe(Layer.provide(Credentials.layer(credential))), client])
  )
  const { lines, value } = yield* withLogs(settled(Effect.result(submit)).pipe(Effect.provide(Jobs)))
  return { ended: value, warnings: lines.filter(({ level }) => level === "Warn"), requests: (yield* sent).length }
})

/** An error as Node makes it. */
const nodeError = (code: string, syscall?: string) => Object.assign(new Error(code), { code, syscall })
const connectionRefused = nodeError("ECONNREFUSED", "connect")

describe("a submission", () => {
  it.effect("answers with a ticket that any process can wait with", () =>
    Effect.gen(function* () {
      const ticket = yield* SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Rapid, request))
      assert.strictEqual(ticket.kind, "Rapid")
      assert.strictEqual(ticket.region, "ap-singapore")
      assert.isDefined(ticket.submittedAt)
      const done = yield* settled(QueryJob.QueryJob.use((jobs) => jobs.wait(ticket)))
      assert.strictEqual(done.id, ticket.jobId)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("of every kind makes a job that its query finds", () =>
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

  it.effect("whose request breaks a rule fails with InvalidInput, and is not sent", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(withoutJournal(SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, {}))))
      assert.strictEqual(error.reason._tag, "InvalidInput")
      assert.strictEqual(yield* requests, 0)
    }).pipe(Effect.provide(onFake()))
  )
})

describe("a submission that may have been carried out", () => {
  it.effect.each<readonly [what: string, answer: Answer]>([
    ["a dropped connection", dropped()],
    ["a connection that was reset", dropped(new TypeError("fetch failed", { cause: nodeError("ECONNRESET", "read") }))],
    ["no answer in time", silence],
    ["a gateway's error page", respond("<html>502 Bad Gateway</html>", { status: 502 })],
    ["half an answer", respond(`{"Response":{"JobId":"13753`)],
    ["an answer without a JobId", json({ Response: { RequestId: "e7c1aa24" } })],
    ["an unknown code", refused("SomethingNew")],
    ["InternalError", refused("InternalError")],
    [
      "FailedOperation.InnerError that mentions RequestLimitExceeded",
      refused("FailedOperation.InnerError", { Message: "code: RequestLimitExceeded, message: too many requests" })
    ],
    [
      "FailedOperation.InnerError that mentions JobNumExceed",
      refused("FailedOperation.InnerError", { Message: "RequestLimitExceeded.JobNumExceed: too many jobs" })
    ]
  ])("is sent once after %s, and one warning says that the job may be paid for", ([, answer]) =>
    Effect.gen(function* () {
      const { ended, requests, warnings } = yield* outcome([answer, submitted])
      if (ended._tag === "Success") return assert.fail("the submission succeeded")
      assert.isTrue(ended.failure.mayHaveRun)
      assert.strictEqual(requests, 1)
      assert.deepStrictEqual(
        warnings.map(({ text }) => text),
        [
          "No clear answer came to a submission. The job may exist and be paid for: look at the console before you submit again."
        ]
      )
      assert.isTrue(warnings[0]?.values.includes(ended.failure))
    })
  )

  it.effect("with an id of an unknown form is in the error, since it is paid for", () =>
    Effect.gen(function* () {
      const { ended, requests } = yield* outcome([json({ Response: { JobId: "job-7", RequestId: "e7c1aa24" } })])
      if (ended._tag === "Success") return assert.fail("the submission succeeded")
      assert.strictEqual(ended.failure.code, "Client.UnknownJobId")
      assert.include(ended.failure.message, "job-7")
      assert.include(ended.failure.message, "[request e7c1aa24]")
      assert.isTrue(ended.failure.mayHaveRun)
      assert.strictEqual(requests, 1)
    })
  )
})

describe("a submission that was surely not carried out", () => {
  it.effect.each<readonly [what: string, answer: Answer]>([
    ["a refused connection", dropped(connectionRefused)],
    ["a refused connection, as fetch tells it", dropped(new TypeError("fetch failed", { cause: connectionRefused }))],
    ["a name without an address", dropped(nodeError("ENOTFOUND", "getaddrinfo"))],
    ["a connection that took too long", dropped(nodeError("UND_ERR_CONNECT_TIMEOUT"))],
    [
      "several refused connections",
      dropped(new AggregateError([connectionRefused, nodeError("ENETUNREACH", "connect")]))
    ],
    ["RequestLimitExceeded", refused("RequestLimitExceeded")]
  ])("is sent again after %s, and warns of nothing", ([, answer]) =>
    Effect.gen(function* () {
      const { ended, requests, warnings } = yield* outcome([answer, submitted])
      assert.strictEqual(ended._tag === "Success" && ended.success.jobId, id)
      assert.strictEqual(requests, 2)
      assert.deepStrictEqual(warnings, [])
      const last = yield* outcome([answer])
      assert.strictEqual(last.ended._tag === "Failure" && last.ended.failure.mayHaveRun, false)
      assert.strictEqual(last.requests, 4)
      assert.deepStrictEqual(last.warnings, [])
    })
  )

  it.effect("because the limiter's store is down warns of nothing, and fails with NoPermit in the end", () =>
    Effect.gen(function* () {
      const { ended, requests, warnings } = yield* outcome([submitted], layerStoreDown)
      assert.strictEqual(ended._tag === "Failure" && ended.failure.reason._tag, "NoPermit")
      assert.strictEqual(requests, 0)
      assert.deepStrictEqual(warnings, [])
    })
  )

  it.effect.each(["InvalidParameterValue", "UnauthorizedOperation", "FailedOperation.ResourcePackExhausted"])(
    "because of %s, which does not pass, is sent once and warns of nothing",
    (code) =>
      Effect.gen(function* () {
        const { ended, requests, warnings } = yield* outcome([refused(code), submitted])
        assert.strictEqual(ended._tag === "Failure" && ended.failure.code, code)
        assert.strictEqual(requests, 1)
        assert.deepStrictEqual(warnings, [])
      })
  )
})

describe("submissions of one kind", () => {
  /** Submits and never goes on, so that each keeps its place; counts those that were submitted. */
  const held = Effect.gen(function* () {
    let count = 0
    const Api = Layer.succeed(JobApi.JobApi, {
      submit: () => Effect.sync(() => Job.JobId.make(String(1_000_000_000 + count++))),
      query: () => Effect.die("nothing is looked at")
    })
    const jobs = yield* Effect.provide(SubmitJob.SubmitJob, SubmitJob.layerNoDeps.pipe(Layer.provide(Api)))
    return {
      submit: (kind: typeof JobKind.Pro, times: number) =>
        Effect.forEach(Array.from({ length: times }), () =>
          Effect.forkChild(jobs.submitWith(kind, request, () => Effect.never))
        ).pipe(Effect.tap(TestClock.adjust(0))),
      count: Effect.sync(() => count)
    }
  })

  it.effect("are as many at once as the service computes, and one more when one has ended", () =>
    Effect.gen(function* () {
      const { count, submit } = yield* held
      const [first] = yield* submit(JobKind.Pro, 5)
      assert.strictEqual(yield* count, 3)
      if (first !== undefined) yield* Fiber.interrupt(first)
      yield* TestClock.adjust(0)
      assert.strictEqual(yield* count, 4)
    })
  )

  it.effect("are counted by its name: a Pro with more task slots adds to the same ones", () =>
    Effect.gen(function* () {
      const { count, submit } = yield* held
      yield* submit(JobKind.Pro, 5)
      assert.strictEqual(yield* count, 3)
      yield* submit({ ...JobKind.Pro, tasksAtOnce: 10 }, 20)
      assert.strictEqual(yield* count, 10)
    })
  )

  it.effect("do not count for another kind", () =>
    Effect.gen(function* () {
      const { count, submit } = yield* held
      yield* submit(JobKind.Pro, 5)
      yield* submit({ ...JobKind.Pro, name: "Own" }, 5)
      assert.strictEqual(yield* count, 6)
    })
  )
})

describe("a submission that is interrupted", () => {
  it.effect("while it waits for its permit is not sent", () =>
    Effect.gen(function* () {
      const jobs = yield* SubmitJob.SubmitJob
      yield* jobs.submit(JobKind.Pro, request)
      const second = yield* Effect.forkChild(jobs.submit(JobKind.Pro, request))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.interrupt(second)
      yield* TestClock.adjust("2 hours")
      assert.strictEqual(yield* requests, 1)
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

  it.effect("while it waits for credentials ends at once", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(submit)
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* requests, 0)
    }).pipe(
      Effect.provide(
        SubmitJob.layer.pipe(
          Layer.provide(Layer.succeed(Credentials.Credentials, { get: Effect.never })),
          Layer.provideMerge(Fake.layer())
        )
      )
    )
  )

  it.effect("between two attempts is not sent again", () =>
    Effect.gen(function* () {
      yield* Fake.Fake.use((fake) => fake.fault({ code: "RequestLimitExceeded" }))
      const fiber = yield* Effect.forkChild(submit)
      yield* TestClock.adjust("10 millis")
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("while its request is under way waits for the answer, and hands the ticket out", () =>
    Effect.gen(function* () {
      const { layer: client } = yield* transport(slow("3 seconds", submitted))
      const Jobs = SubmitJob.layer.pipe(Layer.provide([client, Credentials.layer(credential)]))
      const { lines, value: exit } = yield* withLogs(
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(Effect.provide(submit, Jobs))
          yield* TestClock.adjust("1 second")
          const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber))
          yield* TestClock.adjust("2 seconds")
          yield* Fiber.join(interrupting)
          return yield* Fiber.await(fiber)
        })
      )
      if (Exit.isSuccess(exit)) return assert.fail("the submission was not interrupted")
      assert.isTrue(Cause.hasInterruptsOnly(exit.cause))
      const ticket = Option.getOrUndefined(SubmitJob.ticketOf(exit.cause))
      assert.strictEqual(ticket?.jobId, id)
      const message = `Interrupted. Job ${id} is submitted and goes on. Its ticket resumes the wait.`
      assert.deepStrictEqual(besidesAttempts(lines), [{ level: "Warn", text: message, values: [message, ticket] }])
    })
  )
})

describe("a submission with a journal", () => {
  const temporary = Effect.orDie(FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())).pipe(
    Effect.provide(NodeServices.layer)
  )
  const journalIn = (directory: string) => Journal.layerDirectory(directory).pipe(Layer.provide(NodeServices.layer))

  /** Submits over a `JobApi` that answers by `answer`, as a process of its own. */
  const process = (
    directory: string,
    answer: Effect.Effect<Job.JobId, ApiError.ApiError>,
    ...[options, changed]: readonly [options?: SubmitJob.Options, request?: typeof JobKind.ProRequest.Type]
  ) =>
    SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, changed ?? request, options)).pipe(
      Effect.provide(
        SubmitJob.layerNoDeps.pipe(
          Layer.provide([
            Layer.succeed(JobApi.JobApi, { submit: () => answer, query: () => Effect.die("nothing is looked at") }),
            journalIn(directory)
          ])
        )
      )
    )
  const sentTwice = Effect.die(new Error("it was sent"))
  const operation = "order-17"
  const apiError = (reason: ApiError.Reason) =>
    new ApiError.ApiError({ action: JobKind.Pro.submit.action, region: "ap-singapore", reason })
  const lost = Effect.fail(apiError(new ApiError.Timeout({ timeout: Duration.seconds(10) })))
  const full = Effect.fail(
    apiError(new ApiError.TaskSlotsFull({ code: "RequestLimitExceeded.JobNumExceed", description: "full" }))
  )
  const entriesIn = (directory: string) =>
    Journal.Journal.use((journal) => journal.list).pipe(
      Effect.map(({ entries }) => entries),
      Effect.provide(journalIn(directory))
    )

  it.effect("is on the disk before its request leaves, and has the ticket after", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const ticket = yield* process(
        directory,
        Effect.gen(function* () {
          const [entry] = yield* Effect.orDie(entriesIn(directory))
          assert.strictEqual(entry?.outcome._tag, "Sending")
          assert.deepStrictEqual([entry?.kind, entry?.region], ["Pro", "ap-singapore"])
          assert.strictEqual(entry?.endpoint, "hunyuan.intl.tencentcloudapi.com")
          return id
        })
      )
      assert.deepStrictEqual(
        (yield* entriesIn(directory)).map((entry) => entry.ticket),
        [ticket]
      )
    })
  )

  it.effect("is not sent when the journal cannot be written", () =>
    Effect.gen(function* () {
      const file = `${yield* temporary}/file`
      yield* FileSystem.FileSystem.use((fs) => fs.writeFileString(file, "")).pipe(Effect.provide(NodeServices.layer))
      const error = yield* Effect.flip(process(`${file}/journal`, sentTwice))
      assert.strictEqual(error._tag, "JournalError")
      assert.match(error.message, /^Nothing was submitted, since the journal cannot be (read|written): /)
    })
  )

  it.effect("of the same operation and the same request gives the recorded ticket, in another process too", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const ticket = yield* process(directory, Effect.succeed(id), { operation })
      assert.deepStrictEqual(yield* process(directory, sentTwice, { operation }), ticket)
    })
  )

  it.effect("of the same operation and another request fails with the fields that differ, and is not sent", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* process(directory, Effect.succeed(id), { operation })
      const error = yield* Effect.flip(
        process(directory, sentTwice, { operation, again: true }, { Prompt: "a cup", EnablePBR: true })
      )
      if (error._tag !== "OperationConflict") return assert.fail(error.message)
      assert.sameMembers([...error.fields], ["Prompt", "EnablePBR"])
    })
  )

  it.effect("without a clear answer is not sent again until it is told to, and the warning names its operation", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const { lines } = yield* withLogs(Effect.flip(process(directory, lost, { operation })))
      assert.deepStrictEqual(
        lines.filter(({ level }) => level === "Warn").map(({ text }) => text),
        [
          "No clear answer came to the submission of operation order-17. Its job may exist and be paid for: look at the console before you submit it again."
        ]
      )
      assert.strictEqual((yield* Effect.flip(process(directory, sentTwice, { operation })))._tag, "SubmissionUnknown")
      assert.strictEqual((yield* process(directory, Effect.succeed(id), { operation, again: true })).jobId, id)
    })
  )

  it.effect("that finds all task slots taken is one operation, however often it is sent", () =>
    Effect.gen(function* () {
      const jobs = yield* SubmitJob.SubmitJob
      const journal = yield* Journal.Journal
      const ticket = yield* settled(jobs.submit(JobKind.Pro, request))
      const { entries } = yield* journal.list
      assert.deepStrictEqual(
        entries.map((entry) => [entry.attempt, entry.ticket?.jobId]),
        [[3, ticket.jobId]]
      )
    }).pipe(
      Effect.provide(
        SubmitJob.layerNoDeps.pipe(
          Layer.provide(
            Layer.sync(JobApi.JobApi, () => {
              let sent = 0
              return {
                submit: () => Effect.suspend(() => (++sent < 3 ? full : Effect.succeed(id))),
                query: () => Effect.die("nothing is looked at")
              }
            })
          ),
          Layer.provideMerge(Journal.layerMemory)
        )
      )
    )
  )

  it.effect("is written into the journal around the call rather than into the one beneath the layer", () =>
    Effect.gen(function* () {
      const jobs = yield* SubmitJob.SubmitJob
      const submitting = jobs.submit(JobKind.Pro, request)
      const list = Journal.Journal.use((journal) => journal.list)
      const around = yield* Effect.andThen(submitting, list).pipe(Effect.provide(Journal.layerMemory))
      assert.strictEqual(around.entries.length, 1)
    }).pipe(Effect.provide(onFake().pipe(Layer.provide(layerBroken))))
  )

  it.effect("that is interrupted before it is sent can be repeated, and is known not to be paid for", () =>
    Effect.gen(function* () {
      const journal = yield* Journal.Journal
      const fiber = yield* Effect.forkChild(submit, { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      const [entry] = (yield* journal.list).entries
      assert.strictEqual(entry?.outcome._tag, "Refused")
    }).pipe(
      Effect.provide(
        SubmitJob.layer.pipe(
          Layer.provide(Layer.succeed(Credentials.Credentials, { get: Effect.never })),
          Layer.provide(Fake.layer()),
          Layer.provideMerge(Journal.layerMemory)
        )
      )
    )
  )

  it.effect("is needed for an operation id: without one nothing is sent", () =>
    Effect.gen(function* () {
      const jobs = yield* SubmitJob.SubmitJob
      const error = yield* Effect.flip(withoutJournal(jobs.submit(JobKind.Pro, request, { operation })))
      assert.strictEqual(error.reason._tag, "InvalidInput")
      assert.include(error.message, "An operation id needs a journal")
      assert.strictEqual(yield* requests, 0)
    }).pipe(Effect.provide(onFake()))
  )
})
