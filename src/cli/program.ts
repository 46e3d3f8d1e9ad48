/**
 * The program: the tree of its commands, and how it runs.
 *
 * `run` reads the command line from `Stdio`, and needs nothing but services: those of
 * Effect's commands, the environment as `ConfigProvider`, and `Network`. Every failure
 * is told as one sentence on standard error and ends `run` with its exit code. With
 * `--json`, `report.ts` prints what is known of the run, and the failure.
 */
import * as Cause from "effect/Cause"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { demo } from "./demo.ts"
import { download } from "./download.ts"
import { type Failure, fromError, isRecordingError } from "./failure.ts"
import { forget } from "./forget.ts"
import { generate } from "./generate.ts"
import { jobs } from "./jobs.ts"
import type { Network } from "./network.ts"
import { printable, printNote } from "./print.ts"
import { query } from "./query.ts"
import { jsonFlag, reported } from "./report.ts"
import { resume } from "./resumeJobs.ts"
import { schema } from "./schema.ts"
import { serve } from "./serve.ts"
import { sign } from "./sign.ts"
import { submit } from "./submit.ts"
import { wait } from "./wait.ts"
import { watch } from "./watch.ts"

export const hunyuan3d = Command.make("hunyuan3d").pipe(
  Command.withDescription("Tencent Cloud's Hunyuan 3D jobs from the terminal."),
  Command.withSubcommands([
    generate,
    submit,
    wait,
    watch,
    query,
    download,
    jobs,
    resume,
    forget,
    serve,
    sign,
    demo,
    schema
  ]),
  Command.withGlobalFlags([jsonFlag])
)

const commands = hunyuan3d.subcommands.flatMap((group) => group.commands.map(({ name }) => name))

// A wrong flag gets a sentence, not the whole help.
const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Effect.andThen(
          Effect.forEach(event.errors, (error) => printNote(`hunyuan3d: ${error.message}`), { discard: true }),
          printNote(`For help: ${event.commandPath.join(" ")} --help`)
        )
      : CliOutput.defaultPresenter.present(event)
}

// What the library logs is meant for a person too; the values that go with it are for a log.
const sentences = Logger.make(({ message }) => printable(String(Array.isArray(message) ? message[0] : message)))

const tellDefect = (defect: unknown) =>
  isRecordingError(defect)
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
    reported(commands),
    Effect.tapError((error) => (CliError.isCliError(error) ? Effect.void : printNote(`hunyuan3d: ${error.message}`))),
    Effect.tapDefect(tellDefect),
    Effect.provide(
      Layer.mergeAll(
        CliOutput.layerPresenter(presenter),
        TerminalCapabilities.layer,
        Logger.layer([Logger.withConsoleError(sentences)])
      )
    )
  )
