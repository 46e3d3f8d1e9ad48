/**
 * When to look at a job again, and when to stop waiting for it.
 *
 * A wait looks at once. After each look the schedule is stepped with the `Job`
 * that was seen and says how long to sleep, or ends the wait. Any Effect
 * `Schedule` that takes a `Job` will do, so it can look more often while a job
 * runs than while it waits for a task slot.
 *
 * **Gotchas**
 *
 * - A look that failed for a reason that may pass does not step the schedule. It is
 *   retried after pauses of its own until the deadline.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type * as Job from "./Job.ts"

/**
 * How a wait polls.
 *
 * @category models
 * @since 0.1.0
 */
export interface PollingOptions {
  /** Stepped with each job that was seen; gives the pause before the next look. */
  readonly schedule: Schedule.Schedule<unknown, Job.Job>
  /** How long to wait in all, from the call of `wait`. */
  readonly deadline: Duration.Input
}

/**
 * A first pause of 33 to 38 seconds, then one of 9.7 seconds each: for jobs that take
 * one to five minutes, from their submission on.
 *
 * **Details**
 *
 * The first pause is random, so that jobs which were submitted together are looked at
 * one after the other. `docs/polling.md` says how the pauses were chosen.
 *
 * @category schedules
 * @since 0.1.0
 */
export const steady: Schedule.Schedule<unknown, Job.Job> = Schedule.spaced("9.7 seconds").pipe(
  Schedule.modifyDelay(({ attempt, duration }) =>
    attempt === 1 ? Effect.map(Random.nextIntBetween(33_000, 38_000), Duration.millis) : Effect.succeed(duration)
  )
)

/**
 * Pauses that grow from 3 to 15 seconds, each 20 % longer or shorter at random: for
 * jobs that may end soon, and for waits that begin when the job has run for a while.
 *
 * @category schedules
 * @since 0.1.0
 */
export const relaxed: Schedule.Schedule<unknown, Job.Job> = Schedule.min([
  Schedule.exponential("3 seconds", 1.3),
  Schedule.spaced("15 seconds")
]).pipe(Schedule.jittered)

/**
 * A look every second: for a person who waits, and few jobs at a time.
 *
 * @category schedules
 * @since 0.1.0
 */
export const eager: Schedule.Schedule<unknown, Job.Job> = Schedule.spaced("1 second")

/**
 * The polling in force: {@link steady} for at most 30 minutes.
 *
 * @category references
 * @since 0.1.0
 */
export const Polling = Context.Reference<PollingOptions>("effect-hunyuan3d/Polling", {
  defaultValue: () => ({ schedule: steady, deadline: "30 minutes" })
})

/**
 * Sets how waits poll, wherever they say nothing of their own.
 *
 * **Example** (Slowly while the job waits, quickly while it runs)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Duration, Effect, Schedule } from "effect"
 * import type * as Job from "effect-hunyuan3d/Job"
 * import * as Polling from "effect-hunyuan3d/Polling"
 *
 * const byState = Schedule.identity<Job.Job>().pipe(
 *   Schedule.addDelay(({ input }) => Effect.succeed(input._tag === "Waiting" ? "20 seconds" : "4 seconds"))
 * )
 * const Patient = Polling.layer({ schedule: byState, deadline: "2 hours" })
 *
 * const deadline = Effect.map(Polling.Polling, (polling) => Duration.fromInputUnsafe(polling.deadline))
 * assert.equal(Duration.toHours(await Effect.runPromise(Effect.provide(deadline, Patient))), 2)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Partial<PollingOptions>): Layer.Layer<never> =>
  Layer.effect(
    Polling,
    Effect.map(Polling, (polling) => ({ ...polling, ...options }))
  )
