import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Credentials from "../cloud/Credentials.ts"
import type * as Job from "../job/Job.ts"
import type * as JobKind from "../job/JobKind.ts"
export type Outcome =
  | "DONE"
  | {
      readonly code: string
      readonly message: string
    }
export interface JobOptions {
  readonly id?: string | undefined
  readonly kind?: JobKind.Any | undefined
  readonly region?: string | undefined
  readonly wait?: Duration.Input | undefined
  readonly run?: Duration.Input | undefined
  readonly outcome?: Outcome | undefined
}
export type Fault =
  | "dropped"
  | "never"
  | "truncated"
  | "badGateway"
  | {
      readonly slow: Duration.Input
    }
  | {
      readonly code: string
      readonly message?: string | undefined
    }
export interface Options {
  readonly credential?: Credentials.Credential | undefined
  readonly jobs?:
    | ReadonlyArray<
        JobOptions & {
          readonly id: string
        }
      >
    | undefined
  readonly wait?: Duration.Input | undefined
  readonly run?: Duration.Input | undefined
  readonly timeScale?: number | undefined
  readonly tasksAtOnce?: number | undefined
  readonly requestsPerSecond?: number | undefined
  readonly slotsFull?: "queue" | "refuse" | undefined
  readonly faults?:
    | ReadonlyArray<{
        readonly fault: Fault
        readonly rate: number
      }>
    | undefined
  readonly resultHost?: string | undefined
}
export interface ReceivedRequest {
  readonly receivedAt: DateTime.Utc
  readonly method: string
  readonly url: string
  readonly action: string | undefined
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
  readonly status: number
  readonly code: string | undefined
  readonly fault: Fault | undefined
}
export interface JobState {
  readonly id: Job.JobId
  readonly kind: string
  readonly region: string
  readonly status: "WAIT" | "RUN" | "DONE" | "FAIL"
}
declare const Dropped_base: Schema.Class<
  Dropped,
  Schema.TaggedStruct<"Dropped", {}>,
  import("effect/Cause").YieldableError
>
export declare class Dropped extends Dropped_base {
  get message(): string
}
declare const Fake_base: Context.ServiceClass<
  Fake,
  "effect-hunyuan3d/Fake",
  {
    readonly job: (options?: JobOptions) => Effect.Effect<Job.JobId>
    readonly complete: (id: string) => Effect.Effect<void>
    readonly fail: (id: string, reason: Exclude<Outcome, "DONE">) => Effect.Effect<void>
    readonly jobs: Effect.Effect<ReadonlyArray<JobState>>
    readonly fault: (...faults: ReadonlyArray<Fault>) => Effect.Effect<void>
    readonly requests: Effect.Effect<ReadonlyArray<ReceivedRequest>>
    readonly reset: Effect.Effect<void>
    readonly answer: (
      request: HttpServerRequest.HttpServerRequest,
      origin: string
    ) => Effect.Effect<HttpServerResponse.HttpServerResponse, Dropped>
  }
>
export declare class Fake extends Fake_base {}
export declare const credential: Credentials.Credential
export declare const layerModel: (options?: Options) => Layer.Layer<Fake>
export declare const layer: (options?: Options) => Layer.Layer<HttpClient.HttpClient | Credentials.Credentials | Fake>
export declare const httpApp: Effect.Effect<
  HttpServerResponse.HttpServerResponse,
  never,
  HttpServerRequest.HttpServerRequest | Fake
>
export {}
