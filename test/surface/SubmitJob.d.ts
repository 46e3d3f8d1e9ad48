import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as ApiError from "../cloud/ApiError.ts"
import type * as Credentials from "../cloud/Credentials.ts"
import type * as Operation from "../cloud/Operation.ts"
import * as Job from "./Job.ts"
import * as JobApi from "./JobApi.ts"
import type * as JobKind from "./JobKind.ts"
declare const SubmitJob_base: Context.ServiceClass<
  SubmitJob,
  "effect-hunyuan3d/SubmitJob",
  {
    readonly submit: <Request extends Operation.Codec>(
      kind: JobKind.JobKind<Request>,
      request: Request["Type"]
    ) => Effect.Effect<Job.JobTicket, ApiError.ApiError>
    readonly submitWith: <Request extends Operation.Codec, A, E, R>(
      kind: JobKind.JobKind<Request>,
      request: Request["Type"],
      use: (ticket: Job.JobTicket) => Effect.Effect<A, E, R>
    ) => Effect.Effect<A, ApiError.ApiError | E, R>
  }
>
export declare class SubmitJob extends SubmitJob_base {}
export declare const ticketOf: (cause: Cause.Cause<unknown>) => Option.Option<Job.JobTicket>
export declare const layerNoDeps: Layer.Layer<SubmitJob, never, JobApi.JobApi>
export declare const layer: Layer.Layer<SubmitJob, never, HttpClient.HttpClient | Credentials.Credentials>
export {}
