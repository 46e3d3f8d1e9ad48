import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type * as ApiError from "../cloud/ApiError.ts"
import type * as Credentials from "../cloud/Credentials.ts"
import type * as Operation from "../cloud/Operation.ts"
import type * as Job from "./Job.ts"
import type * as JobKind from "./JobKind.ts"
import type * as Polling from "./Polling.ts"
import * as QueryJob from "./QueryJob.ts"
import * as SubmitJob from "./SubmitJob.ts"
export type Progress = Data.TaggedEnum<{
  Submitted: {
    readonly ticket: Job.JobTicket
  }
  Changed: {
    readonly job: Job.Job
  }
}>
export declare const Progress: Data.TaggedEnum.Constructor<
  | {
      readonly _tag: "Changed"
      readonly job: Job.Job
    }
  | {
      readonly _tag: "Submitted"
      readonly ticket: Job.JobTicket
    }
>
declare const GenerateJob_base: Context.ServiceClass<
  GenerateJob,
  "effect-hunyuan3d/GenerateJob",
  {
    readonly generate: <Request extends Operation.Codec>(
      kind: JobKind.JobKind<Request>,
      request: Request["Type"],
      options?: Partial<Polling.PollingOptions>
    ) => Effect.Effect<Job.Done, QueryJob.JobFailed | QueryJob.WaitTimeout | ApiError.ApiError>
    readonly stream: <Request extends Operation.Codec>(
      kind: JobKind.JobKind<Request>,
      request: Request["Type"],
      options?: Partial<Polling.PollingOptions>
    ) => Stream.Stream<Progress, QueryJob.WaitTimeout | ApiError.ApiError>
  }
>
export declare class GenerateJob extends GenerateJob_base {}
export declare const layerNoDeps: Layer.Layer<GenerateJob, never, SubmitJob.SubmitJob | QueryJob.QueryJob>
export declare const layer: Layer.Layer<
  GenerateJob | SubmitJob.SubmitJob | QueryJob.QueryJob,
  never,
  HttpClient.HttpClient | Credentials.Credentials
>
export {}
