import * as ByteSize from "effect/ByteSize"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as HttpClient from "effect/http/HttpClient"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Job from "../job/Job.ts"
declare const LinkExpired_base: Schema.Class<
  LinkExpired,
  Schema.TaggedStruct<
    "LinkExpired",
    {
      readonly since: Schema.optional<Schema.DurationFromMillis>
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class LinkExpired extends LinkExpired_base {
  readonly isRetryable = false
  get message(): string
}
declare const InvalidLink_base: Schema.Class<
  InvalidLink,
  Schema.TaggedStruct<"InvalidLink", {}>,
  import("effect/Cause").YieldableError
>
export declare class InvalidLink extends InvalidLink_base {
  readonly isRetryable = false
  get message(): string
}
declare const Refused_base: Schema.Class<
  Refused,
  Schema.TaggedStruct<
    "Refused",
    {
      readonly status: Schema.Int
      readonly code: Schema.optional<Schema.String>
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class Refused extends Refused_base {
  get isRetryable(): boolean
  get message(): string
}
declare const MalformedResponse_base: Schema.Class<
  MalformedResponse,
  Schema.TaggedStruct<
    "MalformedResponse",
    {
      readonly description: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class MalformedResponse extends MalformedResponse_base {
  readonly isRetryable = true
  get message(): string
}
declare const Transport_base: Schema.Class<
  Transport,
  Schema.TaggedStruct<
    "Transport",
    {
      readonly description: Schema.String
      readonly isRetryable: Schema.Boolean
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
      readonly timeout: Schema.DurationFromMillis
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class Timeout extends Timeout_base {
  readonly isRetryable = true
  get message(): string
}
declare const TooLarge_base: Schema.Class<
  TooLarge,
  Schema.TaggedStruct<
    "TooLarge",
    {
      readonly maxSize: Schema.Number
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class TooLarge extends TooLarge_base {
  readonly isRetryable = false
  get message(): string
}
declare const UnexpectedContent_base: Schema.Class<
  UnexpectedContent,
  Schema.TaggedStruct<
    "UnexpectedContent",
    {
      readonly description: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class UnexpectedContent extends UnexpectedContent_base {
  readonly isRetryable = false
  get message(): string
}
declare const InvalidArchive_base: Schema.Class<
  InvalidArchive,
  Schema.TaggedStruct<
    "InvalidArchive",
    {
      readonly description: Schema.String
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class InvalidArchive extends InvalidArchive_base {
  readonly isRetryable = false
  get message(): string
}
declare const Disk_base: Schema.Class<
  Disk,
  Schema.TaggedStruct<
    "Disk",
    {
      readonly path: Schema.String
      readonly cause: Schema.Defect
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class Disk extends Disk_base {
  readonly isRetryable = false
  get message(): string
}
export declare const Reason: Schema.Union<
  readonly [
    typeof LinkExpired,
    typeof InvalidLink,
    typeof Refused,
    typeof MalformedResponse,
    typeof Transport,
    typeof Timeout,
    typeof TooLarge,
    typeof UnexpectedContent,
    typeof InvalidArchive,
    typeof Disk
  ]
>
export type Reason = typeof Reason.Type
declare const DownloadError_base: Schema.Class<
  DownloadError,
  Schema.TaggedStruct<
    "DownloadError",
    {
      readonly jobId: Schema.brand<Schema.String, "effect-hunyuan3d/JobId">
      readonly file: Schema.String
      readonly reason: Schema.Union<
        readonly [
          typeof LinkExpired,
          typeof InvalidLink,
          typeof Refused,
          typeof MalformedResponse,
          typeof Transport,
          typeof Timeout,
          typeof TooLarge,
          typeof UnexpectedContent,
          typeof InvalidArchive,
          typeof Disk
        ]
      >
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class DownloadError extends DownloadError_base {
  get isRetryable(): boolean
  get message(): string
}
export interface Options {
  readonly previews?: boolean | undefined
  readonly unpack?: boolean | undefined
  readonly overwrite?: boolean | undefined
  readonly maxSize?: ByteSize.Input | undefined
  readonly idleTimeout?: Duration.Input | undefined
}
export interface DownloadedFile {
  readonly file: Job.File3D
  readonly preview: boolean
  readonly path: string
  readonly size: number
  readonly kept: boolean
  readonly unpacked?: string | undefined
}
export interface Progress {
  readonly name: string
  readonly received: number
  readonly total?: number | undefined
  readonly finished?: DownloadedFile | undefined
}
type Services = HttpClient.HttpClient | FileSystem.FileSystem | Path.Path
export declare const download: (
  job: Job.Done,
  directory: string,
  options?: Options
) => Effect.Effect<ReadonlyArray<DownloadedFile>, DownloadError, Services>
export declare const progress: (
  job: Job.Done,
  directory: string,
  options?: Options
) => Stream.Stream<Progress, DownloadError, Services>
export {}
