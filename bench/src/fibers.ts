/** How much of the heap fibers take while they wait. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { heapOf } from "./measure.ts"

/** Starts this many fibers, and interrupts them when the heap is measured. */
export const fibers = <E, R>(count: number, one: (nth: number) => Effect.Effect<unknown, E, R>) =>
  Effect.gen(function* () {
    const all: Array<Fiber.Fiber<unknown, E>> = []
    let begun = 0
    const begin = (nth: number) =>
      Effect.suspend(() => {
        begun++
        return one(nth)
      })
    const heap = yield* heapOf(
      count,
      Effect.gen(function* () {
        for (let nth = 0; nth < count; nth++) all.push(yield* Effect.forkChild(begin(nth)))
        yield* Effect.repeat(Effect.sleep(5), { until: () => begun === count })
        // A fiber that has begun runs until it waits, unless it has to let others run before.
        yield* Effect.sleep(50)
      })
    )
    yield* Fiber.interruptAll(all)
    return { heap }
  })
