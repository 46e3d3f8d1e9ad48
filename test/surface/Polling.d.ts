import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as Job from "./Job.ts"
export interface PollingOptions {
  readonly schedule: Schedule.Schedule<unknown, Job.Job>
  readonly deadline: Duration.Input
}
export declare const relaxed: Schedule.Schedule<unknown, Job.Job>
export declare const eager: Schedule.Schedule<unknown, Job.Job>
export declare const Polling: Context.Reference<PollingOptions>
export declare const layer: (options: Partial<PollingOptions>) => Layer.Layer<never>
