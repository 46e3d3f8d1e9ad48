/**
 * What this floor measures. `docs/observability.md` lists it, and a test compares.
 *
 * Whoever wants the values reads Effect's `MetricRegistry`, or exports it. Names and
 * units are those of Prometheus; OTLP takes the unit from the attribute `unit`.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { measured, tagged } from "../../internal/metric.ts"
import { outcomeOf } from "../../internal/outcome.ts"

const calls = tagged((action: string, outcome: string) =>
  Metric.counter("hunyuan3d_calls_total", {
    description: "Calls of an action by how they ended, retries included",
    incremental: true,
    attributes: { unit: "{call}", action, outcome }
  })
)

const retries = tagged((action: string, reason: string) =>
  Metric.counter("hunyuan3d_retries_total", {
    description: "Attempts of calls after the first one, by why the one before failed",
    incremental: true,
    attributes: { unit: "{attempt}", action, reason }
  })
)

const permitQueue = tagged((action: string) =>
  Metric.gauge("hunyuan3d_permit_queue", {
    description: "Attempts that wait for a permit of the rate limit now",
    attributes: { unit: "{attempt}", action }
  })
)

const permitSeconds = tagged((action: string) =>
  Metric.histogram("hunyuan3d_permit_wait_seconds", {
    description: "Time that an attempt waited for its permit",
    boundaries: [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    attributes: { unit: "s", action }
  })
)

/** Counts a call by how it ended. */
export const measuredCall = (action: string) =>
  measured((context) => (exit) => calls(action, outcomeOf(exit)).updateUnsafe(1, context))

/** Counts one attempt more. */
export const retried = (action: string, reason: { readonly _tag: string }): Effect.Effect<void> =>
  Metric.update(retries(action, reason._tag), 1)

/** Measures how many wait for a permit, and how long. */
export const measuredPermit = (action: string) =>
  measured((context) => {
    const clock = Context.get(context, Clock.Clock)
    const queue = permitQueue(action)
    const started = clock.monotonicTimeNanosUnsafe()
    queue.modifyUnsafe(1, context)
    return () => {
      queue.modifyUnsafe(-1, context)
      permitSeconds(action).updateUnsafe(Number(clock.monotonicTimeNanosUnsafe() - started) / 1e9, context)
    }
  })
