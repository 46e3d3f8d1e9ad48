import * as Effect from "effect/Effect"

/**
 * A span whose exit does not hold the value, since an answer may hold whole links. What traces a program stores exits.
 */
export const withSpan =
  (name: string, attributes: Record<string, unknown>) =>
  <A, E, R>(self: Effect.Effect<A, E, R>) =>
    self.pipe(
      Effect.map((value) => () => value),
      Effect.withSpan(name, { attributes }, { captureStackTrace: false }),
      Effect.map((value) => value())
    )
