/**
 * How a call is carried out: how long an attempt may take, how large an answer may
 * be, and when a failure that may pass is retried.
 *
 * @since 0.1.0
 */
import * as ByteSize from "effect/ByteSize"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as ApiError from "./ApiError.ts"

/**
 * How a call is carried out.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** How long one attempt may take, from sending to the last byte of the answer; waiting for a permit is not counted. */
  readonly timeout: Duration.Input
  /** The largest answer that is read. */
  readonly maxResponseSize: ByteSize.Input
  /** When a failure is retried. Only those step it that may pass and are safe to retry. */
  readonly retry: Schedule.Schedule<unknown, ApiError.ApiError>
}

/**
 * How often the policy retries a call by default.
 *
 * @category facts
 * @since 0.1.0
 */
export const defaultRetries = 3

/**
 * The policy in force: 10 seconds an attempt, answers up to 1 MiB, and three
 * retries after about 0.25, 1 and 3 seconds, with jitter.
 *
 * @category references
 * @since 0.1.0
 */
export const Policy = Context.Reference<Options>("effect-hunyuan3d/Policy", {
  defaultValue: () => ({
    timeout: "10 seconds",
    maxResponseSize: ByteSize.mebibytes(1),
    retry: Schedule.min([Schedule.exponential("250 millis", 4), Schedule.spaced("3 seconds")]).pipe(
      Schedule.jittered,
      Schedule.upTo({ times: defaultRetries })
    )
  })
})

/**
 * Changes parts of the policy.
 *
 * **Example** (More time for each attempt)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect } from "effect"
 * import * as Policy from "effect-hunyuan3d/Policy"
 *
 * const timeout = Effect.map(Policy.Policy, (policy) => policy.timeout)
 * assert.equal(await Effect.runPromise(Effect.provide(timeout, Policy.layer({ timeout: "30 seconds" }))), "30 seconds")
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Partial<Options>): Layer.Layer<never> =>
  Layer.effect(
    Policy,
    Effect.map(Policy, (policy) => ({ ...policy, ...options }))
  )
