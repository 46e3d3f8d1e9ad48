import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { makeSpread } from "../../../src/job/internal/spread.ts"

/** Starts so many fibers at once, and tells who has passed. */
const burst = Effect.fnUntraced(function* (count: number) {
  const spread = makeSpread()
  const passed: Array<number> = []
  const fibers = yield* Effect.forEach(
    Array.from({ length: count }, (_, index) => index),
    (index) =>
      Effect.forkChild(
        Effect.map(spread, () => passed.push(index)),
        { startImmediately: true }
      )
  )
  return { fibers, passed, spread }
})

describe("a burst of starts", () => {
  it.effect("passes at once when it is small", () =>
    Effect.gen(function* () {
      const { passed } = yield* burst(200)
      assert.strictEqual(passed.length, 200)
    })
  )

  it.effect("passes in order, and no more than a part of it in a turn of the event loop", () =>
    Effect.gen(function* () {
      const { fibers, passed } = yield* burst(1000)
      let before = 0
      while (passed.length < 1000) {
        assert.isAtMost(passed.length - before, 200)
        before = passed.length
        yield* Effect.yieldNow
      }
      yield* Fiber.joinAll(fibers)
      assert.deepStrictEqual(
        passed,
        Array.from({ length: 1000 }, (_, index) => index)
      )
    })
  )

  it.effect("lets others pass when those before them are interrupted", () =>
    Effect.gen(function* () {
      const { fibers, passed } = yield* burst(1000)
      yield* Fiber.interruptAll(fibers.slice(200, 999))
      yield* Fiber.joinAll(fibers.slice(999))
      assert.deepStrictEqual(passed.slice(200), [999])
    })
  )

  it.effect("is over once all have passed: later starts pass at once again", () =>
    Effect.gen(function* () {
      const { fibers, spread } = yield* burst(1000)
      yield* Fiber.joinAll(fibers)
      yield* Effect.yieldNow
      yield* Effect.yieldNow
      const later = yield* Effect.forkChild(spread, { startImmediately: true })
      assert.isDefined(later.pollUnsafe())
    })
  )
})
