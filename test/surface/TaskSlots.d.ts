import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as ApiError from "../cloud/ApiError.ts"
export interface Options {
  readonly retry: Schedule.Schedule<unknown, ApiError.ApiError>
}
export declare const TaskSlots: Context.Reference<Options>
export declare const layer: (options: Partial<Options>) => Layer.Layer<never>
