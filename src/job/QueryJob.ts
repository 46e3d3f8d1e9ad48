/**
 * The state of a job: one look, a wait for its end, or a stream of its changes.
 *
 * `query` looks once. `wait` and `watch` join a loop, which looks again and again as
 * the schedule says until the job has ended: `wait` takes its end, and `watch` every
 * change. What a look is, `JobApi` knows: `layer` needs a transport and credentials,
 * `layerNoDeps` any `JobApi`, and `layerTest` answers from a script. Whichever look sees
 * the end of a job records it in the `Journal`, and tells the task slots of a fleet of it,
 * where there are any.
 *
 * **Gotchas**
 *
 * - Waits for the same job with the same schedule share one loop. The first waiter
 *   starts it, and the end of the job is recorded in that waiter's journal. It stops at
 *   once when the last waiter has left. Deadlines are each waiter's own.
 * - Reaching a deadline, or interrupting a wait, does not cancel the job. The service
 *   cannot cancel one.
 * - Of waits that begin together, 200 begin in a turn of the event loop, and the others
 *   in the turns that follow.
 * - A look that failed for a reason that may pass does not end a wait, and does not
 *   step its schedule. It is retried after pauses of its own until the deadline.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as ApiError from "../cloud/ApiError.ts"
import type * as Credentials from "../cloud/Credentials.ts"
import * as Endpoint from "../cloud/Endpoint.ts"
import * as SignedLink from "../cloud/SignedLink.ts"
import * as TencentCloud from "../cloud/TencentCloud.ts"
import { optional, setting } from "../internal/setting.ts"
import { withSpan } from "../internal/span.ts"
import { Journal } from "./internal/journal/service.ts"
import { type Loop, makeLoops, type Progress, type Waiter } from "./internal/loops.ts"
import { measuredLook } from "./internal/metrics.ts"
import { TaskSlotPool } from "./internal/slots/service.ts"
import { makeSpread } from "./internal/spread.ts"
import * as Job from "./Job.ts"
import * as JobApi from "./JobApi.ts"
import * as JobKind from "./JobKind.ts"
import * as Kinds from "./Kinds.ts"
import * as Polling from "./Polling.ts"

/**
 * The job ended with `FAIL`. `job.errorCode` is an open string.
 *
 * @category errors
 * @since 0.1.0
 */
export class JobFailed extends Schema.TaggedError<JobFailed>("effect-hunyuan3d/JobFailed")("JobFailed", {
  job: Job.Failed,
  ticket: Job.JobTicket
}) {
  override get message(): string {
    const { id, errorCode, errorMessage } = this.job
    // The service quotes links of the request.
    const said = SignedLink.withoutQueries(errorMessage) || "the service gave no message"
    return `Job ${id} failed: ${said} (${errorCode || "no code"}). Submit it again, or change its input.`
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
 * often the loop that this wait shared has looked, failed looks included, and `elapsed` how long this wait took.
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
 * What names a job: its id in the endpoint's region, or a ticket,
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
  /** The kind of the job, where only its id is given or its kind is one's own. `JobKind.Pro` by default. */
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
 * Tells the state of jobs.
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
    /**
     * One look at the job. Fails with `NotFound` for an id that is unknown, expired or of another region; for a ticket
     * of the last half minute the look is repeated until that is over.
     */
    readonly query: (target: Target, options?: QueryOptions) => Effect.Effect<Job.Job, ApiError.ApiError>
    /**
     * Waits until the job is done. A look that failed for a reason that may
     * pass does not end the wait; other failures do.
     */
    readonly wait: (
      target: Target,
      options?: WaitOptions
    ) => Effect.Effect<Job.Done, JobFailed | WaitTimeout | ApiError.ApiError>
    /** Streams the job's changes, the first state included, and ends after `Done` or `Failed`. */
    readonly watch: (target: Target, options?: WaitOptions) => Stream.Stream<Job.Job, WaitTimeout | ApiError.ApiError>
  }
>()("effect-hunyuan3d/QueryJob") {}

/** Tells the journal and the task slots of the end of a job, where there are any. What became of it counts more than a note. */
const makeRecorded = Effect.gen(function* () {
  const journalSetting = yield* optional(Journal)
  const slotsSetting = yield* optional(TaskSlotPool)
  return (ticket: Job.JobTicket) =>
    Effect.fnUntraced(function* (job: Job.Job) {
      if (!Job.isEnded(job)) return
      const journal = yield* journalSetting
      if (Option.isSome(journal)) {
        yield* Effect.catch(journal.value.ended(job), (error) =>
          Effect.logWarning(`The end of job ${job.id} is not recorded. ${error.message}`, error)
        )
      }
      const slots = yield* slotsSetting
      if (Option.isSome(slots)) yield* slots.value.ended(ticket)
    })
})

const make = Effect.gen(function* () {
  const api = yield* JobApi.JobApi
  const endpointSetting = yield* setting(Endpoint.Endpoint)
  const kindsSetting = yield* setting(Kinds.Kinds)
  const pollingSetting = yield* setting(Polling.Polling)
  const recorded = yield* makeRecorded
  const loops = yield* makeLoops
  const spread = makeSpread()

  /** What a target stands for: its ticket, one look at it, and the name of its loops. */
  const resolve = Effect.fnUntraced(function* (target: Target, { kind }: QueryOptions = {}) {
    const endpoint = yield* endpointSetting
    const kinds = yield* kindsSetting
    const ticket = typeof target === "string" ? ticketOf(target, kind ?? JobKind.Pro, endpoint.region) : target
    return {
      ticket,
      name: JSON.stringify([{ ...endpoint, region: ticket.region }, ticket.kind, ticket.jobId]),
      look: believed(ticket, api.query(ticket).pipe(measuredLook(ticket), spanOfLook(ticket))).pipe(
        Effect.tap(recorded(ticket)),
        Effect.provideService(Endpoint.Endpoint, endpoint),
        Effect.provideService(Kinds.Kinds, kind === undefined ? kinds : [kind, ...kinds])
      )
    }
  })

  /** What a wait needs: the loop to join, until when, and how it fails then. */
  const start = Effect.fnUntraced(function* (target: Target, options: WaitOptions | undefined) {
    const started = yield* Clock.currentTimeMillis
    yield* spread
    const { ticket, name, look } = yield* resolve(target, options)
    const polling = yield* pollingSetting
    const plan = { name, ticket, schedule: options?.schedule ?? polling.schedule, look }
    return {
      ticket,
      join: loops.join(plan, options?.deadline ?? polling.deadline),
      timeout: (loop: Loop) => timeoutOf(ticket, started, loop)
    }
  })

  const query = (target: Target, options?: QueryOptions) =>
    resolve(target, options).pipe(
      Effect.flatMap(({ look }) => look),
      withSpan("QueryJob.query", namesOf(target, options), stateOf)
    )

  const watch = (target: Target, options?: WaitOptions) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const { join, timeout } = yield* start(target, options)
        const waiter = yield* Effect.acquireRelease(join, loops.leave)
        return changesOf(waiter, timeout(waiter.loop))
      })
    )

  const wait = (target: Target, options?: WaitOptions) =>
    start(target, options).pipe(
      Effect.flatMap(({ join, ticket, timeout }) =>
        Effect.acquireUseRelease(
          join,
          ({ loop, over }) => Effect.flatMap(Deferred.await(over), () => endOf(loop.progress, timeout(loop))),
          loops.leave
        ).pipe(Effect.flatMap((job) => (job._tag === "Done" ? Effect.succeed(job) : new JobFailed({ job, ticket }))))
      ),
      withSpan("QueryJob.wait", namesOf(target, options), stateOf)
    )

  return { query, wait, watch }
})

// An id of the wrong form is refused when the query is encoded, with a typed error.
const ticketOf = (jobId: Job.JobId, kind: JobKind.Any, region: string) =>
  new Job.JobTicket({ jobId, kind: kind.name, region }, { disableChecks: true })

// For spans.
const namesOf = (target: Target, { kind = JobKind.Pro }: QueryOptions = {}) =>
  typeof target === "string"
    ? { jobId: target, kind: kind.name }
    : { jobId: target.jobId, kind: target.kind, region: target.region }

const stateOf = ({ status, requestId }: Job.Job) => ({ status, requestId })

const spanOfLook = (ticket: Job.JobTicket) => withSpan("QueryJob.look", namesOf(ticket), stateOf)

// How long a job that was just submitted may be unknown to the service.
const unknownFor = Duration.seconds(30)

/** A look that does not believe at once that a job which was just submitted does not exist. */
const believed = (
  { submittedAt }: Job.JobTicket,
  look: Effect.Effect<Job.Job, ApiError.ApiError>
): Effect.Effect<Job.Job, ApiError.ApiError> => {
  if (submittedAt === undefined) return look
  const again: Effect.Effect<Job.Job, ApiError.ApiError> = Effect.catchIf(
    look,
    (error) => error.reason._tag === "NotFound",
    (error) =>
      Effect.flatMap(DateTime.now, (now) =>
        // The clock of whoever submitted it may be ahead, and must not make this last for hours.
        Duration.isLessThan(Duration.abs(DateTime.distance(submittedAt, now)), unknownFor)
          ? Effect.andThen(Effect.sleep("1 second"), again)
          : Effect.fail(error)
      )
  )
  return again
}

const timeoutOf = Effect.fnUntraced(function* (ticket: Job.JobTicket, started: number, loop: Loop) {
  const { looks, last, failure } = loop.progress
  const elapsed = Duration.millis((yield* Clock.currentTimeMillis) - started)
  return yield* new WaitTimeout({ ticket, looks, last, failure, elapsed })
})

/** The state that a loop ended with, or why it ended without. */
const endOf = (
  { last, exit }: Progress,
  timeout: Effect.Effect<never, WaitTimeout>
): Effect.Effect<Job.Done | Job.Failed, WaitTimeout | ApiError.ApiError> => {
  if (last !== undefined && Job.isEnded(last)) return Effect.succeed(last)
  return exit !== undefined && Exit.isFailure(exit) ? Effect.failCause(exit.cause) : timeout
}

/** The state that a loop has seen last, then each other one until its end. */
const changesOf = (
  { loop, over }: Waiter,
  timeout: Effect.Effect<never, WaitTimeout>
): Stream.Stream<Job.Job, WaitTimeout | ApiError.ApiError> => {
  // At the deadline the loop is taken to have ended, as if its schedule had.
  const atDeadline = Effect.map(Deferred.await(over), (): Progress => ({ exit: Exit.void, ...loop.progress }))
  return Stream.unfold(
    Effect.succeed(loop.progress),
    Effect.map((now) => [now, Effect.raceFirst(Deferred.await(now.next), atDeadline)] as const)
  ).pipe(
    Stream.takeUntil((now) => now.exit !== undefined),
    Stream.mapEffect((now) => (now.exit === undefined ? Effect.succeed(now.last) : endOf(now, timeout))),
    Stream.filter(Predicate.isNotUndefined),
    Stream.changesWith(sameState)
  )
}

// Every answer has its own request id, and that alone is no change.
const sameState = (one: Job.Job, other: Job.Job): boolean =>
  Equal.equals({ ...one, requestId: "" }, { ...other, requestId: "" })

/**
 * Provides `QueryJob` over the `JobApi` in context.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNoDeps: Layer.Layer<QueryJob, never, JobApi.JobApi> = Layer.effect(QueryJob, make)

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
  Layer.provide(JobApi.layer),
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
export const layerTest = (script: JobApi.Script): Layer.Layer<QueryJob> =>
  layerNoDeps.pipe(Layer.provide(JobApi.layerTest(script)))
