/**
 * The state of a job: one look, a wait for its end, or a stream of its changes.
 *
 * `query` asks once. `watch` looks again and again, as `Polling` or its own
 * schedule says, and streams what changed; `wait` is a `watch` whose last state
 * decides. The service knows nothing of HTTP: `layer` needs a transport and
 * credentials, `layerNoDeps` any `TencentCloud`, and `layerTest` answers from a
 * script of decoded jobs.
 *
 * What surprises: waits for the same job with the same schedule share one loop of
 * looks. The first waiter starts it, everybody gets its latest state, and it stops
 * at once when the last waiter has left. Deadlines are each waiter's own, and
 * reaching one does not cancel the job, which the service cannot do.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import * as Hash from "effect/Hash"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as RcMap from "effect/RcMap"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as ApiError from "../cloud/ApiError.ts"
import type * as Credentials from "../cloud/Credentials.ts"
import * as TencentCloud from "../cloud/TencentCloud.ts"
import { setting } from "../internal/setting.ts"
import * as Job from "./Job.ts"
import * as JobKind from "./JobKind.ts"
import * as Polling from "./Polling.ts"

/**
 * The job ended with `FAIL`. `job.errorCode` is an open string.
 *
 * @category errors
 * @since 0.1.0
 */
export class JobFailed extends Schema.TaggedError<JobFailed>("effect-hunyuan3d/JobFailed")("JobFailed", {
  job: Job.Failed
}) {
  override get message(): string {
    const { id, errorCode, errorMessage } = this.job
    return `Job ${id} failed: ${errorMessage || "the service gave no message"} (${errorCode || "no code"}). Submit it again, or change its input.`
  }
}

/**
 * The job had not ended when the wait did: its deadline passed, or its schedule
 * came to an end. The job itself goes on.
 *
 * **Details**
 *
 * `ticket` resumes the wait, here or in another process. `last` is the last state
 * that was seen and `failure` why the last look failed, if it did. `looks` is how
 * often the job was asked for by the loop that this wait shared, failed looks
 * included, and `elapsed` how long this wait took.
 *
 * @category errors
 * @since 0.1.0
 */
export class WaitTimeout extends Schema.TaggedError<WaitTimeout>("effect-hunyuan3d/WaitTimeout")("WaitTimeout", {
  ticket: Job.JobTicket,
  last: Schema.optional(Job.Job),
  looks: Schema.Int,
  failure: Schema.optional(ApiError.ApiError),
  elapsed: Schema.DurationFromMillis
}) {
  override get message(): string {
    return (
      `Job ${this.ticket.jobId} had not ended after ${Duration.format(this.elapsed)} ` +
      `(looks: ${this.looks}, last seen: ${this.last?.status ?? "nothing"}). It goes on: wait again with its ticket.` +
      (this.failure === undefined ? "" : ` The last look failed: ${this.failure.message}`)
    )
  }
}

/**
 * What can be asked for: the id of a job in the endpoint's region, or a ticket,
 * which knows its own region and kind.
 *
 * @category models
 * @since 0.1.0
 */
export type Target = Job.JobId | Job.JobTicket

/**
 * Options of one look.
 *
 * @category models
 * @since 0.1.0
 */
export interface QueryOptions {
  /** The kind of the job, where only its id is given. `JobKind.Pro` by default. */
  readonly kind?: JobKind.Any | undefined
}

/**
 * Options of one wait. What is left out is taken from `Polling`.
 *
 * @category models
 * @since 0.1.0
 */
export interface WaitOptions extends QueryOptions, Partial<Polling.PollingOptions> {}

/**
 * Asks for the state of jobs.
 *
 * **Example** (Waiting for a job)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect } from "effect"
 * import * as Job from "effect-hunyuan3d/Job"
 * import * as QueryJob from "effect-hunyuan3d/QueryJob"
 *
 * const id = Job.JobId.make("1375367755519696896")
 * const program = Effect.gen(function* () {
 *   const jobs = yield* QueryJob.QueryJob
 *   const done = yield* jobs.wait(id)
 *   return done.files.map((file) => file.type)
 * })
 *
 * const Test = QueryJob.layerTest({
 *   [id]: [new Job.Done({ id, files: [new Job.File3D({ type: "GLB" })] })]
 * })
 * assert.deepEqual(await Effect.runPromise(Effect.provide(program, Test)), ["GLB"])
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class QueryJob extends Context.Service<
  QueryJob,
  {
    /** One look at the job. Fails with `NotFound` for an id that is unknown, expired or of another region. */
    readonly query: (target: Target, options?: QueryOptions) => Effect.Effect<Job.Job, ApiError.ApiError>
    /**
     * Waits until the job is done. Transient failures of a look do not end the
     * wait; other ones do.
     */
    readonly wait: (
      target: Target,
      options?: WaitOptions
    ) => Effect.Effect<Job.Done, JobFailed | WaitTimeout | ApiError.ApiError>
    /** Streams the job's changes, the first state included, and ends after `Done` or `Failed`. */
    readonly watch: (target: Target, options?: WaitOptions) => Stream.Stream<Job.Job, WaitTimeout | ApiError.ApiError>
  }
>()("effect-hunyuan3d/QueryJob") {}

type Look = (ticket: Job.JobTicket, kind: JobKind.Any) => Effect.Effect<Job.Job, ApiError.ApiError>

/** What a loop of looks has come to. `exit` is set when it has ended. */
interface Progress {
  readonly looks: number
  readonly last?: Job.Job
  readonly failure?: ApiError.ApiError | undefined
  readonly exit?: Exit.Exit<unknown, ApiError.ApiError>
}

/** One loop of looks: equal when it asks for the same job, by the same schedule. */
class Loop implements Equal.Equal {
  readonly name: string
  readonly schedule: Polling.PollingOptions["schedule"]
  readonly look: Effect.Effect<Job.Job, ApiError.ApiError>
  constructor(name: string, schedule: Loop["schedule"], look: Loop["look"]) {
    this.name = name
    this.schedule = schedule
    this.look = look
  }
  [Equal.symbol](that: unknown): boolean {
    return that instanceof Loop && this.name === that.name && this.schedule === that.schedule
  }
  [Hash.symbol](): number {
    return Hash.string(this.name)
  }
}

// Between looks that failed for a transient reason, on top of the retries of the call itself.
const afterFailure = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("15 seconds")]).pipe(
  Schedule.jittered
)

const make = Effect.fnUntraced(function* (look: Look) {
  const endpointSetting = yield* setting(TencentCloud.Endpoint)
  const pollingSetting = yield* setting(Polling.Polling)

  const loops: RcMap.RcMap<Loop, SubscriptionRef.SubscriptionRef<Progress>> = yield* RcMap.make({
    lookup: Effect.fnUntraced(function* (loop: Loop) {
      const progress = yield* SubscriptionRef.make<Progress>({ looks: 0 })
      const update = (change: (progress: Progress) => Progress) => SubscriptionRef.update(progress, change)
      yield* update((now) => ({ ...now, looks: now.looks + 1 })).pipe(
        Effect.andThen(loop.look),
        Effect.tapError((failure) => update((now) => ({ ...now, failure }))),
        Effect.retry({ while: (error) => error.isRetryable, schedule: afterFailure }),
        Effect.tap((last) => update((now) => ({ ...now, last, failure: undefined }))),
        Effect.repeat({ until: Job.isEnded, schedule: loop.schedule }),
        Effect.onExit((exit) =>
          Effect.andThen(
            // New waiters start anew. A loop that is interrupted has left the map already, perhaps to a successor.
            Exit.hasInterrupts(exit) ? Effect.void : RcMap.invalidate(loops, loop),
            update((now) => ({ ...now, exit }))
          )
        ),
        Effect.ignore,
        Effect.forkScoped
      )
      return progress
    })
  })

  /** What a target stands for: its ticket, one look at it, and the name of its loops. */
  const resolve = Effect.fnUntraced(function* (target: Target, options: QueryOptions | undefined) {
    const endpoint = yield* endpointSetting
    const given = typeof target !== "string"
    const kind = given ? Option.getOrUndefined(JobKind.fromName(target.kind)) : (options?.kind ?? JobKind.Pro)
    if (kind === undefined) {
      return yield* new ApiError.ApiError({
        action: "QueryJob",
        region: endpoint.region,
        reason: new ApiError.Unsupported({
          code: "Client.UnknownKind",
          description: "the ticket is for a job of a kind that this version of effect-hunyuan3d does not know"
        })
      })
    }
    const ticket = given
      ? target
      : // An id of the wrong form is refused when the query is encoded, with a typed error.
        new Job.JobTicket({ jobId: target, kind: kind.name, region: endpoint.region }, { disableChecks: true })
    return {
      ticket,
      name: JSON.stringify([{ ...endpoint, region: ticket.region }, kind.name, ticket.jobId]),
      look: Effect.provideService(look(ticket, kind), TencentCloud.Endpoint, { ...endpoint, region: ticket.region })
    }
  })

  const query = Effect.fn("QueryJob.query")(function* (target: Target, options?: QueryOptions) {
    return yield* (yield* resolve(target, options)).look
  })

  const watch = (target: Target, options?: WaitOptions) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const { ticket, name, look } = yield* resolve(target, options)
        const polling = yield* pollingSetting
        const started = yield* Clock.currentTimeMillis
        const progress = yield* RcMap.get(loops, new Loop(name, options?.schedule ?? polling.schedule, look))
        const timeout = Effect.gen(function* () {
          const { looks, last, failure } = yield* SubscriptionRef.get(progress)
          const elapsed = Duration.millis((yield* Clock.currentTimeMillis) - started)
          return yield* new WaitTimeout({ ticket, looks, last, failure, elapsed })
        })
        return SubscriptionRef.changes(progress).pipe(
          Stream.takeUntil((now) => now.exit !== undefined),
          Stream.mapEffect(
            Effect.fnUntraced(function* ({ last, exit }) {
              if (exit === undefined || (last !== undefined && Job.isEnded(last))) return last
              return yield* Exit.isFailure(exit) ? Effect.failCause(exit.cause) : timeout
            })
          ),
          Stream.filter(Predicate.isNotUndefined),
          Stream.changesWith(sameState),
          Stream.interruptWhen(Effect.delay(timeout, options?.deadline ?? polling.deadline))
        )
      })
    )

  const wait = Effect.fn("QueryJob.wait")(function* (target: Target, options?: WaitOptions) {
    const last = Option.getOrUndefined(yield* Stream.runLast(watch(target, options)))
    if (last?._tag === "Done") return last
    if (last?._tag === "Failed") return yield* new JobFailed({ job: last })
    return yield* Effect.die(new Error("a watch ended before its job did"))
  })

  return { query, wait, watch }
})

// Every answer has its own request id, and that alone is no change.
const sameState = (one: Job.Job, other: Job.Job): boolean =>
  Equal.equals({ ...one, requestId: "" }, { ...other, requestId: "" })

/**
 * Provides `QueryJob` over the `TencentCloud` in context.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNoDeps: Layer.Layer<QueryJob, never, TencentCloud.TencentCloud> = Layer.effect(
  QueryJob,
  Effect.gen(function* () {
    const cloud = yield* TencentCloud.TencentCloud
    return yield* make((ticket, kind) =>
      cloud
        .call(kind.query, { JobId: ticket.jobId })
        .pipe(Effect.map((response) => Job.fromResponse(ticket.jobId, response)))
    )
  })
)

/**
 * Provides `QueryJob` with the default signer, limiter, retries and polling; what
 * remains is the transport and who signs.
 *
 * **Example** (The same program over another transport)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer } from "effect"
 * import { FetchHttpClient } from "effect/http"
 * import * as Credentials from "effect-hunyuan3d/Credentials"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as Job from "effect-hunyuan3d/Job"
 * import * as QueryJob from "effect-hunyuan3d/QueryJob"
 *
 * const Live = QueryJob.layer.pipe(Layer.provide([FetchHttpClient.layer, Credentials.layerEnv]))
 * const Test = QueryJob.layer.pipe(Layer.provide(Fake.layer()))
 *
 * const program = QueryJob.QueryJob.use((jobs) => jobs.query(Job.JobId.make("1375367755519696896")))
 * const error = await Effect.runPromise(Effect.flip(Effect.provide(program, Test)))
 * assert.equal(error.reason._tag, "NotFound")
 * assert.ok(Layer.isLayer(Live))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<QueryJob, never, HttpClient.HttpClient | Credentials.Credentials> = layerNoDeps.pipe(
  Layer.provide(TencentCloud.layer)
)

/**
 * Provides `QueryJob` from a script: for each id the answers to its looks in
 * order, of which the last is repeated. An id that is not in the script is not
 * found.
 *
 * **When to use**
 *
 * Use it where an application's own logic is under test. The wire, signing, limits
 * and retries are not exercised; `Fake` and `Replay` do that.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerTest = (
  script: Readonly<Record<string, ReadonlyArray<Job.Job | ApiError.ApiError>>>
): Layer.Layer<QueryJob> =>
  Layer.effect(
    QueryJob,
    Effect.suspend(() => {
      const looks = new Map<string, number>()
      return make(({ jobId, region }, kind) =>
        Effect.suspend(() => {
          const look = looks.get(jobId) ?? 0
          looks.set(jobId, look + 1)
          const answers = script[jobId] ?? []
          const answer = answers[Math.min(look, answers.length - 1)]
          if (answer === undefined) {
            return Effect.fail(
              new ApiError.ApiError({
                action: kind.query.action,
                region,
                reason: new ApiError.NotFound({
                  code: "FailedOperation.JobNotFound",
                  description: "not in the script",
                  region
                })
              })
            )
          }
          return answer._tag === "ApiError" ? Effect.fail(answer) : Effect.succeed(answer)
        })
      )
    })
  )
