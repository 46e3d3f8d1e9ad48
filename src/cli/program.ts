/**
 * The program: the tree of its commands, and how it runs.
 *
 * `run` reads the command line from `Stdio`, and needs nothing but services: those of
 * Effect's commands, the environment as `ConfigProvider`, and `Network`. Every failure
 * is told as one sentence on standard error and ends `run` with its exit code.
 */
import * as Cause from "effect/Cause"
import * as Argument from "effect/cli/Argument"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Terminal from "effect/Terminal"
import { completions } from "./completions.ts"
import { demo } from "./demo.ts"
import { download } from "./download.ts"
import { type Failure, fromError } from "./failure.ts"
import { forget } from "./forget.ts"
import { generate } from "./generate.ts"
import * as help from "./help.ts"
import { jobs } from "./jobs.ts"
import type { Network } from "./network.ts"
import { printable, printNote } from "./print.ts"
import { query } from "./query.ts"
import { resume } from "./resumeJobs.ts"
import { serve } from "./serve.ts"
import { sign } from "./sign.ts"
import { submit } from "./submit.ts"
import { wait } from "./wait.ts"
import { watch } from "./watch.ts"

const commands = [generate, submit, wait, watch, query, download, jobs, resume, forget, serve, sign, demo] as const

const helpCommand = Command.make(
  "help",
  {
    command: Argument.Literals(
      "command",
      commands.map(({ name }) => name)
    ).pipe(Argument.withDescription("The command to help with"), Argument.optional)
  },
  ({ command }) =>
    Effect.fail(new CliError.ShowHelp({ commandPath: ["hunyuan3d", ...Option.toArray(command)], errors: [] }))
).pipe(Command.withDescription("Print the help of the program or of a command, as --help does."))

export const hunyuan3d = Command.make("hunyuan3d").pipe(
  Command.withDescription("Tencent Cloud's Hunyuan 3D jobs from the terminal."),
  Command.withSubcommands([...commands, helpCommand]),
  Command.withExamples([
    { command: 'hunyuan3d generate "a brass teapot" --out models', description: "A model from a prompt" },
    { command: "hunyuan3d generate --image teapot.jpg --dry-run", description: "What one from an image costs" },
    { command: "hunyuan3d demo", description: "How it looks, without an account" }
  ])
)

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
      yield* Effect.forEach(event.errors, (error) => printNote(`hunyuan3d: ${error.message}`), { discard: true })
      if (event.errors.some(({ _tag }) => _tag === "UnexpectedArgument") && event.helpDoc.usage.includes("<prompt>")) {
        yield* printNote("A prompt of several words needs quotes.")
      }
      yield* printNote(`For help: ${event.commandPath.join(" ")} --help`)
    })
  }
})

// What the library logs is meant for a person too; the values that go with it are for a log.
const sentences = Logger.make(({ message }) => printable(String(Array.isArray(message) ? message[0] : message)))

const tellDefect = (defect: unknown) =>
  // A recording that cannot be written has no other way to say so.
  defect instanceof Error && Predicate.isTagged(defect, "RecordingError")
    ? printNote(`hunyuan3d: ${defect.message}`)
    : Console.error(
        [
          "hunyuan3d: This is a bug, please report it.",
          ...Cause.pretty(Cause.die(defect)).split("\n").map(printable)
        ].join("\n")
      )

export const run = (version: string): Effect.Effect<void, Failure | CliError.CliError, Command.Environment | Network> =>
  Command.run(hunyuan3d, { version }).pipe(
    // The presenter has told of the command line's own errors.
    Effect.mapError((error) => (CliError.isCliError(error) ? error : fromError(error))),
    Effect.tapError((error) => (CliError.isCliError(error) ? Effect.void : printNote(`hunyuan3d: ${error.message}`))),
    Effect.tapDefect(tellDefect),
    Effect.provide(
      Layer.mergeAll(
        Layer.effect(CliOutput.Presenter, presenter).pipe(Layer.provideMerge(TerminalCapabilities.layer)),
        // Effect's wizard asks about each flag, of which there are 37.
        CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, completions, GlobalFlag.LogLevel] }),
        Logger.layer([Logger.withConsoleError(sentences)])
      )
    )
  )
