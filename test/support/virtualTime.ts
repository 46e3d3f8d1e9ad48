/** Virtual time beside real work. */
import { type Duration, Effect, Fiber } from "effect"
import * as TestClock from "effect/testing/TestClock"

export const realTurn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

/**
 * Waits behind what Node's threads do at the moment: files and hashes. Otherwise much virtual time would pass meanwhile
 * on a busy machine.
 */
const threadsTurn = Effect.promise(() => crypto.subtle.digest("SHA-256", new Uint8Array()))

/** Lets the virtual time go on, step by step, until the effect ends, since files and hashes take real time. */
export const inVirtualTime = <A, E, R>(effect: Effect.Effect<A, E, R>, step: Duration.Input = "5 seconds") =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    while (fiber.pollUnsafe() === undefined) {
      yield* threadsTurn
      yield* TestClock.adjust(step)
    }
    return yield* Fiber.join(fiber)
  })

/** Lets the virtual time go on in steps of 20 milliseconds, and everybody do after each what there is to do. */
export const passTime = Effect.fnUntraced(function* (millis: number) {
  for (let passed = 0; passed <= millis; passed += 20) {
    if (passed > 0) yield* TestClock.adjust(20)
    for (let turn = 0; turn < 50; turn++) yield* Effect.yieldNow
  }
})
