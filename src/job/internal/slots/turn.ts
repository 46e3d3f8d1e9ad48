/** Waiting in a queue for task slots, and telling how far it has come: to the caller, in the log, as metrics. */
import * as Effect from "effect/Effect"
import { measuredTurn } from "../metrics.ts"

export interface Turn<E> {
  readonly kind: string
  /** The position in the queue: 1 for the next one, 0 for one that has its task slot, `undefined` while it is not known. */
  readonly position: () => number | undefined
  /** Waits until the position may have changed. */
  readonly news: Effect.Effect<void, E>
  readonly onPosition?: ((position: number) => Effect.Effect<void>) | undefined
}

/** Waits until the position is 0. */
export const untilTurn = <E>({ kind, news, onPosition, position }: Turn<E>): Effect.Effect<void, E> =>
  Effect.gen(function* () {
    let told: number | undefined
    let logged = Infinity
    for (;;) {
      const now = position()
      if (now === 0) return
      if (now === undefined || now === told) {
        yield* news
        continue
      }
      told = now
      // Each time that half of the way is done: a few lines, however long the queue.
      if (now <= logged / 2) {
        logged = now
        yield* Effect.logInfo(`The submission waits for a task slot of ${kind}: position ${now} in the queue.`)
      }
      if (onPosition !== undefined) yield* onPosition(now)
    }
  }).pipe(measuredTurn(kind))
