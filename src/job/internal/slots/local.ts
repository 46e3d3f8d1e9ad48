/**
 * Task slots of one process: as many submissions of a kind are under way as the kind says, and the others wait in the
 * order in which they came.
 *
 * A task slot is held until its submission leaves. What becomes of the job after that, the service knows: a submission
 * that comes too early is refused, and tries again.
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as JobKind from "../../JobKind.ts"
import { measuredPosition } from "../metrics.ts"
import type { TaskSlotPool } from "./service.ts"
import { untilTurn } from "./turn.ts"

interface Waiter {
  position: number
}

const makeQueue = (kind: string) => {
  const waiting = new Set<Waiter>()
  const moved = Latch.makeUnsafe()
  let count = 0
  let held = 0

  /** Gives out what is free, and tells all who wait where they are. */
  const settle = Effect.suspend(() => {
    let position = 0
    for (const waiter of waiting) {
      if (held < count) {
        held += 1
        waiter.position = 0
        waiting.delete(waiter)
      } else {
        waiter.position = ++position
      }
    }
    return Effect.andThen(moved.release, measuredPosition(kind, Math.min(position, 1)))
  })

  return {
    moved: moved.await,
    enter: (waiter: Waiter, tasksAtOnce: number) => {
      count = tasksAtOnce
      waiting.add(waiter)
      return settle
    },
    leave: (waiter: Waiter) => {
      if (!waiting.delete(waiter)) held -= 1
      return settle
    }
  }
}

export const make = (): TaskSlotPool["Service"] => {
  // Kinds are compared by name, and the last one says how many slots there are.
  const queues = new Map<string, ReturnType<typeof makeQueue>>()
  const queueOf = ({ name }: JobKind.Any) => {
    const queue = queues.get(name) ?? makeQueue(name)
    queues.set(name, queue)
    return queue
  }

  return {
    enter: (kind, onPosition) =>
      Effect.suspend(() => {
        const queue = queueOf(kind)
        const waiter: Waiter = { position: 0 }
        return Effect.as(queue.enter(waiter, kind.tasksAtOnce), {
          turn: untilTurn({ kind: kind.name, position: () => waiter.position, news: queue.moved, onPosition }),
          refused: Effect.void,
          accepted: () => Effect.void,
          leave: Effect.suspend(() => queue.leave(waiter))
        })
      }),
    ended: () => Effect.void
  }
}
