/**
 * Whether a store that processes share answers, as one of them sees it: it is lost when it has not answered for a while,
 * and found when it answers again. Each change is told once in the log, and a gauge shows how it is.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

export interface Options {
  /** What the store is of, for the log. */
  readonly of: string
  /** What follows from its loss, and what to do, for the log. */
  readonly consequence: string
  /** One message that is lost is no loss of the store. */
  readonly lostAfter: Duration.Duration
  /** 1 while the store answers, 0 while it does not. */
  readonly up: Metric.Gauge<number>
}

/** All times are nanoseconds of the monotonic clock. */
export const make = ({ consequence, lostAfter, of, up }: Options) => {
  const lostAfterNanos = Duration.toNanosUnsafe(lostAfter)
  let failing: { readonly since: bigint; readonly cause: unknown } | undefined
  let lost = false
  let foundAt: bigint | undefined

  return {
    /** Since when the store has not answered, and why it did not last. */
    failing: () => failing,
    isLost: () => lost,
    /** When it was found last. */
    foundAt: () => foundAt,
    /** A message that was sent at this time got no answer. */
    failed: Effect.fnUntraced(function* (sent: bigint, cause: Cause.Cause<unknown>) {
      failing = { since: failing?.since ?? sent, cause: Cause.squash(cause) }
      if (lost || (yield* Clock.monotonicTimeNanos) - failing.since < lostAfterNanos) return
      lost = true
      yield* Metric.update(up, 0)
      yield* Effect.logWarning(`The shared store of ${of} does not answer. ${consequence}`, cause)
    }),
    answered: Effect.gen(function* () {
      failing = undefined
      // At each answer, so that the series is there before the store is ever lost.
      yield* Metric.update(up, 1)
      if (!lost) return
      lost = false
      foundAt = yield* Clock.monotonicTimeNanos
      yield* Effect.logWarning(`The shared store of ${of} answers again.`)
    })
  }
}

export type StoreHealth = ReturnType<typeof make>
