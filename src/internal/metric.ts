/** How this library measures. What is measured stands in the `metrics.ts` of each floor. */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"

/**
 * Metrics of one name, each for other values of its attributes. `make` is called once for each, and the metric is kept:
 * attributes that are added at an update cost several times what the update does. So the values must be few, and never
 * an id.
 */
export const tagged = <Values extends ReadonlyArray<string>, A>(make: (...values: Values) => A) => {
  const made = new Map<string, A>()
  return (...values: Values): A => {
    const key = values.join("\n")
    const known = made.get(key)
    if (known !== undefined) return known
    const metric = make(...values)
    made.set(key, metric)
    return metric
  }
}

/** Runs `start` at the beginning of an effect, and what that returns at its end. Both update metrics with the context. */
export const measured =
  <A, E>(start: (context: Context.Context<never>) => (exit: Exit.Exit<A, E>) => void) =>
  <B extends A, F extends E, R>(self: Effect.Effect<B, F, R>): Effect.Effect<B, F, R> =>
    // One step of the fiber where each `Metric.update` would be three: this is in the way of every call.
    Effect.withFiber((fiber) => {
      const end = start(fiber.context)
      return Effect.onExit(self, (exit) => {
        end(exit)
        return Effect.void
      })
    })
