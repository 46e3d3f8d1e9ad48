import type * as DateTime from "effect/DateTime"
import * as Schema from "effect/Schema"
import * as SignedLink from "../cloud/SignedLink.ts"
export declare const JobId: Schema.brand<Schema.String, "effect-hunyuan3d/JobId">
export type JobId = typeof JobId.Type
declare const File3D_base: Schema.Class<
  File3D,
  Schema.Struct<{
    readonly type: Schema.optionalKey<Schema.String>
    readonly url: Schema.optionalKey<Schema.decodeTo<typeof SignedLink.SignedLink, Schema.String, never, never>>
    readonly previewUrl: Schema.optionalKey<Schema.decodeTo<typeof SignedLink.SignedLink, Schema.String, never, never>>
    readonly extra: Schema.withConstructorDefault<
      Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>
    >
  }>,
  {}
>
export declare class File3D extends File3D_base {
  get expiresAt(): DateTime.Utc | undefined
  toJSON(): unknown
  toString(): string
}
declare const Fields_base: Schema.Class<
  Fields,
  Schema.Struct<{
    readonly id: Schema.brand<Schema.String, "effect-hunyuan3d/JobId">
    readonly errorCode: Schema.withConstructorDefault<Schema.String>
    readonly errorMessage: Schema.withConstructorDefault<Schema.String>
    readonly files: Schema.withConstructorDefault<Schema.$Array<typeof File3D>>
    readonly requestId: Schema.withConstructorDefault<Schema.String>
    readonly extra: Schema.withConstructorDefault<
      Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>
    >
  }>,
  {}
>
declare class Fields extends Fields_base {
  toJSON(): unknown
}
declare const Waiting_base: Schema.Class<
  Waiting,
  Schema.Struct<{
    readonly id: Schema.brand<Schema.String, "effect-hunyuan3d/JobId">
    readonly errorCode: Schema.withConstructorDefault<Schema.String>
    readonly errorMessage: Schema.withConstructorDefault<Schema.String>
    readonly files: Schema.withConstructorDefault<Schema.$Array<typeof File3D>>
    readonly requestId: Schema.withConstructorDefault<Schema.String>
    readonly extra: Schema.withConstructorDefault<
      Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>
    >
    _tag: Schema.tag<"Waiting">
    status: Schema.withConstructorDefault<Schema.String>
  }>,
  Fields
> &
  Pick<{}, never>
export declare class Waiting extends Waiting_base {}
declare const Running_base: Schema.Class<
  Running,
  Schema.Struct<{
    readonly id: Schema.brand<Schema.String, "effect-hunyuan3d/JobId">
    readonly errorCode: Schema.withConstructorDefault<Schema.String>
    readonly errorMessage: Schema.withConstructorDefault<Schema.String>
    readonly files: Schema.withConstructorDefault<Schema.$Array<typeof File3D>>
    readonly requestId: Schema.withConstructorDefault<Schema.String>
    readonly extra: Schema.withConstructorDefault<
      Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>
    >
    _tag: Schema.tag<"Running">
    status: Schema.withConstructorDefault<Schema.String>
  }>,
  Fields
> &
  Pick<{}, never>
export declare class Running extends Running_base {}
declare const Done_base: Schema.Class<
  Done,
  Schema.Struct<{
    readonly id: Schema.brand<Schema.String, "effect-hunyuan3d/JobId">
    readonly errorCode: Schema.withConstructorDefault<Schema.String>
    readonly errorMessage: Schema.withConstructorDefault<Schema.String>
    readonly files: Schema.withConstructorDefault<Schema.$Array<typeof File3D>>
    readonly requestId: Schema.withConstructorDefault<Schema.String>
    readonly extra: Schema.withConstructorDefault<
      Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>
    >
    _tag: Schema.tag<"Done">
    status: Schema.withConstructorDefault<Schema.String>
  }>,
  Fields
> &
  Pick<{}, never>
export declare class Done extends Done_base {}
declare const Failed_base: Schema.Class<
  Failed,
  Schema.Struct<{
    readonly id: Schema.brand<Schema.String, "effect-hunyuan3d/JobId">
    readonly errorCode: Schema.withConstructorDefault<Schema.String>
    readonly errorMessage: Schema.withConstructorDefault<Schema.String>
    readonly files: Schema.withConstructorDefault<Schema.$Array<typeof File3D>>
    readonly requestId: Schema.withConstructorDefault<Schema.String>
    readonly extra: Schema.withConstructorDefault<
      Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>
    >
    _tag: Schema.tag<"Failed">
    status: Schema.withConstructorDefault<Schema.String>
  }>,
  Fields
> &
  Pick<{}, never>
export declare class Failed extends Failed_base {}
declare const Unrecognized_base: Schema.Class<
  Unrecognized,
  Schema.Struct<{
    readonly id: Schema.brand<Schema.String, "effect-hunyuan3d/JobId">
    readonly errorCode: Schema.withConstructorDefault<Schema.String>
    readonly errorMessage: Schema.withConstructorDefault<Schema.String>
    readonly files: Schema.withConstructorDefault<Schema.$Array<typeof File3D>>
    readonly requestId: Schema.withConstructorDefault<Schema.String>
    readonly extra: Schema.withConstructorDefault<
      Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>
    >
    _tag: Schema.tag<"Unrecognized">
    status: Schema.withConstructorDefault<Schema.String>
  }>,
  Fields
> &
  Pick<{}, never>
export declare class Unrecognized extends Unrecognized_base {}
export declare const Job: Schema.Union<
  readonly [typeof Waiting, typeof Running, typeof Done, typeof Failed, typeof Unrecognized]
>
export type Job = typeof Job.Type
export declare const isEnded: (job: Job) => job is Done | Failed
declare const JobTicket_base: Schema.Class<
  JobTicket,
  Schema.Struct<{
    readonly jobId: Schema.brand<Schema.String, "effect-hunyuan3d/JobId">
    readonly kind: Schema.String
    readonly region: Schema.String
    readonly submittedAt: Schema.optionalKey<Schema.DateTimeUtcFromString>
  }>,
  {}
>
export declare class JobTicket extends JobTicket_base {}
export declare const Response: Schema.StructWithRest<
  Schema.Struct<{
    readonly Status: Schema.String
    readonly ErrorCode: Schema.optional<Schema.NullOr<Schema.String>>
    readonly ErrorMessage: Schema.optional<Schema.NullOr<Schema.String>>
    readonly ResultFile3Ds: Schema.optional<
      Schema.NullOr<
        Schema.$Array<
          Schema.StructWithRest<
            Schema.Struct<{
              readonly Type: Schema.optional<Schema.NullOr<Schema.String>>
              readonly Url: Schema.optional<Schema.NullOr<Schema.String>>
              readonly PreviewImageUrl: Schema.optional<Schema.NullOr<Schema.String>>
            }>,
            readonly [Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>]
          >
        >
      >
    >
    readonly RequestId: Schema.String
  }>,
  readonly [Schema.$Record<Schema.String, Schema.Codec<Schema.Json, Schema.Json, never, never>>]
>
export declare const fromResponse: (id: JobId, response: typeof Response.Type) => Job
export {}
