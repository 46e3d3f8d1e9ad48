/**
 * Spreads a burst of starts over turns of the event loop, so that ten thousand waits
 * that begin together do not hold up the rest of the program. The first of a turn pass
 * at once, which is all of them in most programs. The rest pass in order in the turns
 * that follow.
 */
import * as Effect from "effect/Effect"
import * as MutableList from "effect/MutableList"

const perTurn = 200

/** Makes an effect that passes at most `perTurn` times in a turn. */
export const makeSpread = (): Effect.Effect<void> => {
  const waiting = MutableList.make<(effect: Effect.Effect<void>) => void>()
  let passed = 0
  let isScheduled = false

  return Effect.withFiber(({ currentDispatcher }) => {
    const turn = () => {
      const next = MutableList.takeN(waiting, perTurn)
      passed = next.length
      isScheduled = passed > 0
      if (isScheduled) currentDispatcher.scheduleTask(turn, 0)
      for (const resume of next) resume(Effect.void)
    }
    if (!isScheduled) currentDispatcher.scheduleTask(turn, 0)
    isScheduled = true
    if (passed === perTurn) return Effect.callback<void>((resume) => MutableList.append(waiting, resume))
    passed++
    return Effect.void
  })
}
