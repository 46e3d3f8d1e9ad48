/**
 * The program: the tree of its commands, and how it runs.
 *
 * `run` reads the command line from `Stdio`, and needs nothing but services: those of
 * Effect's commands, the environment as `ConfigProvider`, and `Network`. Every failure
 * is told as one sentence on standard error and ends `run` with its exit code.
 */
import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Attempts from "./attempts.ts"
import * as Capabilities from "./capabilities.ts"
import { demo } from "./demo.ts"
import { download } from "./download.ts"
import { type Failure, fromError } from "./failure.ts"
import { forget } from "./forget.ts"
import { generate } from "./generate.ts"
import { jobs } from "./jobs.ts"
import * as logs from "./logs.ts"
import type { Network } from "./network.ts"
import { printable, printNote } from "./print.ts"
import { query } from "./query.ts"
import { resume } from "./resumeJobs.ts"
import * as Screen from "./screen.ts"
import { serve } from "./serve.ts"
import { sign } from "./sign.ts"
import { styled } from "./style.ts"
import { submit } from "./submit.ts"
import { wait } from "./wait.ts"
import { watch } from "./watch.ts"

export const hunyuan3d = Command.make("hunyuan3d").pipe(
  Command.withDescription("Tencent Cloud's Hunyuan 3D jobs from the terminal."),
  Command.withSubcommands([generate, submit, wait, watch, query, download, jobs, resume, forget, serve, sign, demo]),
  Command.provide(logs.layerLevel),
  Command.withGlobalFlags([logs.verbose])
)

// A wrong flag gets a sentence, not the whole help.
const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Effect.andThen(
          Effect.forEach(event.errors, (error) => tell(error.message), { discard: true }),
          printNote(`For help: ${event.commandPath.join(" ")} --help`)
        )
      : CliOutput.defaultPresenter.present(event)
}

const tell = (message: string) => printNote(styled("red", "hunyuan3d:"), ` ${message}`)

const tellDefect = (defect: unknown) =>
  // A recording that cannot be written has no other way to say so.
  defect instanceof Error && Predicate.isTagged(defect, "RecordingError")
    ? tell(defect.message)
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
    Effect.tapError((error) => (CliError.isCliError(error) ? Effect.void : tell(error.message))),
    Effect.tapDefect(tellDefect),
    Effect.provide(
      Layer.mergeAll(
        CliOutput.layerPresenter(presenter),
        CliConfig.layer({
          builtIns: [GlobalFlag.Help, logs.version, GlobalFlag.Wizard, GlobalFlag.Completions, GlobalFlag.LogLevel]
        }),
        logs.layer,
        Attempts.layer.pipe(Layer.provideMerge(Screen.layer), Layer.provideMerge(Capabilities.layer))
      )
    )
  )
