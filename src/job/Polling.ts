/**
 * When to look at a job again, and when to stop waiting for it.
 *
 * A wait looks at once. After each look the schedule is stepped with the `Job`
 * that was seen and says how long to sleep, or ends the wait. Any Effect
 * `Schedule` that takes a `Job` will do, so it can look more often while a job
 * runs than while it waits for a task slot. `adaptive` makes one that learns how long
 * jobs take.
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
import type * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as learning from "./internal/polling/adaptive.ts"
import { keptIn } from "./internal/polling/kept.ts"
import type * as Job from "./Job.ts"

export { CurrentTicket } from "./internal/polling/currentTicket.ts"

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

const first = { least: 33_000, most: 38_000 }
const later = 9700

/**
 * A first pause of 33 to 38 seconds, then one of 9.7 seconds each: for jobs that take
 * one to five minutes, from their submission on. While a job waits for a task slot,
 * each pause is as long as the first one.
 *
 * **Details**
 *
 * The first pause is random, so that jobs which were submitted together are looked at
 * one after the other. `docs/polling.md` says how the pauses were chosen.
 *
 * @category schedules
 * @since 0.1.0
 */
export const steady: Schedule.Schedule<unknown, Job.Job> = Schedule.identity<Job.Job>().pipe(
  Schedule.addDelay(({ attempt, input }) =>
    // A job that waits has all of its run before it, as one that was just submitted.
    attempt === 1 || input._tag === "Waiting"
      ? Effect.map(Random.nextIntBetween(first.least, first.most), Duration.millis)
      : Effect.succeed(Duration.millis(later))
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

/**
 * What a schedule that learns aims at, and where it keeps what it has learnt.
 *
 * @category models
 * @since 0.1.0
 */
export interface AdaptiveOptions {
  /**
   * The mean time from the end of a job to the look that sees it. Half of it takes twice as many looks. Unless given, it
   * is that of {@link steady}, 4.85 seconds, or more where that would take more looks than `steady` does.
   */
  readonly delay?: Duration.Input | undefined
  /**
   * Keeps what was learnt for the next process, such as Effect's `KeyValueStore`, under the key
   * `effect-hunyuan3d/Polling`. Unless given, each process learns anew.
   */
  readonly store?: Pick<KeyValueStore.KeyValueStore, "get" | "set"> | undefined
}

/**
 * Makes a schedule that learns how long the jobs of each kind take, and looks most often at the age at which they end.
 *
 * **Details**
 *
 * It is {@link steady} until ten jobs of a kind have ended. Then the pauses follow from how likely a job of this age is
 * to end. They are between 1 and 60 seconds, or four times `delay` where that is longer. Unless `delay` is given, the
 * first pause of a wait is at most 46 seconds. A job that waits for a task slot is looked at as if it began to run now.
 *
 * It forgets: about the last 64 jobs count, and where jobs suddenly take another time it begins anew. `docs/polling.md`
 * says what it saves.
 *
 * **Gotchas**
 *
 * - Make it once, and use it for all waits: it learns from the waits that use it.
 * - It learns ages, so it needs tickets that say when their job was submitted, as those of `SubmitJob` do, or jobs that
 *   are seen waiting for a task slot. For an id alone it is `steady`.
 * - A store is written when its scope closes, and every 30 seconds if something was learnt. Of two processes with one
 *   store the last one to write is read by the next. A store that fails is logged, and nothing else depends on it.
 *
 * @category schedules
 * @since 0.1.0
 */
export const adaptive = (
  options: AdaptiveOptions = {}
): Effect.Effect<Schedule.Schedule<unknown, Job.Job>, never, Scope.Scope> =>
  Effect.gen(function* () {
    return learning.make({
      sketches: options.store === undefined ? new Map() : yield* keptIn(options.store),
      aim:
        options.delay === undefined
          ? { delay: later / 2, atMost: { first: (first.least + first.most) / 2, later } }
          : { delay: Duration.toMillis(options.delay) },
      unknown: steady
    })
  })

/**
 * Sets that all waits poll by one {@link adaptive} schedule, wherever they say nothing of their own.
 *
 * **Example** (What one process has learnt, the next one knows)
 *
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { KeyValueStore } from "effect/persistence"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as GenerateJob from "effect-hunyuan3d/GenerateJob"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 * import * as Polling from "effect-hunyuan3d/Polling"
 *
 * const Adaptive = Layer.unwrap(
 *   Effect.map(KeyValueStore.KeyValueStore, (store) => Polling.layerAdaptive({ delay: "3 seconds", store }))
 * )
 * const Test = GenerateJob.layer.pipe(
 *   Layer.provide(Adaptive),
 *   Layer.provide(KeyValueStore.layerMemory), // or layerFileSystem, or layerSql
 *   Layer.provide(Fake.layer({ wait: 0, run: 0 }))
 * )
 * const program = GenerateJob.GenerateJob.use((jobs) => jobs.generate(JobKind.Rapid, { Prompt: "a teapot" }))
 * await Effect.runPromise(Effect.provide(program, Test))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerAdaptive = (options: AdaptiveOptions = {}): Layer.Layer<never> =>
  Layer.effect(
    Polling,
    Effect.gen(function* () {
      return { ...(yield* Polling), schedule: yield* adaptive(options) }
    })
  )
