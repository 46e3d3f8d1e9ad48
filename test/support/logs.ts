import { Effect, Logger, References } from "effect"

interface Line {
  readonly level: string
  /** The texts among what was logged. */
  readonly text: string
  readonly values: ReadonlyArray<unknown>
}

/** Runs an effect and gives what it answered, with all lines that it logged, of every level. */
export const withLogs = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const lines: Array<Line> = []
  const logger = Logger.make(({ logLevel, message }) => {
    const values: ReadonlyArray<unknown> = Array.isArray(message) ? message : [message]
    lines.push({ level: logLevel, text: values.filter((value) => typeof value === "string").join(" "), values })
  })
  const value = yield* effect.pipe(
    Effect.provide(Logger.layer([logger])),
    Effect.provideService(References.MinimumLogLevel, "All")
  )
  return { value, lines }
})

/** Lines but for those that tell of each attempt of a call. */
export const besidesAttempts = (lines: ReadonlyArray<Line>): ReadonlyArray<Line> =>
  lines.filter(({ text }) => !/, attempt \d+: /.test(text))
