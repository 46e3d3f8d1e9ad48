/**
 * Spreads a burst of starts over turns of the event loop, so that ten thousand waits
 * that begin together do not hold up the rest of the program. The first of a turn pass
 * at once, which is all of them in most programs. The rest pass in order in the turns
 * that follow.
 */
import * as Effect from "effect/Effect"
import * as MutableList from "effect/MutableList"
import type * as Scheduler from "effect/Scheduler"

const perTurn = 200

/** Makes an effect that passes at most `perTurn` times in a turn. */
export const makeSpread = (): Effect.Effect<void> => {
  const waiting = MutableList.make<(effect: Effect.Effect<void>) => void>()
  let passed = 0

  const turn = (dispatcher: Scheduler.SchedulerDispatcher) => {
    const next = MutableList.takeN(waiting, perTurn)
    passed = next.length
    if (passed > 0) dispatcher.scheduleTask(() => turn(dispatcher), 0)
    for (const resume of next) resume(Effect.void)
  }

  return Effect.withFiber((fiber) => {
    if (passed === perTurn) return Effect.callback<void>((resume) => MutableList.append(waiting, resume))
    passed++
    if (passed === 1) {
      const dispatcher = fiber.currentDispatcher
      dispatcher.scheduleTask(() => turn(dispatcher), 0)
    }
    return Effect.void
  })
}
