/**
 * What the streams of the program can do. Effect's `TerminalCapabilities` speaks of
 * standard output; `OfStderr` is the same for standard error, which may be a terminal
 * when standard output is not.
 */
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"

export const OfStderr = Context.Reference<TerminalCapabilities.TerminalCapabilities>(
  "effect-hunyuan3d/cli/capabilities/OfStderr",
  { defaultValue: () => ({ canColor: false, canAnimate: false, canPrompt: false }) }
)

// What runs there keeps a log, even where the log is a terminal.
const isCi = Effect.map(
  Effect.orDie(Config.option(Config.String("CI"))),
  Option.exists((ci) => !["", "0", "false"].includes(ci.toLowerCase()))
)

const ofStderr = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  const capabilities = yield* Effect.provide(
    TerminalCapabilities.TerminalCapabilities,
    Layer.fresh(TerminalCapabilities.layer).pipe(
      Layer.provide(Layer.succeed(Stdio.Stdio, { ...stdio, stdoutIsTerminal: stdio.stderrIsTerminal }))
    )
  )
  return { ...capabilities, canAnimate: capabilities.canAnimate && !(yield* isCi) }
})

/** Detects both. */
export const layer: Layer.Layer<never, never, Stdio.Stdio> = Layer.merge(
  TerminalCapabilities.layer,
  Layer.effect(OfStderr, ofStderr)
)
