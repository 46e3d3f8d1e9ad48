import { Effect, Layer } from "effect"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as Operation from "../../src/cloud/Operation.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import type * as Job from "../../src/job/Job.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"
export declare const jobs: Layer.Layer<
  QueryJob.QueryJob,
  never,
  Credentials.Credentials | import("effect/http/HttpClient").HttpClient
>
export declare const keysForgotten: Layer.Layer<QueryJob.QueryJob, never, Credentials.Credentials>
export declare const live: Layer.Layer<QueryJob.QueryJob, Credentials.CredentialsError, never>
export declare const test: Layer.Layer<GenerateJob.GenerateJob | QueryJob.QueryJob | SubmitJob.SubmitJob, never, never>
export declare const look: Effect.Effect<
  Job.Done | Job.Failed | Job.Running | Job.Unrecognized | Job.Waiting,
  import("../../src/cloud/ApiError.ts").ApiError,
  QueryJob.QueryJob
>
export declare const done: Effect.Effect<
  Job.Done,
  import("../../src/cloud/ApiError.ts").ApiError | QueryJob.JobFailed | QueryJob.WaitTimeout,
  QueryJob.QueryJob
>
export declare const changes: Effect.Effect<
  import("effect/Stream").Stream<
    Job.Done | Job.Failed | Job.Running | Job.Unrecognized | Job.Waiting,
    import("../../src/cloud/ApiError.ts").ApiError | QueryJob.WaitTimeout,
    never
  >,
  never,
  QueryJob.QueryJob
>
export declare const submitted: Effect.Effect<
  Job.JobTicket,
  import("../../src/cloud/ApiError.ts").ApiError,
  SubmitJob.SubmitJob
>
export declare const generated: Effect.Effect<
  Job.Done,
  import("../../src/cloud/ApiError.ts").ApiError | QueryJob.JobFailed | QueryJob.WaitTimeout,
  GenerateJob.GenerateJob
>
export declare const called: Effect.Effect<
  {
    readonly [x: string]: import("effect/Schema").Json
    readonly Status: string
    readonly ErrorCode?: string | null | undefined
    readonly ErrorMessage?: string | null | undefined
    readonly ResultFile3Ds?:
      | readonly {
          readonly [x: string]: import("effect/Schema").Json
          readonly Type?: string | null | undefined
          readonly Url?: string | null | undefined
          readonly PreviewImageUrl?: string | null | undefined
        }[]
      | null
      | undefined
    readonly RequestId: string
  },
  import("../../src/cloud/ApiError.ts").ApiError,
  TencentCloud.TencentCloud
>
export type Submission = Operation.Codec
