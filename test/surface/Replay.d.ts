import * as Cause from "effect/Cause"
import * as FileSystem from "effect/FileSystem"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Credentials from "../cloud/Credentials.ts"
export declare const Cassette: Schema.Struct<{
  readonly version: Schema.Literal<1>
  readonly recordings: Schema.$Array<
    Schema.Struct<{
      readonly request: Schema.Struct<{
        readonly body: Schema.optional<Schema.Codec<Schema.Json, Schema.Json, never, never>>
        readonly base64: Schema.optional<Schema.String>
        readonly method: Schema.String
        readonly url: Schema.String
        readonly action: Schema.optional<Schema.String>
        readonly version: Schema.optional<Schema.String>
        readonly region: Schema.optional<Schema.String>
      }>
      readonly response: Schema.optional<
        Schema.Struct<{
          readonly body: Schema.optional<Schema.Codec<Schema.Json, Schema.Json, never, never>>
          readonly base64: Schema.optional<Schema.String>
          readonly status: Schema.Int
          readonly headers: Schema.optional<Schema.$Record<Schema.String, Schema.String>>
        }>
      >
      readonly failure: Schema.optional<Schema.Literals<readonly ["timeout", "dropped"]>>
      readonly repeat: Schema.optional<Schema.Boolean>
    }>
  >
}>
export type Cassette = typeof Cassette.Type
declare const CassetteError_base: Schema.Class<
  CassetteError,
  Schema.TaggedStruct<
    "CassetteError",
    {
      readonly path: Schema.optional<Schema.String>
      readonly description: Schema.String
      readonly cause: Schema.optional<Schema.Defect>
    }
  >,
  Cause.YieldableError
>
export declare class CassetteError extends CassetteError_base {
  get message(): string
}
declare const ReplayMismatch_base: Schema.Class<
  ReplayMismatch,
  Schema.TaggedStruct<
    "ReplayMismatch",
    {
      readonly message: Schema.String
      readonly nearest: Schema.optional<
        Schema.Struct<{
          readonly recording: Schema.Int
          readonly field: Schema.String
          readonly recorded: Schema.optional<Schema.String>
          readonly requested: Schema.optional<Schema.String>
        }>
      >
    }
  >,
  Cause.YieldableError
>
export declare class ReplayMismatch extends ReplayMismatch_base {
  readonly isRetryable = false
}
declare const UnusedRecordings_base: Schema.Class<
  UnusedRecordings,
  Schema.TaggedStruct<
    "UnusedRecordings",
    {
      readonly message: Schema.String
      readonly unused: Schema.$Array<Schema.Int>
    }
  >,
  Cause.YieldableError
>
export declare class UnusedRecordings extends UnusedRecordings_base {}
declare const RecordingError_base: Schema.Class<
  RecordingError,
  Schema.TaggedStruct<
    "RecordingError",
    {
      readonly reason: Schema.Literals<readonly ["ContinuousIntegration", "Secret", "Write"]>
      readonly path: Schema.String
      readonly message: Schema.String
      readonly cause: Schema.optional<Schema.Defect>
    }
  >,
  Cause.YieldableError
>
export declare class RecordingError extends RecordingError_base {}
export interface Options {
  readonly allowUnused?: boolean | undefined
}
export declare const layer: (
  cassette: unknown,
  options?: Options
) => Layer.Layer<HttpClient.HttpClient | Credentials.Credentials, CassetteError>
export declare const layerFile: (
  path: string,
  options?: Options
) => Layer.Layer<HttpClient.HttpClient | Credentials.Credentials, CassetteError, FileSystem.FileSystem>
export declare const layerRecord: (
  path: string
) => Layer.Layer<HttpClient.HttpClient, RecordingError, HttpClient.HttpClient | FileSystem.FileSystem>
export {}
