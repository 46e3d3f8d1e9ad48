/**
 * Submitting a job: a request in, a `JobTicket` out.
 *
 * A submission is paid for and has no client token that would make a second one
 * harmless. So it is checked before anything is sent, sent once, and sent again only
 * when it was surely not carried out. While all task slots of the account are taken
 * it waits, as `TaskSlots` says, and no more submissions of a kind are under way at
 * once than the service would compute: of this process, or of a fleet that shares its
 * task slots by `TaskSlots.layerShared`.
 *
 * Where there is a `Journal`, around the call or beneath the layer, each submission is
 * written into it before it is sent, and how it went after. An operation id of the
 * caller's own then makes a second submission harmless: it gives the recorded ticket.
 *
 * **Gotchas**
 *
 * - An operation id stands for one job and for one request. A program that repeats a
 *   submission after a crash must give the same id again.
 * - A submission that is interrupted while its request is under way still waits for
 *   the answer, ten seconds at most, because the job may exist by then. The ticket is
 *   logged as a warning and stands in the exit, where `ticketOf` finds it.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"
import * as ApiError from "../cloud/ApiError.ts"
import type * as Credentials from "../cloud/Credentials.ts"
import * as Endpoint from "../cloud/Endpoint.ts"
import type * as Operation from "../cloud/Operation.ts"
import * as TencentCloud from "../cloud/TencentCloud.ts"
import { logged } from "../internal/retry.ts"
import { optional, setting } from "../internal/setting.ts"
import { withSpan } from "../internal/span.ts"
import { measuredSubmission } from "./internal/metrics.ts"
import * as localSlots from "./internal/slots/local.ts"
import { type Place, TaskSlotPool } from "./internal/slots/service.ts"
import * as Job from "./Job.ts"
import * as JobApi from "./JobApi.ts"
import type * as JobKind from "./JobKind.ts"
import * as Journal from "./Journal.ts"
import * as TaskSlots from "./TaskSlots.ts"

/**
 * Options of one submission.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * The id of the operation, which the caller chooses: 1 to 64 letters, digits, dots, dashes and underscores. Once it
   * has a job, the same id and the same request give the recorded ticket, and nothing is sent. A random one by default.
   * It needs a `Journal`.
   */
  readonly operation?: string | undefined
  /** Whether to submit where it is unknown if the operation has a job, and maybe pay twice. `false` by default. */
  readonly again?: boolean | undefined
  /**
   * Hears the position in the queue for task slots, 1 for the next one: when the submission has to wait, and whenever
   * the position changes.
   */
  readonly onPosition?: ((position: number) => Effect.Effect<void>) | undefined
}

/**
 * Submits jobs.
 *
 * **Example** (A ticket to store)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer } from "effect"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 * import * as SubmitJob from "effect-hunyuan3d/SubmitJob"
 *
 * const program = SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, { Prompt: "a teapot" }))
 * const ticket = await Effect.runPromise(
 *   Effect.provide(program, SubmitJob.layer.pipe(Layer.provide(Fake.layer())))
 * )
 * assert.equal(ticket.kind, "Pro")
 * assert.equal(ticket.region, "ap-singapore")
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class SubmitJob extends Context.Service<
  SubmitJob,
  {
    /**
     * Submits one job. A request that its schema refuses fails with `InvalidInput`, and nothing is sent. With a
     * `Journal`, nothing is sent either when the entry cannot be written (`JournalError`), the operation id stands for
     * another request (`OperationConflict`), or it is unknown whether it has a job (`SubmissionUnknown`).
     */
    readonly submit: <Request extends Operation.Codec>(
      kind: JobKind.JobKind<Request>,
      request: Request["Type"],
      options?: Options
    ) => Effect.Effect<Job.JobTicket, ApiError.ApiError | Journal.NotSubmitted>
    /**
     * Submits one job and goes on with its ticket, as one step: the ticket is
     * handed out whenever `use` is interrupted. The job counts among those of its kind
     * until `use` ends; with `TaskSlots.layerShared`, for as long as it holds its task slot.
     */
    readonly submitWith: <Request extends Operation.Codec, A, E, R>(
      kind: JobKind.JobKind<Request>,
      request: Request["Type"],
      use: (ticket: Job.JobTicket) => Effect.Effect<A, E, R>,
      options?: Options
    ) => Effect.Effect<A, ApiError.ApiError | Journal.NotSubmitted | E, R>
  }
>()("effect-hunyuan3d/SubmitJob") {}

class Ticket extends Context.Service<Ticket, Job.JobTicket>()("effect-hunyuan3d/SubmitJob/Ticket") {}

/**
 * Finds the ticket of a job that was submitted before its fiber was interrupted.
 *
 * **Example** (Keeping a paid job through a shutdown)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Exit, Fiber, Layer, Option } from "effect"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as GenerateJob from "effect-hunyuan3d/GenerateJob"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 * import * as SubmitJob from "effect-hunyuan3d/SubmitJob"
 *
 * const program = Effect.gen(function* () {
 *   const jobs = yield* GenerateJob.GenerateJob
 *   const fiber = yield* Effect.forkChild(jobs.generate(JobKind.Pro, { Prompt: "a teapot" }))
 *   yield* Effect.sleep("50 millis")
 *   yield* Fiber.interrupt(fiber)
 *   const exit = yield* Fiber.await(fiber)
 *   return Exit.isFailure(exit) ? SubmitJob.ticketOf(exit.cause) : Option.none()
 * })
 * const ticket = await Effect.runPromise(
 *   Effect.provide(program, GenerateJob.layer.pipe(Layer.provide(Fake.layer())))
 * )
 * assert.ok(Option.isSome(ticket))
 * ```
 *
 * @category getters
 * @since 0.1.0
 */
export const ticketOf = (cause: Cause.Cause<unknown>): Option.Option<Job.JobTicket> =>
  Option.fromUndefinedOr(Context.getOrUndefined(Cause.annotations(cause), Ticket))

// Whatever ends the use of a ticket early hands it out: as a warning in the log, and in the exit, for `ticketOf`.
const handingOut =
  (ticket: Job.JobTicket) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.catchCause(self, (cause) =>
      Effect.andThen(
        Effect.logWarning(
          Cause.hasInterrupts(cause)
            ? `Interrupted. Job ${ticket.jobId} is submitted and goes on. Its ticket resumes the wait.`
            : `Job ${ticket.jobId} is submitted, and what came after that failed. Its ticket finds the job.`,
          ticket
        ),
        Effect.failCause(Cause.annotate(cause, Context.make(Ticket, ticket)))
      )
    )

const unclear = (operation: string | undefined) =>
  operation === undefined
    ? "No clear answer came to a submission. The job may exist and be paid for: look at the console before you submit again."
    : `No clear answer came to the submission of operation ${operation}. Its job may exist and be paid for: look at the console before you submit it again.`

/** The pool of task slots did not answer. */
const noTaskSlot = (kind: JobKind.Any, region: string) => (cause: { readonly message: string }) =>
  new ApiError.ApiError({
    action: kind.submit.action,
    region,
    reason: new ApiError.NoPermit({ description: cause.message, cause })
  })

type Submission = Effect.Effect<Job.JobTicket, ApiError.ApiError | Journal.NotSubmitted>

const spanOfSubmission = ({ name: kind }: JobKind.Any) =>
  withSpan("SubmitJob.submit", { kind }, ({ jobId, region }: Job.JobTicket) => ({ jobId, region }))

const spanOfUse = <A, E, R>(self: Effect.Effect<A, E, R>, { name: kind }: JobKind.Any) =>
  withSpan("SubmitJob.submitWith", { kind })(self)

/** Makes a submission, which each run sends with its place: through the journal, where there is one. */
const makeSubmissions = Effect.gen(function* () {
  const api = yield* JobApi.JobApi
  const endpointSetting = yield* setting(Endpoint.Endpoint)
  const journalSetting = yield* optional(Journal.Journal)

  const send = Effect.fnUntraced(function* <Request extends Operation.Codec>(
    kind: JobKind.JobKind<Request>,
    request: Request["Type"],
    region: string,
    operation: string | undefined,
    place: Place
  ) {
    // Worked out before the job is paid for: nothing may go wrong after.
    const measured = measuredSubmission(kind, request)
    const jobId = yield* Effect.tapError(measured(api.submit(kind, request)), (error) =>
      error.mayHaveRun ? Effect.logWarning(unclear(operation), error) : Effect.void
    )
    yield* place.accepted(jobId)
    return new Job.JobTicket({ jobId, kind: kind.name, region, submittedAt: yield* DateTime.now })
  })

  return Effect.fnUntraced(function* <Request extends Operation.Codec>(
    kind: JobKind.JobKind<Request>,
    request: Request["Type"],
    { again, operation: given }: Options
  ) {
    const { host: endpoint = kind.submit.product.host, region } = yield* endpointSetting
    const journal = yield* journalSetting
    if (Option.isSome(journal)) {
      const operation = given ?? (yield* Journal.makeOperationId)
      const entry = { operation, kind, request, region, endpoint, again }
      return (place: Place): Submission => journal.value.submit(entry, send(kind, request, region, operation, place))
    }
    if (given === undefined) return (place: Place): Submission => send(kind, request, region, given, place)
    return yield* new ApiError.ApiError({
      action: kind.submit.action,
      region,
      reason: new ApiError.InvalidInput({ description: "An operation id needs a journal: provide a layer of Journal" })
    })
  })
})

const make = Effect.gen(function* () {
  const submission = yield* makeSubmissions
  const endpointSetting = yield* setting(Endpoint.Endpoint)
  const taskSlotsSetting = yield* setting(TaskSlots.TaskSlots)
  const sharedPool = yield* optional(TaskSlotPool)
  const localPool = localSlots.make()

  const submitWith = Effect.fnUntraced(function* <Request extends Operation.Codec, A, E, R>(
    kind: JobKind.JobKind<Request>,
    request: Request["Type"],
    use: (ticket: Job.JobTicket) => Effect.Effect<A, E, R>,
    options: Options = {}
  ) {
    const { retry } = yield* taskSlotsSetting
    const nextTry = yield* Schedule.toStepWithSleep(logged(retry))
    const pool = Option.getOrElse(yield* sharedPool, () => localPool)
    const { region } = yield* endpointSetting
    // Made once, so that what is sent again for a task slot is one operation.
    const once = yield* submission(kind, request, options)

    const submitAt = (place: Place, restore: <B, F>(self: Effect.Effect<B, F>) => Effect.Effect<B, F>): Submission => {
      const turn = restore(Effect.mapError(place.turn, noTaskSlot(kind, region)))
      const submitted: Submission = Effect.catchTag(once(place), "ApiError", (error) =>
        error.reason._tag !== "TaskSlotsFull"
          ? Effect.fail(error)
          : Effect.logInfo("All task slots of the account are taken. The job is submitted again later.").pipe(
              Effect.andThen(place.refused),
              Effect.andThen(restore(nextTry(error))),
              Pull.catchDone(() => Effect.fail(error)),
              Effect.andThen(turn),
              Effect.andThen(Effect.suspend(() => submitted))
            )
      )
      return Effect.andThen(turn, spanOfSubmission(kind)(submitted))
    }

    return yield* Effect.acquireUseRelease(
      pool.enter(kind, options.onPosition),
      (place) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.flatMap(submitAt(place, restore), (ticket) => handingOut(ticket)(restore(use(ticket))))
        ),
      (place) => place.leave
    )
  }, spanOfUse)

  const submit = <Request extends Operation.Codec>(
    kind: JobKind.JobKind<Request>,
    request: Request["Type"],
    options?: Options
  ) => submitWith(kind, request, Effect.succeed, options)
  return { submit, submitWith }
})

/**
 * Provides `SubmitJob` over the `JobApi` in context.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNoDeps: Layer.Layer<SubmitJob, never, JobApi.JobApi> = Layer.effect(SubmitJob, make)

/**
 * Provides `SubmitJob` with the default signer, limiter and retries; what remains
 * is the transport and who signs.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<SubmitJob, never, HttpClient.HttpClient | Credentials.Credentials> = layerNoDeps.pipe(
  Layer.provide(JobApi.layer),
  Layer.provide(TencentCloud.layer)
)
