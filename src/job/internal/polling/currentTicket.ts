import * as Context from "effect/Context"
import type * as Job from "../../Job.ts"

/**
 * The ticket of the job that a wait looks at, for a schedule that depends on the kind or on the age of the job.
 *
 * **Gotchas**
 *
 * It is there when a wait starts its schedule, and not when it steps it. A schedule reads it in the first effect of
 * `Schedule.fromStep`.
 *
 * **Example** (Pauses by kind)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Duration, Effect, Fiber, Schedule } from "effect"
 * import * as Job from "effect-hunyuan3d/Job"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 * import * as Polling from "effect-hunyuan3d/Polling"
 * import * as QueryJob from "effect-hunyuan3d/QueryJob"
 * import { TestClock } from "effect/testing"
 *
 * const byKind = Schedule.fromStep(
 *   Effect.map(Polling.CurrentTicket, (ticket) => {
 *     const pause = Duration.seconds(ticket?.kind === "Rapid" ? 2 : 10)
 *     return (_now: number, job: Job.Job) => Effect.succeed<[Job.Job, Duration.Duration]>([job, pause])
 *   })
 * )
 *
 * const id = Job.JobId.make("1375367755519696896")
 * const program = Effect.gen(function* () {
 *   const jobs = yield* QueryJob.QueryJob
 *   const waiting = yield* Effect.forkChild(jobs.wait(id, { kind: JobKind.Rapid, schedule: byKind }))
 *   yield* TestClock.adjust("2 seconds")
 *   return yield* Fiber.join(waiting)
 * })
 * const Script = QueryJob.layerTest({ [id]: [new Job.Running({ id }), new Job.Done({ id })] })
 * const done = await Effect.runPromise(program.pipe(Effect.provide(Script), Effect.provide(TestClock.layer())))
 * assert.equal(done._tag, "Done")
 * ```
 *
 * @category references
 * @since 0.1.0
 */
export const CurrentTicket = Context.Reference<Job.JobTicket | undefined>("effect-hunyuan3d/Polling/CurrentTicket", {
  defaultValue: () => undefined
})
