/**
 * The program: the tree of its commands, and how it runs.
 *
 * `run` reads the command line from `Stdio`, and needs nothing but services: those of
 * Effect's commands, the environment as `ConfigProvider`, and `Network`. Every failure
 * is told as one sentence on standard error and ends `run` with its exit code. With
 * `--json`, `report.ts` prints what is known of the run, and the failure.
 */
import * as Cause from "effect/Cause"
import * as Argument from "effect/cli/Argument"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Attempts from "./attempts.ts"
import { batch } from "./batch.ts"
import * as Capabilities from "./capabilities.ts"
import { completions } from "./completions.ts"
import { demo } from "./demo.ts"
import { doctor } from "./doctor.ts"
import { download } from "./download.ts"
import { type Failure, fromError, isRecordingError } from "./failure.ts"
import { forget } from "./forget.ts"
import { generate } from "./generate.ts"
import { ProgramVersion } from "./installation.ts"
import { jobs } from "./jobs.ts"
import * as logs from "./logs.ts"
import type { Network } from "./network.ts"
import { observed } from "./observed.ts"
import { open } from "./open.ts"
import * as presenter from "./presenter.ts"
import { printable, printFailure } from "./print.ts"
import { query } from "./query.ts"
import { jsonFlag, reported } from "./report.ts"
import { resume } from "./resume.ts"
import { schema } from "./schema.ts"
import * as Screen from "./screen.ts"
import { serve } from "./serve.ts"
import { sign } from "./sign.ts"
import { submit } from "./submit.ts"
import { wait } from "./wait.ts"
import { watch } from "./watch.ts"
import { whoami } from "./whoami.ts"
import { workbench } from "./workbench.ts"

const commands = [
  generate,
  submit,
  batch,
  wait,
  watch,
  query,
  download,
  jobs,
  resume,
  forget,
  workbench,
  open,
  serve,
  sign,
  whoami,
  doctor,
  demo,
  schema
] as const

const help = Command.make(
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
  Command.withSubcommands([...commands, help]),
  Command.provide(logs.layerLevel),
  Command.withGlobalFlags([jsonFlag, logs.verbose]),
  Command.withExamples([
    { command: 'hunyuan3d generate "a brass teapot" --out models', description: "A model from a prompt" },
    { command: "hunyuan3d generate --image teapot.jpg --dry-run", description: "What one from an image costs" },
    { command: "hunyuan3d demo", description: "How it looks, without an account" }
  ])
)

const tellDefect = (defect: unknown) =>
  isRecordingError(defect)
    ? printFailure(defect.message)
    : Console.error(
        [
          "hunyuan3d: This is a bug, please report it.",
          ...Cause.pretty(Cause.die(defect)).split("\n").map(printable)
        ].join("\n")
      )

// Effect's wizard asks about each flag, of which there are many.
const builtIns = [GlobalFlag.Help, logs.version, completions, GlobalFlag.LogLevel]

export const run = (version: string): Effect.Effect<void, Failure | CliError.CliError, Command.Environment | Network> =>
  Command.run(hunyuan3d, { version }).pipe(
    // The presenter has told of the command line's own errors.
    Effect.mapError((error) => (CliError.isCliError(error) ? error : fromError(error))),
    reported([...commands, help].map(({ name }) => name)),
    Effect.tapError((error) => (CliError.isCliError(error) ? Effect.void : printFailure(error.message))),
    Effect.tapDefect(tellDefect),
    Effect.provideService(ProgramVersion, version),
    observed(version),
    Effect.provide(
      Layer.mergeAll(CliConfig.layer({ builtIns }), presenter.layer, logs.layer, Attempts.layer).pipe(
        Layer.provideMerge(Screen.layer),
        Layer.provideMerge(Capabilities.layer)
      )
    )
  )
