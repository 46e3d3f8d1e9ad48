/**
 * Whether the shared store answers, as one process sees it, for all keys together.
 *
 * The store is lost when it has not answered for a window and half a second, and found when it answers again. Each
 * change is told once.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

// Others may use for a moment what the store granted them before. A window after that nothing of it counts any more.
const othersStopAfter = Duration.millis(500)

// Connections to a store that came back are made again within about three seconds, at the times of each process.
const othersKnowAfter = Duration.toNanosUnsafe("3500 millis")

/** The consequence is logged when the store is lost. */
export const make = (consequence: string, window: Duration.Duration) => {
  const lostAfter = Duration.toNanosUnsafe(Duration.sum(window, othersStopAfter))
  const answers = Metric.gauge("hunyuan3d_limit_store_up", {
    description: "1 while the shared store of rate limits answers, 0 while it is lost",
    // Not "1", for which collectors add "_ratio" to the name.
    attributes: { unit: "{store}" }
  })
  let failing: { readonly since: bigint; readonly cause: unknown } | undefined
  let lost = false
  let foundAt: bigint | undefined

  return {
    /** Since when the store has not answered, and why it did not last. */
    failing: () => failing,
    /** Whether the store is lost, or was lost so recently that other processes may not yet know that it is back. */
    isDoubtful: (now: bigint) => lost || (foundAt !== undefined && now < foundAt + othersKnowAfter),
    /** A message that was sent at this time got no answer. */
    failed: Effect.fnUntraced(function* (sent: bigint, cause: Cause.Cause<unknown>) {
      failing = { since: failing?.since ?? sent, cause: Cause.squash(cause) }
      if (lost || (yield* Clock.monotonicTimeNanos) - failing.since < lostAfter) return
      lost = true
      yield* Metric.update(answers, 0)
      yield* Effect.logWarning(`The shared store of rate limits does not answer. ${consequence}`, cause)
    }),
    answered: Effect.gen(function* () {
      failing = undefined
      // At each answer, so that the series is there before the store is ever lost.
      yield* Metric.update(answers, 1)
      if (!lost) return
      lost = false
      foundAt = yield* Clock.monotonicTimeNanos
      yield* Effect.logWarning("The shared store of rate limits answers again.")
    })
  }
}

export type Health = ReturnType<typeof make>
