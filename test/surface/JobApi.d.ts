import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ApiError from "../cloud/ApiError.ts"
import type * as Operation from "../cloud/Operation.ts"
import * as TencentCloud from "../cloud/TencentCloud.ts"
import * as Job from "./Job.ts"
import * as JobKind from "./JobKind.ts"
declare const JobApi_base: Context.ServiceClass<
  JobApi,
  "effect-hunyuan3d/JobApi",
  {
    readonly submit: <Request extends Operation.Codec>(
      kind: JobKind.JobKind<Request>,
      request: Request["Type"]
    ) => Effect.Effect<Job.JobId, ApiError.ApiError>
    readonly query: (ticket: Job.JobTicket) => Effect.Effect<Job.Job, ApiError.ApiError>
  }
>
export declare class JobApi extends JobApi_base {}
export declare const layer: Layer.Layer<JobApi, never, TencentCloud.TencentCloud>
export type Script = Readonly<Record<string, ReadonlyArray<Job.Job | ApiError.ApiError>>>
export declare const layerTest: (script: Script) => Layer.Layer<JobApi>
export {}
