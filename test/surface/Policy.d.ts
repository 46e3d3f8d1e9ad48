import * as ByteSize from "effect/ByteSize"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as ApiError from "./ApiError.ts"
export interface Options {
  readonly timeout: Duration.Input
  readonly maxResponseSize: ByteSize.Input
  readonly retry: Schedule.Schedule<unknown, ApiError.ApiError>
}
export declare const Policy: Context.Reference<Options>
export declare const layer: (options: Partial<Options>) => Layer.Layer<never>
