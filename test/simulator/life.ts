/**
 * A life: one process of the simulated program, from its start to its end or death.
 *
 * Whatever a life does to the world, it does in steps: each operation on the disk, each request that leaves, each answer
 * that comes. It dies in a step that the seed has drawn. From then on none of its steps happens and none of its timers
 * rings, so no finalizer of it has an effect: as after `kill -9`.
 */
import { Deferred, Effect, Metric } from "effect"
import type { Sleeper } from "./virtualTime.ts"

export interface Life extends Sleeper {
  readonly name: string
  /** Done when it dies. */
  readonly died: Deferred.Deferred<void>
  /** The step in which it dies. */
  readonly diesAt: number
  /** Whether it sees no faults: it looks at what the others have left. */
  readonly isHealthy: boolean
  steps: number
  /** Its fibers that run, and its files that are open. */
  fibers: number
  handles: number
}

export const make = (name: string, { diesAt = Infinity, skew = 0, isHealthy = false } = {}): Life => ({
  name,
  skew,
  diesAt,
  isHealthy,
  died: Deferred.makeUnsafe(),
  isDead: false,
  steps: 0,
  timers: 0,
  fibers: 0,
  handles: 0
})

/** Takes a step. `inDeath` is what is left of it when the life dies in it. */
export const step = (life: Life, inDeath: () => void = () => {}): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (life.isDead) return Effect.never
    life.steps += 1
    if (life.steps < life.diesAt) return Effect.void
    life.isDead = true
    inDeath()
    Deferred.doneUnsafe(life.died, Effect.void)
    return Effect.never
  })

/** Counts the fibers of a life. */
export const counted = (life: Life) =>
  Effect.provideService(Metric.FiberRuntimeMetrics, {
    recordFiberStart: () => void (life.fibers += 1),
    recordFiberEnd: () => void (life.fibers -= 1)
  })
