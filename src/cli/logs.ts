/**
 * What the library logs, as the program shows it on standard error. A log line is a
 * sentence for a person. With `--verbose`, or `--log-level debug`, each has its time
 * and level too, and there is one for each attempt of a call.
 */
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as Capabilities from "./capabilities.ts"
import { lineOf } from "./print.ts"
import { dim, type Part, styled } from "./style.ts"

export const verbose = GlobalFlag.Setting("verbose")({
  flag: Flag.Boolean("verbose").pipe(
    Flag.withAlias("v"),
    Flag.withDescription("Show each attempt of a call, as --log-level debug does"),
    Flag.withDefault(false)
  )
})

/** Effect's own has the `-v` that is `--verbose` here. */
export const version = GlobalFlag.Action({
  flag: Flag.Boolean("version").pipe(
    Flag.withAlias("V"),
    Flag.withDescription("Show the version"),
    Flag.withDefault(false)
  ),
  run: GlobalFlag.Version.run
})

/** The level that `--verbose` stands for, unless `--log-level` is given. */
export const layerLevel = Layer.unwrap(
  Effect.gen(function* () {
    const given = Option.flatten(yield* Effect.serviceOption(GlobalFlag.LogLevel))
    return (yield* verbose) && Option.isNone(given) ? Layer.succeed(References.MinimumLogLevel, "Debug") : Layer.empty
  })
)

const inColor = (level: LogLevel.LogLevel, text: string): Part => {
  if (LogLevel.isGreaterThanOrEqualTo(level, "Error")) return styled("red", text)
  return level === "Warn" ? styled("yellow", text) : text
}

// The values that go with a message are for a log.
const sentences = Logger.make<unknown, string>(({ date, fiber, logLevel, message }) => {
  const text = String(Array.isArray(message) ? message[0] : message)
  const isVerbose = !LogLevel.isGreaterThan(fiber.getRef(References.MinimumLogLevel), "Debug")
  const time = dim(`${date.toISOString().slice(11)} `)
  const parts = isVerbose
    ? [time, inColor(logLevel, logLevel.toUpperCase().padEnd(5)), ` ${text}`]
    : [inColor(logLevel, text)]
  return lineOf(parts, fiber.getRef(Capabilities.OfStderr))
})

export const layer = Logger.layer([Logger.withConsoleError(sentences)])
