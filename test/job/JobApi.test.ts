import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, Redacted, Schema } from "effect"
import { HttpClient, HttpClientError } from "effect/http"
import * as TestClock from "effect/testing/TestClock"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as Signer from "../../src/cloud/Signer.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobApi from "../../src/job/JobApi.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Kinds from "../../src/job/Kinds.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { layerStoreDown } from "../support/wire.ts"

const id = Job.JobId.make("1375367755519696896")

const Sculpture = JobKind.make({
  name: "Sculpture",
  submit: "SubmitSculptureJob",
  query: "QuerySculptureJob",
  request: Schema.Struct({ Prompt: Schema.String })
})

/** Runs an effect to its end in virtual time. */
const settled = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const fiber = yield* Effect.forkChild(effect)
  yield* TestClock.adjust("1 hour")
  return yield* Fiber.join(fiber)
})

describe("a JobApi of one's own", () => {
  const rows = new Map<Job.JobId, Job.Job>()
  const Database = Layer.succeed(JobApi.JobApi, {
    submit: () => Effect.sync(() => (rows.set(id, new Job.Done({ id })), id)),
    query: (ticket) => Effect.succeed(rows.get(ticket.jobId) ?? new Job.Waiting({ id: ticket.jobId }))
  })
  const Jobs = GenerateJob.layerNoDeps.pipe(
    Layer.provideMerge(Layer.merge(SubmitJob.layerNoDeps, QueryJob.layerNoDeps)),
    Layer.provide(Database)
  )

  it.effect("serves submissions, queries and the whole job, without HTTP", () =>
    Effect.gen(function* () {
      const done = yield* GenerateJob.GenerateJob.use((jobs) => jobs.generate(JobKind.Pro, { Prompt: "a cat" }))
      assert.strictEqual(done.id, id)
      const ticket = yield* SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, { Prompt: "a cat" }))
      assert.strictEqual((yield* QueryJob.QueryJob.use((jobs) => jobs.wait(ticket))).status, "DONE")
    }).pipe(Effect.provide(Jobs))
  )
})

describe("a kind of one's own", () => {
  const submit = SubmitJob.SubmitJob.use((jobs) => jobs.submit(Sculpture, { Prompt: "a cat" }))
  const wait = (ticket: Job.JobTicket) => QueryJob.QueryJob.use((jobs) => jobs.wait(ticket))
  // One fake, and an application over it for each process.
  const Service = Fake.layer({ run: "1 minute" }).pipe(Layer.provide(Kinds.layer([Sculpture])))
  const Process = Layer.fresh(GenerateJob.layer)

  it.effect("is waited for by the ticket of its submission", () =>
    settled(Effect.flatMap(submit, wait)).pipe(Effect.provide(Process), Effect.provide(Service))
  )

  it.effect("is waited for in another process that knows it by Kinds", () =>
    Effect.gen(function* () {
      const ticket = yield* Effect.provide(submit, Process)
      const done = yield* settled(wait(ticket)).pipe(Effect.provide(Process), Effect.provide(Kinds.layer([Sculpture])))
      assert.strictEqual(done.id, ticket.jobId)
    }).pipe(Effect.provide(Service))
  )

  it.effect("that another process does not know is an InvalidInput, and nothing is sent", () =>
    Effect.gen(function* () {
      const ticket = yield* Effect.provide(submit, Process)
      const error = yield* Effect.flip(wait(ticket)).pipe(Effect.provide(Process))
      assert.isTrue(error._tag === "ApiError" && error.reason._tag === "InvalidInput" && !error.mayHaveRun)
      assert.include(error.message, "Kinds.layer")
      assert.lengthOf(yield* Fake.Fake.use((fake) => fake.requests), 1)
    }).pipe(Effect.provide(Service))
  )
})

describe("credentials whose source fails", () => {
  const failing = (isRetryable: boolean, times: number) => {
    let left = times
    return Layer.succeed(Credentials.Credentials, {
      get: Effect.suspend(() =>
        left-- > 0
          ? Effect.fail(new Credentials.CredentialsError({ message: "the source is away", isRetryable }))
          : Effect.succeed(Fake.credential)
      )
    })
  }
  const wait = QueryJob.QueryJob.use((jobs) => jobs.wait(id))
  const Service = Fake.layer({ jobs: [{ id, run: "10 minutes" }] })
  const over = (credentials: Layer.Layer<Credentials.Credentials>) =>
    QueryJob.layer.pipe(Layer.provide(credentials), Layer.provide(Service))

  it.effect("for a moment do not end a wait", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* settled(Effect.provide(wait, over(failing(true, 20))))).status, "DONE")
    })
  )

  it.effect("for good end a wait at once, before anything is sent", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.provide(wait, over(failing(false, 1))))
      assert.isTrue(error._tag === "ApiError" && error.reason._tag === "NoCredentials")
    })
  )
})

describe("a submission that fails", () => {
  const submit = SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, { Prompt: "a cat" }))
  /** The tag of the reason, the warnings in the log, and how often a request was sent. */
  const outcome = (cause: unknown, limiter: Layer.Layer<RateLimit.RateLimit> = RateLimit.layerNone) =>
    Effect.gen(function* () {
      const warnings: Array<string> = []
      let sent = 0
      const client = HttpClient.make((request) => {
        sent += 1
        return Effect.fail(
          new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
        )
      })
      const Cloud = TencentCloud.layerNoDeps.pipe(
        Layer.provide([limiter, Signer.layer, Layer.succeed(HttpClient.HttpClient, client)]),
        Layer.provide(Credentials.layer({ secretId: "AKIDTEST", secretKey: Redacted.make("secret") }))
      )
      const error = yield* settled(Effect.flip(submit)).pipe(
        Effect.provide(SubmitJob.layerNoDeps.pipe(Layer.provide(JobApi.layer), Layer.provide(Cloud))),
        Effect.provide(
          Logger.layer([
            Logger.make(({ logLevel, message }) => {
              if (logLevel === "Warn") warnings.push(String(message))
            })
          ])
        )
      )
      return { reason: error.reason._tag, mayHaveRun: error.mayHaveRun, warnings: warnings.length, sent }
    })

  it.effect("because the connection was refused is retried, and warns of no paid job", () =>
    Effect.gen(function* () {
      const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" })
      assert.deepStrictEqual(yield* outcome(refused), {
        reason: "Transport",
        mayHaveRun: false,
        warnings: 0,
        sent: 4
      })
    })
  )

  it.effect("because the limiter's store is down sends nothing, and warns of no paid job", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* outcome(undefined, layerStoreDown), {
        reason: "NoPermit",
        mayHaveRun: false,
        warnings: 0,
        sent: 0
      })
    })
  )

  it.effect("because the connection broke is sent once, and warns that the job may be paid for", () =>
    Effect.gen(function* () {
      const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" })
      assert.deepStrictEqual(yield* outcome(reset), { reason: "Transport", mayHaveRun: true, warnings: 1, sent: 1 })
    })
  )
})
