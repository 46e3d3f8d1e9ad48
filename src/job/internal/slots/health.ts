/** Whether the shared store of task slots answers, as one process sees it. Each change is told once. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { measuredSlotStore } from "../metrics.ts"

// One message that is lost is no loss of the store.
const lostAfter = Duration.toMillis("3 seconds")

/** The consequence is logged when the store is lost. */
export const make = (consequence: string) => {
  let failing: { readonly since: number; readonly cause: unknown } | undefined
  let lost = false
  return {
    /** Since when the store has not answered, and why it did not last. */
    failing: () => failing,
    /** A message that was sent at this time got no answer. */
    failed: Effect.fnUntraced(function* (sent: number, cause: Cause.Cause<unknown>) {
      failing = { since: failing?.since ?? sent, cause: Cause.squash(cause) }
      if (lost || (yield* Clock.currentTimeMillis) - failing.since < lostAfter) return
      lost = true
      yield* measuredSlotStore(0)
      yield* Effect.logWarning(`The shared store of task slots does not answer. ${consequence}`, cause)
    }),
    answered: Effect.suspend(() => {
      failing = undefined
      if (!lost) return measuredSlotStore(1)
      lost = false
      return Effect.andThen(measuredSlotStore(1), Effect.logWarning("The shared store of task slots answers again."))
    })
  }
}

export type Health = ReturnType<typeof make>
