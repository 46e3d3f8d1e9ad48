import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as ApiError from "../cloud/ApiError.ts"
import type * as Credentials from "../cloud/Credentials.ts"
import * as Job from "./Job.ts"
import * as JobApi from "./JobApi.ts"
import * as JobKind from "./JobKind.ts"
import * as Polling from "./Polling.ts"
declare const JobFailed_base: Schema.Class<
  JobFailed,
  Schema.TaggedStruct<
    "JobFailed",
    {
      readonly job: typeof Job.Failed
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class JobFailed extends JobFailed_base {
  get message(): string
}
declare const WaitTimeout_base: Schema.Class<
  WaitTimeout,
  Schema.TaggedStruct<
    "WaitTimeout",
    {
      readonly ticket: typeof Job.JobTicket
      readonly last: Schema.optional<
        Schema.Union<
          readonly [typeof Job.Waiting, typeof Job.Running, typeof Job.Done, typeof Job.Failed, typeof Job.Unrecognized]
        >
      >
      readonly looks: Schema.Int
      readonly failure: Schema.optional<typeof ApiError.ApiError>
      readonly elapsed: Schema.DurationFromMillis
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class WaitTimeout extends WaitTimeout_base {
  get message(): string
}
export type Target = Job.JobId | Job.JobTicket
export interface QueryOptions {
  readonly kind?: JobKind.Any | undefined
}
export interface WaitOptions extends QueryOptions, Partial<Polling.PollingOptions> {}
declare const QueryJob_base: Context.ServiceClass<
  QueryJob,
  "effect-hunyuan3d/QueryJob",
  {
    readonly query: (target: Target, options?: QueryOptions) => Effect.Effect<Job.Job, ApiError.ApiError>
    readonly wait: (
      target: Target,
      options?: WaitOptions
    ) => Effect.Effect<Job.Done, JobFailed | WaitTimeout | ApiError.ApiError>
    readonly watch: (target: Target, options?: WaitOptions) => Stream.Stream<Job.Job, WaitTimeout | ApiError.ApiError>
  }
>
export declare class QueryJob extends QueryJob_base {}
export declare const layerNoDeps: Layer.Layer<QueryJob, never, JobApi.JobApi>
export declare const layer: Layer.Layer<QueryJob, never, HttpClient.HttpClient | Credentials.Credentials>
export declare const layerTest: (script: JobApi.Script) => Layer.Layer<QueryJob>
export {}
