/** How the program shows its help, and what is wrong with a command line. */
import * as CliOutput from "effect/cli/CliOutput"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Terminal from "effect/Terminal"
import * as help from "./help.ts"
import { printFailure, printNote } from "./print.ts"

const presenter = Effect.gen(function* () {
  const terminal = yield* Terminal.Terminal
  const { canColor } = yield* TerminalCapabilities.TerminalCapabilities
  return {
    present: Effect.fnUntraced(function* (event: CliOutput.Presenter.Event) {
      if (event._tag === "Help") {
        const columns = (yield* terminal.columns) || 80
        return yield* Console.log(help.format(event.helpDoc, { width: Math.min(columns, 120), colors: canColor }))
      }
      if (event._tag === "Version") return yield* CliOutput.defaultPresenter.present(event)
      // A wrong flag gets a sentence, not the whole help.
      yield* Effect.forEach(event.errors, ({ message }) => printFailure(message), { discard: true })
      if (event.errors.some(({ _tag }) => _tag === "UnexpectedArgument") && event.helpDoc.usage.includes("<prompt>")) {
        yield* printNote("A prompt of several words needs quotes.")
      }
      yield* printNote(`For help: ${event.commandPath.join(" ")} --help`)
    })
  }
})

export const layer: Layer.Layer<never, never, Terminal.Terminal> = Layer.effect(CliOutput.Presenter, presenter)
