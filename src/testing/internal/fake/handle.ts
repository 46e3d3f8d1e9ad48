/** The handle by which a test, or a transport, steers the fake. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Job from "../../../job/Job.ts"
import type { Dropped, Fault } from "./faults.ts"
import type { ReceivedRequest } from "./log.ts"
import type { JobOptions, Outcome } from "./options.ts"

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
    /** Lets all temporary credentials that were issued until now expire now, whatever their time was. */
    readonly revoke: Effect.Effect<void>
    /** The last 1000 requests, in the order in which they were carried out. */
    readonly requests: Effect.Effect<ReadonlyArray<ReceivedRequest>>
    /** Forgets everything and starts over with the jobs of `Options`. */
    readonly reset: Effect.Effect<void>
    /** Answers one request, for a transport of your own. `origin` is where the answer's links point. */
    readonly answer: (
      request: HttpServerRequest.HttpServerRequest,
      origin: string
    ) => Effect.Effect<HttpServerResponse.HttpServerResponse, Dropped>
  }
>()("effect-hunyuan3d/Fake") {}
