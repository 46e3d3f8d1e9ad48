/**
 * The seam between jobs and whatever computes them. `SubmitJob` and `QueryJob` put
 * two questions and know nothing of how they are answered.
 *
 * `layer` answers them over `TencentCloud`. `layerTest` answers from a script. An
 * application can give a `JobApi` of its own: another site, a database that a webhook
 * fills, a protocol of a later product.
 *
 * **Gotchas**
 *
 * - A kind is found by the name in the ticket: among the `Kinds` around the call and
 *   beneath the layer, and among the kinds that were submitted here.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as ApiError from "../cloud/ApiError.ts"
import * as Endpoint from "../cloud/Endpoint.ts"
import type * as Operation from "../cloud/Operation.ts"
import * as TencentCloud from "../cloud/TencentCloud.ts"
import { setting } from "../internal/setting.ts"
import * as Job from "./Job.ts"
import * as JobKind from "./JobKind.ts"
import * as Kinds from "./Kinds.ts"

/**
 * Submits jobs and tells their state.
 *
 * **Example** (A door of one's own)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer } from "effect"
 * import * as Job from "effect-hunyuan3d/Job"
 * import * as JobApi from "effect-hunyuan3d/JobApi"
 * import * as QueryJob from "effect-hunyuan3d/QueryJob"
 *
 * const id = Job.JobId.make("1375367755519696896")
 * // In earnest: what a webhook has written to a database.
 * const rows = new Map<Job.JobId, Job.Job>([[id, new Job.Done({ id })]])
 *
 * const FromDatabase = Layer.succeed(JobApi.JobApi, {
 *   submit: () => Effect.die("this process submits nothing"),
 *   query: (ticket) => Effect.succeed(rows.get(ticket.jobId) ?? new Job.Waiting({ id: ticket.jobId }))
 * })
 *
 * const program = QueryJob.QueryJob.use((jobs) => jobs.wait(id))
 * const Jobs = QueryJob.layerNoDeps.pipe(Layer.provide(FromDatabase))
 * assert.equal((await Effect.runPromise(Effect.provide(program, Jobs))).status, "DONE")
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class JobApi extends Context.Service<
  JobApi,
  {
    /** Submits one job, in the region of `Endpoint`, and answers with its id. It is paid for. */
    readonly submit: <Request extends Operation.Codec>(
      kind: JobKind.JobKind<Request>,
      request: Request["Type"]
    ) => Effect.Effect<Job.JobId, ApiError.ApiError>
    /** One look at the job of a ticket, in the ticket's region. */
    readonly query: (ticket: Job.JobTicket) => Effect.Effect<Job.Job, ApiError.ApiError>
  }
>()("effect-hunyuan3d/JobApi") {}

/**
 * Provides `JobApi` over the `TencentCloud` in context.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<JobApi, never, TencentCloud.TencentCloud> = Layer.effect(
  JobApi,
  Effect.gen(function* () {
    const cloud = yield* TencentCloud.TencentCloud
    const endpointSetting = yield* setting(Endpoint.Endpoint)
    const kinds = yield* Kinds.Kinds
    const submitted = new Map<string, JobKind.Any>()

    const kindOf = Effect.fnUntraced(function* ({ kind, region }: Job.JobTicket) {
      const found = JobKind.fromName(kind, [...(yield* Kinds.Kinds), ...kinds, ...submitted.values()])
      if (Option.isSome(found)) return found.value
      return yield* new ApiError.ApiError({
        action: "QueryJob",
        region,
        reason: new ApiError.InvalidInput({
          code: "Client.UnknownKind",
          description:
            "The ticket is for a job of a kind that is not known here. Provide the kind with Kinds.layer, or use a newer effect-hunyuan3d."
        })
      })
    })

    return {
      submit: Effect.fnUntraced(function* (kind, request) {
        submitted.set(kind.name, kind)
        const { JobId, RequestId } = yield* cloud.call(kind.submit, request)
        const id = Schema.decodeUnknownOption(Job.JobId)(JobId)
        if (Option.isSome(id)) return id.value
        const { region } = yield* endpointSetting
        return yield* new ApiError.ApiError({
          action: kind.submit.action,
          region,
          requestId: RequestId,
          reason: new ApiError.Other({
            code: "Client.UnknownJobId",
            description: `the job is submitted and paid for, but its id is of an unknown form: ${JobId}`
          })
        })
      }),
      query: Effect.fnUntraced(function* (ticket) {
        const kind = yield* kindOf(ticket)
        const endpoint = yield* endpointSetting
        const answer = yield* cloud
          .call(kind.query, { JobId: ticket.jobId })
          .pipe(Effect.provideService(Endpoint.Endpoint, { ...endpoint, region: ticket.region }))
        return Job.fromResponse(ticket.jobId, answer)
      })
    }
  })
)

/**
 * What `layerTest` answers: for each id its looks in order, of which the last is
 * repeated.
 *
 * @category models
 * @since 0.1.0
 */
export type Script = Readonly<Record<string, ReadonlyArray<Job.Job | ApiError.ApiError>>>

/**
 * Provides `JobApi` from a script. A query of an id that is not in the script is not
 * found. Submissions get the script's ids, one after the other.
 *
 * **When to use**
 *
 * Use it where an application's own logic is under test. The wire, signing, limits
 * and retries are not exercised; `Fake` and `Replay` do that.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerTest = (script: Script): Layer.Layer<JobApi> =>
  Layer.effect(
    JobApi,
    Effect.gen(function* () {
      const endpointSetting = yield* setting(Endpoint.Endpoint)
      const looks = new Map<string, number>()
      const ids = Object.keys(script).values()
      return {
        submit: Effect.fnUntraced(function* (kind) {
          const { region } = yield* endpointSetting
          const next = ids.next()
          if (next.done !== true) return Job.JobId.make(next.value)
          return yield* new ApiError.ApiError({
            action: kind.submit.action,
            region,
            reason: new ApiError.InvalidInput({ description: "The script has no id for a further submission." })
          })
        }),
        query: Effect.fnUntraced(function* ({ jobId, kind, region }) {
          const look = looks.get(jobId) ?? 0
          looks.set(jobId, look + 1)
          const answers = script[jobId] ?? []
          const answer = answers[Math.min(look, answers.length - 1)]
          if (answer?._tag === "ApiError") return yield* answer
          if (answer !== undefined) return answer
          return yield* new ApiError.ApiError({
            action: `Query ${kind}`,
            region,
            reason: new ApiError.NotFound({
              code: "FailedOperation.JobNotFound",
              description: "The id is not in the script.",
              region
            })
          })
        })
      }
    })
  )
