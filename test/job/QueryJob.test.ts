import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Exit, Fiber, Layer, Option, Ref, Schedule, Schema, Stream, Tracer } from "effect"
import { TestClock } from "effect/testing"
import * as ApiError from "../../src/cloud/ApiError.ts"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as CredentialsError from "../../src/cloud/CredentialsError.ts"
import * as Endpoint from "../../src/cloud/Endpoint.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobApi from "../../src/job/JobApi.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Journal from "../../src/job/Journal.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { done, failed, id, lasting, layerBroken, looking, passing, running, waiting } from "../support/jobs.ts"
import { withLogs } from "../support/logs.ts"
import { printed } from "../support/printed.ts"
import { settled } from "../support/wire.ts"

const everySecond = Schedule.spaced("1 second")

const wait = (options?: QueryJob.WaitOptions) => QueryJob.QueryJob.use((jobs) => jobs.wait(id, options))

/** The error that a wait must end with. */
const timeoutOf = (error: Effect.Error<ReturnType<typeof wait>>) =>
  error._tag === "WaitTimeout" ? error : assert.fail(`unexpected ${error._tag}`)

describe("QueryJob.wait", () => {
  it.effect("ends with the job that is done", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(wait({ schedule: everySecond }))
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), done)
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [waiting, running, done] })))
  )

  it.effect("looks at once, before any pause", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* wait(), done)
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [done] })))
  )

  it.effect("fails with JobFailed when the job failed, though the look succeeded", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(wait())
      assert.strictEqual(error._tag, "JobFailed")
      assert.include(error.message, "no mesh (FailedOperation.ServerError)")
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [failed] })))
  )

  const unknown = new ApiError.ApiError({
    action: "QueryHunyuanTo3DProJob",
    region: "ap-singapore",
    reason: new ApiError.NotFound({ code: "FailedOperation.JobNotFound", description: "no", region: "ap-singapore" })
  })
  const submitted = (ago: Duration.Input) =>
    Effect.map(
      DateTime.now,
      (now) =>
        new Job.JobTicket({
          jobId: id,
          kind: "Pro",
          region: "ap-singapore",
          submittedAt: DateTime.subtractDuration(now, ago)
        })
    )

  it.effect("looks again when a job that was just submitted is not found", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* looking((look) => (look < 4 ? Effect.fail(unknown) : Effect.succeed(done)))
      assert.deepStrictEqual(yield* settled(jobs.wait(yield* submitted("1 second"))), done)
      assert.strictEqual(yield* looks, 4)
    })
  )

  it.effect("believes after half a minute that a job does not exist", () =>
    Effect.gen(function* () {
      const { jobs, times } = yield* looking(() => Effect.fail(unknown))
      assert.strictEqual(yield* settled(Effect.flip(jobs.wait(yield* submitted(0)))), unknown)
      assert.strictEqual((yield* times).at(-1), 30_000)
    })
  )

  it.effect("believes at once that a job of which nothing is known, or an older one, does not exist", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* looking(() => Effect.fail(unknown))
      for (const target of [id, yield* submitted("1 minute")]) yield* Effect.flip(jobs.wait(target))
      assert.strictEqual(yield* looks, 2)
    })
  )

  it.effect("believes so at once when the ticket comes from a machine whose clock is ahead", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* looking(() => Effect.fail(unknown))
      yield* settled(Effect.flip(jobs.query(yield* submitted("-3 hours"))))
      assert.strictEqual(yield* looks, 1)
    })
  )

  it.effect("fails at its deadline, with a ticket and what it saw", () =>
    Effect.gen(function* () {
      const error = timeoutOf(yield* settled(Effect.flip(wait({ schedule: everySecond, deadline: "3500 millis" }))))
      assert.deepStrictEqual(error.ticket, new Job.JobTicket({ jobId: id, kind: "Pro", region: "ap-singapore" }))
      assert.deepStrictEqual(error.last, running)
      assert.strictEqual(error.looks, 4)
      assert.strictEqual(Duration.toMillis(error.elapsed), 3500)
      assert.include(error.message, "It goes on")
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [running] })))
  )

  it.effect("fails with WaitTimeout when its schedule ends before the job does", () =>
    Effect.gen(function* () {
      const schedule = everySecond.pipe(Schedule.upTo({ times: 2 }))
      const error = timeoutOf(yield* settled(Effect.flip(wait({ schedule }))))
      assert.strictEqual(error.looks, 3)
      assert.strictEqual(Duration.toSeconds(error.elapsed), 2)
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [running] })))
  )

  it.effect("goes on after looks that failed for a reason that may pass", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* settled(wait({ schedule: everySecond })), done)
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [passing, passing, running, passing, passing, passing, done] })))
  )

  it.effect("ends at its deadline when every look fails, and says why the last one did", () =>
    Effect.gen(function* () {
      const error = timeoutOf(yield* settled(Effect.flip(wait({ deadline: "5 minutes" }))))
      assert.strictEqual(error.last, undefined)
      assert.isAbove(error.looks, 10)
      assert.deepStrictEqual(error.failure, passing)
      assert.include(error.message, "The last look failed: QueryHunyuanTo3DProJob: No answer came within 10s.")
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [passing] })))
  )

  it.effect("fails at once with an error that no later look repairs", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Effect.flip(wait({ schedule: everySecond })))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(fiber), lasting)
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [running, lasting] })))
  )

  it.effect("goes on through a state that it does not know", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(wait({ schedule: everySecond }))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(fiber), done)
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [new Job.Unrecognized({ id, status: "PAUSED" }), done] })))
  )

  it.effect("steps its schedule with the job that was seen", () =>
    Effect.gen(function* () {
      const byState = Schedule.identity<Job.Job>().pipe(
        Schedule.addDelay(({ input }) => Effect.succeed(input._tag === "Waiting" ? "60 seconds" : "1 second"))
      )
      const fiber = yield* Effect.forkChild(wait({ schedule: byState }))
      yield* TestClock.adjust("60 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(fiber), done)
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [waiting, running, done] })))
  )
})

describe("The spans of QueryJob", () => {
  it.effect("are those of its functions and of each look, and their exits hold no job", () =>
    Effect.gen(function* () {
      const ended: Array<readonly [name: string, exit: Exit.Exit<unknown, unknown>]> = []
      class Collected extends Tracer.NativeSpan {
        override end(time: bigint, exit: Exit.Exit<unknown, unknown>) {
          ended.push([this.name, exit])
          super.end(time, exit)
        }
      }
      const tracer = Tracer.make({ span: (options) => new Collected(options) })
      const jobs = yield* QueryJob.QueryJob
      yield* Effect.andThen(jobs.query(id), jobs.wait(id)).pipe(Effect.withTracer(tracer))
      assert.deepStrictEqual(
        ended.map(([name]) => name),
        ["QueryJob.look", "QueryJob.query", "QueryJob.look", "QueryJob.wait"]
      )
      assert.isTrue(ended.every(([, exit]) => Exit.isSuccess(exit) && !Schema.is(Job.Job)(exit.value)))
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [done] })))
  )
})

describe("a source of credentials", () => {
  /** A wait of ten minutes over the fake; the source fails at these attempts, and is counted. */
  const waited = Effect.fnUntraced(function* (failsAt: (attempt: number) => boolean, isRetryable: boolean) {
    const attempts = yield* Ref.make(0)
    const get = Effect.gen(function* () {
      const attempt = yield* Ref.updateAndGet(attempts, (count) => count + 1)
      if (!failsAt(attempt)) return Fake.credential
      return yield* new CredentialsError.CredentialsError({
        reason: new CredentialsError.SourceFailed({ description: "the source is away", isRetryable })
      })
    })
    const Jobs = QueryJob.layer.pipe(
      Layer.provide(Layer.succeed(Credentials.Credentials, { get })),
      Layer.provideMerge(Fake.layer({ jobs: [{ id, run: "10 minutes" }] }))
    )
    return yield* Effect.gen(function* () {
      const ended = yield* settled(Effect.result(wait()))
      const requests = yield* Fake.Fake.use((fake) => fake.requests)
      return { ended, attempts: yield* Ref.get(attempts), requests: requests.length }
    }).pipe(Effect.provide(Jobs))
  })

  it.effect("that fails for a moment does not end a wait", () =>
    Effect.gen(function* () {
      const { attempts, ended, requests } = yield* waited((attempt) => attempt > 5 && attempt <= 30, true)
      assert.strictEqual(ended._tag, "Success")
      assert.strictEqual(requests, attempts - 25)
    })
  )

  it.effect("that fails for good ends a wait at once, and sends nothing more", () =>
    Effect.gen(function* () {
      const { attempts, ended, requests } = yield* waited((attempt) => attempt > 5, false)
      if (ended._tag !== "Failure" || ended.failure._tag !== "ApiError") return assert.fail("the wait did not fail")
      assert.strictEqual(ended.failure.reason._tag, "NoCredentials")
      assert.include(ended.failure.message, "the source is away")
      assert.deepStrictEqual([attempts, requests], [6, 5])
    })
  )
})

describe("QueryJob.watch", () => {
  it.effect("streams changes only, and ends after the last state", () =>
    Effect.gen(function* () {
      const answers = [Job.Waiting, Job.Waiting, Job.Running, Job.Running, Job.Running, Job.Done]
      const { jobs, looks } = yield* looking((look) => {
        const State = answers[look - 1] ?? Job.Done
        return Effect.succeed(new State({ id, requestId: `request ${look}` }))
      })
      const fiber = yield* jobs.watch(id, { schedule: everySecond }).pipe(
        Stream.map((job) => job.status),
        Stream.runCollect,
        Effect.forkChild
      )
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(fiber), ["WAIT", "RUN", "DONE"])
      assert.strictEqual(yield* looks, 6)
    })
  )

  it.effect("streams a failed job as a state, not as an error", () =>
    Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      assert.deepStrictEqual(yield* Stream.runCollect(jobs.watch(id)), [failed])
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [failed] })))
  )

  it.effect("fails at its deadline, after the states that it saw", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const watched = QueryJob.QueryJob.use((jobs) =>
        jobs
          .watch(id, { schedule: everySecond, deadline: "5 seconds" })
          .pipe(Stream.runForEach((job) => Effect.sync(() => void seen.push(job.status))))
      )
      assert.strictEqual((yield* settled(Effect.flip(watched)))._tag, "WaitTimeout")
      assert.deepStrictEqual(seen, ["WAIT", "RUN"])
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [waiting, running] })))
  )

  it.effect("stops looking when its consumer has enough", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* looking(() => Effect.succeed(running))
      yield* jobs.watch(id, { schedule: everySecond }).pipe(Stream.take(1), Stream.runDrain)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* looks, 1)
    })
  )
})

describe("QueryJob.query", () => {
  it.effect("looks once", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* looking(() => Effect.succeed(running))
      assert.strictEqual((yield* jobs.query(id))._tag, "Running")
      assert.strictEqual(yield* looks, 1)
    })
  )

  /** A `JobApi` that answers with the ticket and the endpoint that it is given. */
  const Mirror = Layer.succeed(JobApi.JobApi, {
    submit: () => Effect.die("nothing is submitted"),
    query: Effect.fnUntraced(function* ({ jobId, kind, region }) {
      const endpoint = yield* Endpoint.Endpoint
      return new Job.Running({ id: jobId, extra: { kind, region, host: endpoint.host ?? "its own" } })
    })
  })
  const Jobs = QueryJob.layerNoDeps.pipe(Layer.provide(Mirror))
  const query = (target: QueryJob.Target) =>
    Effect.map(
      QueryJob.QueryJob.use((jobs) => jobs.query(target)),
      (job) => job.extra
    )

  it.effect("takes an id for a Pro job in the endpoint's region, and a ticket's kind and region from the ticket", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* query(id), { kind: "Pro", region: "ap-singapore", host: "its own" })
      const ticket = new Job.JobTicket({ jobId: id, kind: "UV", region: "na-siliconvalley" })
      assert.deepStrictEqual(yield* query(ticket), { kind: "UV", region: "na-siliconvalley", host: "its own" })
    }).pipe(Effect.provide(Jobs))
  )

  it.effect("looks where the endpoint says that is provided around the call or beneath the layer", () =>
    Effect.gen(function* () {
      const elsewhere = Endpoint.layer({ host: "localhost:1", region: "eu-frankfurt" })
      for (const provided of [
        query(id).pipe(Effect.provide(Jobs), Effect.provide(elsewhere)),
        query(id).pipe(Effect.provide(Jobs.pipe(Layer.provide(elsewhere))))
      ]) {
        assert.deepStrictEqual(yield* provided, { kind: "Pro", region: "eu-frankfurt", host: "localhost:1" })
      }
    })
  )

  it.effect("refuses an id of another form with InvalidInput, and sends nothing", () =>
    Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      const error = yield* Effect.flip(jobs.query(Job.JobId.make("my-job", { disableChecks: true })))
      assert.strictEqual(error.reason._tag, "InvalidInput")
      assert.include(error.message, "a string of digits")
      assert.deepStrictEqual(yield* Fake.Fake.use((fake) => fake.requests), [])
    }).pipe(Effect.provide(QueryJob.layer.pipe(Layer.provideMerge(Fake.layer()))))
  )
})

describe("the journal", () => {
  const submission = {
    operation: "order-17",
    kind: JobKind.Pro,
    request: { Prompt: "a teapot" },
    region: "ap-singapore",
    endpoint: "hunyuan.intl.tencentcloudapi.com"
  }
  const ticket = new Job.JobTicket({ jobId: id, kind: "Pro", region: "ap-singapore" })
  const looks: ReadonlyArray<
    readonly [name: string, look: (jobs: QueryJob.QueryJob["Service"]) => Effect.Effect<unknown, { _tag: string }>]
  > = [
    ["wait", (jobs) => jobs.wait(ticket)],
    ["watch", (jobs) => Stream.runDrain(jobs.watch(ticket))],
    ["query", (jobs) => jobs.query(ticket)]
  ]

  it.effect.each(looks)("records the end of a job that %s sees, done or failed", ([, look]) =>
    Effect.gen(function* () {
      for (const end of [done, failed]) {
        const ended = yield* Effect.gen(function* () {
          const journal = yield* Journal.Journal
          yield* journal.submit(submission, Effect.succeed(ticket))
          yield* QueryJob.QueryJob.use((jobs) => Effect.exit(look(jobs)))
          return Option.getOrThrow(yield* journal.find(id)).ended
        }).pipe(
          Effect.provide(QueryJob.layerTest({ [id]: [end] }).pipe(Layer.provideMerge(Layer.fresh(Journal.layerMemory))))
        )
        assert.strictEqual(ended?.status, end.status)
      }
    })
  )

  it.effect.each(looks)("that cannot be written leaves %s as it is, with one warning", ([, look]) =>
    Effect.gen(function* () {
      const { lines } = yield* withLogs(QueryJob.QueryJob.use((jobs) => look(jobs)))
      assert.deepStrictEqual(
        lines.map(({ level, text }) => [level, text]),
        [["Warn", `The end of job ${id} is not recorded. The journal cannot be written: EIO.`]]
      )
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [done] }).pipe(Layer.provide(layerBroken))))
  )

  it.effect("hears of a job that goes on nothing", () =>
    Effect.gen(function* () {
      const { lines } = yield* withLogs(QueryJob.QueryJob.use((jobs) => jobs.query(ticket)))
      assert.deepStrictEqual(lines, [])
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [running] }).pipe(Layer.provide(layerBroken))))
  )
})

describe("the errors of a wait", () => {
  const link = "https://host/a.glb?q-sign-time=1;2&q-signature=53c4e7"
  const files = [new Job.File3D({ type: "GLB", extra: { TextureUrl: link } })]
  const ticket = new Job.JobTicket({ jobId: id, kind: "Pro", region: "ap-singapore" })
  const errors = {
    JobFailed: new QueryJob.JobFailed({
      job: new Job.Failed({ id, errorMessage: `cannot read ${link}`, files }),
      ticket
    }),
    WaitTimeout: new QueryJob.WaitTimeout({
      ticket,
      last: new Job.Running({ id, files, extra: { link } }),
      looks: 1,
      failure: passing,
      elapsed: Duration.minutes(30)
    })
  }

  it.each(Object.entries(errors))("print no query of a link: %s", (_, error) => {
    assert.notInclude(printed(error), "q-signature")
    assert.notInclude(error.message, "q-signature")
  })

  it.effect("survive the way through JSON text, with whole links", () =>
    Effect.gen(function* () {
      for (const [codec, error] of [
        [Schema.fromJsonString(Schema.toCodecJson(QueryJob.JobFailed)), errors.JobFailed],
        [Schema.fromJsonString(Schema.toCodecJson(QueryJob.WaitTimeout)), errors.WaitTimeout]
      ] as const) {
        const text = yield* Schema.encodeUnknownEffect(codec)(error)
        assert.include(text, "q-signature=53c4e7")
        const again = yield* Schema.decodeUnknownEffect(codec)(text)
        assert.strictEqual(again._tag, error._tag)
        assert.strictEqual(again.message, error.message)
      }
    })
  )
})
