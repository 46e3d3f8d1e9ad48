/**
 * The setting for submissions that find all task slots of the account taken.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as ApiError from "../cloud/ApiError.ts"

/**
 * What a submission does while all task slots are taken.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** When it is sent again. When the schedule ends, the submission fails with `TaskSlotsFull`. */
  readonly retry: Schedule.Schedule<unknown, ApiError.ApiError>
}

/**
 * The setting in force: send again after 15 seconds, growing to a minute, with
 * jitter, for a quarter of an hour. A slot stays held for half a minute, at times for
 * minutes, after its job is done.
 *
 * @category references
 * @since 0.1.0
 */
export const TaskSlots = Context.Reference<Options>("effect-hunyuan3d/TaskSlots", {
  defaultValue: () => ({
    retry: Schedule.min([Schedule.exponential("15 seconds", 1.5), Schedule.spaced("1 minute")]).pipe(
      Schedule.jittered,
      Schedule.upTo({ duration: "15 minutes" })
    )
  })
})

/**
 * Changes parts of the setting.
 *
 * **Example** (Do not wait for a task slot)
 *
 * ```ts
 * import { Effect, Layer, Schedule } from "effect"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 * import * as SubmitJob from "effect-hunyuan3d/SubmitJob"
 * import * as TaskSlots from "effect-hunyuan3d/TaskSlots"
 *
 * const program = SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, { Prompt: "a teapot" }))
 * const Test = SubmitJob.layer.pipe(
 *   Layer.provide(TaskSlots.layer({ retry: Schedule.recurs(0) })),
 *   Layer.provide(Fake.layer())
 * )
 * await Effect.runPromise(Effect.provide(program, Test))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Partial<Options>): Layer.Layer<never> =>
  Layer.effect(
    TaskSlots,
    Effect.map(TaskSlots, (slots) => ({ ...slots, ...options }))
  )
