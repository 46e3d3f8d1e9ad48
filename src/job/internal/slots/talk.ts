/** The fiber that talks with the shared store: it is there while there is something to say. */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"

/** In milliseconds. */
const heartbeat = 1000
/** How long a caller waits at most until the store has heard of a change. */
const farewell = 2000

export interface Options {
  /** Runs the fiber. */
  readonly run: (talk: Effect.Effect<void>) => unknown
  /** Tells the store how things are, and answers whether it has heard that. */
  readonly speak: Effect.Effect<boolean>
  /** Whether the store must hear of us though nothing changes. */
  readonly goesOn: () => boolean
  /** Waits until the fiber can run no more. */
  readonly closed: Effect.Effect<void>
}

/** One message is open at a time. It goes at once when something has changed, and otherwise each heartbeat. */
export const make = ({ closed, goesOn, run, speak }: Options) => {
  const news = Latch.makeUnsafe()
  const spoken = Latch.makeUnsafe()
  // How many changes there were, and how many of them the store has heard of.
  let changes = 0
  let heard = 0
  let talking = false

  const talk: Effect.Effect<void> = Effect.gen(function* () {
    for (;;) {
      // What changes at the same time is told together.
      yield* Effect.yieldNow
      const upTo = changes
      const isHeard = yield* speak
      if (isHeard) heard = upTo
      yield* spoken.release
      if (isHeard && upTo < changes) continue
      if (!goesOn()) break
      news.closeUnsafe()
      yield* isHeard ? Effect.raceFirst(news.await, Effect.sleep(heartbeat)) : Effect.sleep(heartbeat)
    }
    talking = false
  })

  return {
    /** Lets the store hear of a change, and answers with its number. */
    tell: () => {
      changes += 1
      news.openUnsafe()
      if (!talking) {
        talking = true
        run(talk)
      }
      return changes
    },
    /** Waits, for a moment, until the store has heard of a change, and answers whether it has. */
    untilHeard: (change: number): Effect.Effect<boolean> => {
      const isHeard: Effect.Effect<boolean> = Effect.suspend(() =>
        heard >= change ? Effect.succeed(true) : Effect.andThen(spoken.await, isHeard)
      )
      return Effect.raceFirst(isHeard, Effect.as(Effect.raceFirst(closed, Effect.sleep(farewell)), false))
    },
    /** Waits until a message was answered, or failed. */
    spoken: spoken.await
  }
}
