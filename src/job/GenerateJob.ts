/**
 * The whole job in one call: submit a request, wait for its end, have its files.
 *
 * `generate` answers with the job that is done. `stream` shows the same happening:
 * the ticket first, before the job is looked at, then every change of the job. An
 * application that stores the ticket can go on with it after a crash.
 *
 * **Gotchas**
 *
 * - Interrupting either does not cancel the job. The service cannot cancel one.
 * - The ticket is logged then, and `SubmitJob.ticketOf` finds it in the exit of
 *   `generate`. For `stream` it is the first element. `QueryJob.wait` goes on from it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as ApiError from "../cloud/ApiError.ts"
import type * as Credentials from "../cloud/Credentials.ts"
import type * as Operation from "../cloud/Operation.ts"
import * as TencentCloud from "../cloud/TencentCloud.ts"
import * as Job from "./Job.ts"
import * as JobApi from "./JobApi.ts"
import type * as JobKind from "./JobKind.ts"
import type * as Journal from "./Journal.ts"
import type * as Polling from "./Polling.ts"
import * as QueryJob from "./QueryJob.ts"
import * as SubmitJob from "./SubmitJob.ts"

/**
 * What happens while a job is generated: it was submitted, once, and then it
 * changed, until it is `Done` or `Failed`.
 *
 * @category models
 * @since 0.1.0
 */
export type Progress = Data.TaggedEnum<{
  Submitted: { readonly ticket: Job.JobTicket }
  Changed: { readonly job: Job.Job }
}>

/**
 * Constructors and matchers of {@link Progress}.
 *
 * @category models
 * @since 0.1.0
 */
export const Progress = Data.taggedEnum<Progress>()

/**
 * The job is submitted, and paid for if it succeeds, but its state cannot be read:
 * a query was refused. `error` says why. The ticket resumes the wait once that is
 * repaired.
 *
 * @category errors
 * @since 0.1.0
 */
export class WaitFailed extends Schema.TaggedError<WaitFailed>("effect-hunyuan3d/WaitFailed")("WaitFailed", {
  ticket: Job.JobTicket,
  error: ApiError.ApiError
}) {
  override get message(): string {
    return `Job ${this.ticket.jobId} is submitted, but its state cannot be read. Wait for it again with its ticket. ${this.error.message}`
  }
}

/**
 * Options of one job: how its end is waited for, and which operation its submission is.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends SubmitJob.Options, Partial<Polling.PollingOptions> {}

/**
 * Generates 3D models.
 *
 * **Example** (Storing the ticket before the wait)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer, Schedule, Stream } from "effect"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as GenerateJob from "effect-hunyuan3d/GenerateJob"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 *
 * const seen: Array<string> = []
 * const program = Effect.gen(function* () {
 *   const jobs = yield* GenerateJob.GenerateJob
 *   yield* jobs.stream(JobKind.Pro, { Prompt: "a teapot" }, { schedule: Schedule.spaced("10 millis") }).pipe(
 *     Stream.runForEach(
 *       GenerateJob.Progress.$match({
 *         Submitted: ({ ticket }) => Effect.sync(() => seen.push(`store ${ticket.kind}`)),
 *         Changed: ({ job }) => Effect.sync(() => seen.push(job.status))
 *       })
 *     )
 *   )
 * })
 * const Service = Fake.layer({ wait: 0, run: "30 millis" })
 * await Effect.runPromise(Effect.provide(program, GenerateJob.layer.pipe(Layer.provide(Service))))
 * assert.equal(seen[0], "store Pro")
 * assert.equal(seen.at(-1), "DONE")
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class GenerateJob extends Context.Service<
  GenerateJob,
  {
    /**
     * Submits the request and waits until the job is done. Every failure after the submission holds the ticket. With a
     * `Journal`, an operation that has a job already is waited for, and not submitted again.
     */
    readonly generate: <Request extends Operation.Codec>(
      kind: JobKind.JobKind<Request>,
      request: Request["Type"],
      options?: Options
    ) => Effect.Effect<
      Job.Done,
      QueryJob.JobFailed | QueryJob.WaitTimeout | WaitFailed | Journal.NotSubmitted | ApiError.ApiError
    >
    /** Submits the request when it is run, and streams its progress. */
    readonly stream: <Request extends Operation.Codec>(
      kind: JobKind.JobKind<Request>,
      request: Request["Type"],
      options?: Options
    ) => Stream.Stream<Progress, QueryJob.WaitTimeout | WaitFailed | Journal.NotSubmitted | ApiError.ApiError>
  }
>()("effect-hunyuan3d/GenerateJob") {}

// The other errors of a wait hold it themselves.
const withTicket =
  (ticket: Job.JobTicket) =>
  <E>(error: E | ApiError.ApiError): E | WaitFailed =>
    error instanceof ApiError.ApiError ? new WaitFailed({ ticket, error }) : error

/**
 * Provides `GenerateJob` over the `SubmitJob` and `QueryJob` in context.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNoDeps: Layer.Layer<GenerateJob, never, SubmitJob.SubmitJob | QueryJob.QueryJob> = Layer.effect(
  GenerateJob,
  Effect.gen(function* () {
    const { submitWith } = yield* SubmitJob.SubmitJob
    const { wait, watch } = yield* QueryJob.QueryJob
    return {
      generate: (kind, request, options) =>
        submitWith(
          kind,
          request,
          (ticket) => Effect.mapError(wait(ticket, { ...options, kind }), withTicket(ticket)),
          options
        ),
      stream: (kind, request, options) =>
        // Without a buffer, nothing is looked at before the ticket is taken.
        Stream.callback(
          (queue) =>
            submitWith(
              kind,
              request,
              (ticket) =>
                Effect.andThen(
                  Queue.offer(queue, Progress.Submitted({ ticket })),
                  Stream.runForEach(watch(ticket, { ...options, kind }), (job) =>
                    Queue.offer(queue, Progress.Changed({ job }))
                  ).pipe(Effect.mapError(withTicket(ticket)))
                ),
              options
            ).pipe(Queue.into(queue)),
          { bufferSize: 0 }
        )
    }
  })
)

/**
 * Provides `GenerateJob`, `SubmitJob` and `QueryJob` over one `JobApi` with the
 * default signer, limiter, retries and polling; what remains is the transport
 * and who signs.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  GenerateJob | SubmitJob.SubmitJob | QueryJob.QueryJob,
  never,
  HttpClient.HttpClient | Credentials.Credentials
> = layerNoDeps.pipe(
  Layer.provideMerge(Layer.merge(SubmitJob.layerNoDeps, QueryJob.layerNoDeps)),
  Layer.provide(JobApi.layer),
  Layer.provide(TencentCloud.layer)
)
