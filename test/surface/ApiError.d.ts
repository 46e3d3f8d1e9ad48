import * as Schema from "effect/Schema"
declare const NoCredentials_base: Schema.Class<
  NoCredentials,
  Schema.TaggedStruct<
    "NoCredentials",
    {
      readonly code: Schema.tag<"Client.NoCredentials">
      readonly description: Schema.String
      readonly isRetryable: Schema.withConstructorDefault<Schema.Boolean>
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class NoCredentials extends NoCredentials_base {
  readonly mayHaveRun = false
  get message(): string
}
declare const InvalidInput_base: Schema.Class<
  InvalidInput,
  Schema.TaggedStruct<
    "InvalidInput",
    {
      readonly code: Schema.withConstructorDefault<Schema.String>
      readonly description: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class InvalidInput extends InvalidInput_base {
  readonly isRetryable = false
  readonly mayHaveRun = false
  get message(): string
}
declare const NoPermit_base: Schema.Class<
  NoPermit,
  Schema.TaggedStruct<
    "NoPermit",
    {
      readonly code: Schema.tag<"Client.NoPermit">
      readonly description: Schema.String
      readonly cause: Schema.optional<Schema.Defect>
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class NoPermit extends NoPermit_base {
  readonly isRetryable = true
  readonly mayHaveRun = false
  get message(): string
}
declare const Transport_base: Schema.Class<
  Transport,
  Schema.TaggedStruct<
    "Transport",
    {
      readonly code: Schema.tag<"Client.Transport">
      readonly description: Schema.String
      readonly cause: Schema.optional<Schema.Defect>
      readonly isRetryable: Schema.withConstructorDefault<Schema.Boolean>
      readonly mayHaveRun: Schema.withConstructorDefault<Schema.Boolean>
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class Transport extends Transport_base {
  get message(): string
}
declare const Timeout_base: Schema.Class<
  Timeout,
  Schema.TaggedStruct<
    "Timeout",
    {
      readonly code: Schema.tag<"Client.Timeout">
      readonly timeout: Schema.DurationFromMillis
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class Timeout extends Timeout_base {
  readonly isRetryable = true
  readonly mayHaveRun = true
  get message(): string
}
declare const MalformedResponse_base: Schema.Class<
  MalformedResponse,
  Schema.TaggedStruct<
    "MalformedResponse",
    {
      readonly code: Schema.tag<"Client.MalformedResponse">
      readonly status: Schema.Int
      readonly description: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class MalformedResponse extends MalformedResponse_base {
  readonly isRetryable = true
  readonly mayHaveRun = true
  get message(): string
}
declare const Authentication_base: Schema.Class<
  Authentication,
  Schema.TaggedStruct<
    "Authentication",
    {
      code: Schema.String
      description: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class Authentication extends Authentication_base {
  readonly isRetryable = false
  readonly mayHaveRun = false
  get message(): string
}
declare const ClockSkew_base: Schema.Class<
  ClockSkew,
  Schema.TaggedStruct<
    "ClockSkew",
    {
      code: Schema.String
      description: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class ClockSkew extends ClockSkew_base {
  readonly isRetryable = false
  readonly mayHaveRun = false
  get message(): string
}
declare const Permission_base: Schema.Class<
  Permission,
  Schema.TaggedStruct<
    "Permission",
    {
      code: Schema.String
      description: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class Permission extends Permission_base {
  readonly isRetryable = false
  readonly mayHaveRun = false
  get message(): string
}
declare const RateLimited_base: Schema.Class<
  RateLimited,
  Schema.TaggedStruct<
    "RateLimited",
    {
      code: Schema.String
      description: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class RateLimited extends RateLimited_base {
  readonly isRetryable = true
  readonly mayHaveRun = false
  get message(): string
}
declare const TaskSlotsFull_base: Schema.Class<
  TaskSlotsFull,
  Schema.TaggedStruct<
    "TaskSlotsFull",
    {
      code: Schema.String
      description: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class TaskSlotsFull extends TaskSlotsFull_base {
  readonly isRetryable = false
  readonly mayHaveRun = false
  get message(): string
}
declare const InvalidRequest_base: Schema.Class<
  InvalidRequest,
  Schema.TaggedStruct<
    "InvalidRequest",
    {
      code: Schema.String
      description: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class InvalidRequest extends InvalidRequest_base {
  readonly isRetryable = false
  readonly mayHaveRun = false
  get message(): string
}
declare const Unsupported_base: Schema.Class<
  Unsupported,
  Schema.TaggedStruct<
    "Unsupported",
    {
      code: Schema.String
      description: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class Unsupported extends Unsupported_base {
  readonly isRetryable = false
  readonly mayHaveRun = false
  get message(): string
}
declare const NotFound_base: Schema.Class<
  NotFound,
  Schema.TaggedStruct<
    "NotFound",
    {
      readonly code: Schema.String
      readonly description: Schema.String
      readonly region: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class NotFound extends NotFound_base {
  readonly isRetryable = false
  readonly mayHaveRun = false
  get message(): string
}
declare const Quota_base: Schema.Class<
  Quota,
  Schema.TaggedStruct<
    "Quota",
    {
      code: Schema.String
      description: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class Quota extends Quota_base {
  readonly isRetryable = false
  readonly mayHaveRun = false
  get message(): string
}
declare const Server_base: Schema.Class<
  Server,
  Schema.TaggedStruct<
    "Server",
    {
      code: Schema.String
      description: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class Server extends Server_base {
  readonly isRetryable = true
  readonly mayHaveRun = true
  get message(): string
}
declare const Other_base: Schema.Class<
  Other,
  Schema.TaggedStruct<
    "Other",
    {
      code: Schema.String
      description: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class Other extends Other_base {
  readonly isRetryable = false
  readonly mayHaveRun = true
  get message(): string
}
export declare const NotSent: Schema.Union<readonly [typeof NoCredentials, typeof InvalidInput, typeof NoPermit]>
export declare const NoAnswer: Schema.Union<readonly [typeof Transport, typeof Timeout, typeof MalformedResponse]>
export declare const Refusal: Schema.Union<
  readonly [
    typeof NotFound,
    ...(
      | typeof Authentication
      | typeof ClockSkew
      | typeof Permission
      | typeof RateLimited
      | typeof TaskSlotsFull
      | typeof InvalidRequest
      | typeof Unsupported
      | typeof Quota
      | typeof Server
      | typeof Other
    )[]
  ]
>
export declare const Reason: Schema.Union<
  readonly [
    typeof NoCredentials,
    typeof InvalidInput,
    typeof NoPermit,
    typeof Transport,
    typeof Timeout,
    typeof MalformedResponse,
    typeof NotFound,
    ...(
      | typeof Authentication
      | typeof ClockSkew
      | typeof Permission
      | typeof RateLimited
      | typeof TaskSlotsFull
      | typeof InvalidRequest
      | typeof Unsupported
      | typeof Quota
      | typeof Server
      | typeof Other
    )[]
  ]
>
export type Reason = typeof Reason.Type
export declare const isRefusal: (reason: Reason) => reason is typeof Refusal.Type
declare const ApiError_base: Schema.Class<
  ApiError,
  Schema.TaggedStruct<
    "ApiError",
    {
      readonly action: Schema.String
      readonly region: Schema.String
      readonly requestId: Schema.optional<Schema.String>
      readonly reason: Schema.Union<
        readonly [
          typeof NoCredentials,
          typeof InvalidInput,
          typeof NoPermit,
          typeof Transport,
          typeof Timeout,
          typeof MalformedResponse,
          typeof NotFound,
          ...(
            | typeof Authentication
            | typeof ClockSkew
            | typeof Permission
            | typeof RateLimited
            | typeof TaskSlotsFull
            | typeof InvalidRequest
            | typeof Unsupported
            | typeof Quota
            | typeof Server
            | typeof Other
          )[]
        ]
      >
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class ApiError extends ApiError_base {
  get isRetryable(): boolean
  get mayHaveRun(): boolean
  get code(): string
  get message(): string
}
export declare const reasonFromCode: (refused: {
  readonly code: string
  readonly description: string
  readonly region: string
  readonly safeToRepeat?: boolean | undefined
}) => Reason
export {}
