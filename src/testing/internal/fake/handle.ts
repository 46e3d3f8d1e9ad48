/** The handle by which a test, or a transport, steers the fake. */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Job from "../../../job/Job.ts"
import type { Dropped, Fault } from "./faults.ts"
import type { ReceivedRequest } from "./log.ts"
import type { Failing, JobOptions, Outcome } from "./options.ts"
import type { InvalidState, State } from "./state.ts"

/**
 * A job of the fake as it stands now.
 *
 * @category models
 * @since 0.1.0
 */
export interface JobState {
  readonly id: Job.JobId
  /** The name of its kind. */
  readonly kind: string
  readonly region: string
  readonly status: "WAIT" | "RUN" | "DONE" | "FAIL"
  readonly submittedAt: DateTime.Utc
  /** When it took its task slot; undefined while it waits. */
  readonly startsAt: DateTime.Utc | undefined
  /** When it ends; undefined while it waits, and for one that does not end by itself. */
  readonly endsAt: DateTime.Utc | undefined
  /** When its id is forgotten. */
  readonly expiresAt: DateTime.Utc
}

/**
 * The clock by which jobs run, and ids and links expire.
 *
 * @category models
 * @since 0.1.0
 */
export interface JobClock {
  readonly now: DateTime.Utc
  /** By how much it is ahead of `Clock`. */
  readonly advancedBy: Duration.Duration
  /** How many times faster jobs wait and run. */
  readonly timeScale: number
}

/**
 * The handle on the fake.
 *
 * **Details**
 *
 * `Fake.layer` and `Fake.layerHandle` make one fake each time they are built; a
 * layer that is shared is one fake.
 *
 * **Example** (A job that fails, and a connection that breaks)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer } from "effect"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as QueryJob from "effect-hunyuan3d/QueryJob"
 *
 * const program = Effect.gen(function* () {
 *   const fake = yield* Fake.Fake
 *   const id = yield* fake.job({ run: "Infinity" })
 *   yield* fake.fail(id, { code: "FailedOperation.InnerError", message: "no luck" })
 *   yield* fake.fault("dropped")
 *
 *   const error = yield* Effect.flip(QueryJob.QueryJob.use((jobs) => jobs.wait(id)))
 *   assert.equal(error._tag, "JobFailed")
 *   assert.equal((yield* fake.requests).length, 2)
 * })
 * await Effect.runPromise(Effect.provide(program, QueryJob.layer.pipe(Layer.provideMerge(Fake.layer()))))
 * ```
 *
 * **Example** (A day later, and the same jobs in another fake)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect } from "effect"
 * import * as Fake from "effect-hunyuan3d/Fake"
 *
 * const first = Effect.gen(function* () {
 *   const fake = yield* Fake.Fake
 *   yield* fake.job({ run: "3 minutes" })
 *   yield* fake.advance("1 minute")
 *   return yield* fake.save
 * })
 * const second = (state: unknown) =>
 *   Effect.gen(function* () {
 *     const fake = yield* Fake.Fake
 *     yield* fake.restore(state)
 *     const [running] = yield* fake.jobs
 *     assert.equal(running?.status, "RUN")
 *     yield* fake.advance("2 minutes")
 *     const [done] = yield* fake.jobs
 *     assert.equal(done?.status, "DONE")
 *     yield* fake.advance("1 day")
 *     assert.deepEqual(yield* fake.jobs, [])
 *   })
 * const state = await Effect.runPromise(first.pipe(Effect.provide(Fake.layerHandle())))
 * const text = JSON.stringify(state)
 * await Effect.runPromise(second(JSON.parse(text)).pipe(Effect.provide(Fake.layerHandle())))
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class Fake extends Context.Service<
  Fake,
  {
    /** Puts a job into the fake as if it had been submitted now. */
    readonly job: (options?: JobOptions) => Effect.Effect<Job.JobId>
    /** Ends a job with its files. Dies when there is no such job; one that has ended stays as it is. */
    readonly complete: (id: string) => Effect.Effect<void>
    /** Ends a job with a failure. Dies when there is no such job; one that has ended stays as it is. */
    readonly fail: (id: string, reason: Exclude<Outcome, "DONE">) => Effect.Effect<void>
    /** The jobs whose ids have not expired, in the order in which they came. */
    readonly jobs: Effect.Effect<ReadonlyArray<JobState>>
    /** Lets the next requests suffer these faults, one each, in this order. They come before faults by chance. */
    readonly fault: (...faults: ReadonlyArray<Fault>) => Effect.Effect<void>
    /**
     * Lets the jobs fail that are submitted from now on, all or a share of them; `undefined` for none. A job that was
     * given an outcome has that one.
     */
    readonly failing: (failing: Failing | undefined) => Effect.Effect<void>
    /** The clock of the jobs. */
    readonly clock: Effect.Effect<JobClock>
    /**
     * Moves the clock of the jobs forward: jobs go on, and ids and links expire. The time by which signatures and keys
     * are checked stays that of `Clock`, so a client whose clock is right is still accepted. Dies when the time is not
     * finite or below 0.
     */
    readonly advance: (by: Duration.Input) => Effect.Effect<void>
    /** Lets jobs run so many times faster from now on, those too that are there. Dies unless it is a number above 0. */
    readonly setTimeScale: (timeScale: number) => Effect.Effect<void>
    /** What is known of the jobs, to be kept as JSON. Requests, faults and temporary keys are not a part of it. */
    readonly save: Effect.Effect<State>
    /**
     * Goes on from a state that `save` gave, with its seed. Jobs stand as they stood when it was saved, however long ago
     * that was. A state that cannot be used changes nothing.
     */
    readonly restore: (state: unknown) => Effect.Effect<void, InvalidState>
    /** The seed of the chance, and undefined where chance is that of `Random`. */
    readonly seed: Effect.Effect<number | undefined>
    /** How many jobs are known, and how many requests arrived since the start or the last reset. */
    readonly counts: Effect.Effect<{ readonly jobs: number; readonly requests: number }>
    /** Lets all temporary credentials that were issued until now expire now, whatever their time was. */
    readonly revoke: Effect.Effect<void>
    /** The last 1000 requests, in the order in which they were carried out. */
    readonly requests: Effect.Effect<ReadonlyArray<ReceivedRequest>>
    /** Forgets everything and starts over as `Options` say: with their jobs, seed and time scale. */
    readonly reset: Effect.Effect<void>
    /** The same with another seed. */
    readonly resetWithSeed: (seed: number) => Effect.Effect<void>
    /** Answers one request, for a transport of your own. `origin` is where the answer's links point. */
    readonly answer: (
      request: HttpServerRequest.HttpServerRequest,
      origin: string
    ) => Effect.Effect<HttpServerResponse.HttpServerResponse, Dropped>
  }
>()("effect-hunyuan3d/Fake") {}
