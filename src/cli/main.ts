/**
 * Runs the program: the command tree with Node's services, every failure as one
 * sentence on standard error, and the exit codes that scripts rely on.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Console from "effect/Console"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Runtime from "effect/Runtime"
import packageJson from "../../package.json" with { type: "json" }
import * as Replay from "../testing/Replay.ts"
import { demo } from "./demo.ts"
import { download } from "./download.ts"
import { exitCode } from "./exitCode.ts"
import { generate } from "./generate.ts"
import { query } from "./query.ts"
import { serve } from "./serve.ts"
import { sign } from "./sign.ts"
import { submit } from "./submit.ts"
import { wait } from "./wait.ts"
import { watch } from "./watch.ts"

const hunyuan3d = Command.make("hunyuan3d").pipe(
  Command.withDescription("Tencent Cloud's Hunyuan 3D jobs from the terminal."),
  Command.withSubcommands([generate, submit, wait, watch, query, download, serve, sign, demo])
)

// A wrong flag gets a sentence, not the whole help.
const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Console.error(
          [
            ...event.errors.map((error) => `hunyuan3d: ${error.message}`),
            `For help: ${event.commandPath.join(" ")} --help`
          ].join("\n")
        )
      : CliOutput.defaultPresenter.present(event)
}

// What the library logs is meant for a person too; the values that go with it are for a log.
const sentences = Logger.make(({ message }) => String(Array.isArray(message) ? message[0] : message))

// Node swallows the failure to write, and a script would take a lost result for success.
process.stdout.on("error", () => process.exit(1))

// The library lets a submission under way come to its answer; without a word that looks like a program that hangs.
if (["submit", "generate"].includes(process.argv[2] ?? "")) {
  process.once("SIGINT", () => process.stderr.write("Stopping. A submission that is under way is let finish first.\n"))
}

// The service's own words may hold anything.
const printable = (text: string) => text.replaceAll(/\p{Cc}+/gu, " ")

/** A failure that the person has already been told of. */
class Told extends Data.TaggedError("Told")<{ readonly code: number }> {
  override readonly [Runtime.errorExitCode] = this.code
}

Command.run(hunyuan3d, { version: packageJson.version }).pipe(
  Effect.catch((error) =>
    Effect.andThen(
      // The presenter has shown the command line's own errors.
      CliError.isCliError(error) ? Effect.void : Console.error(`hunyuan3d: ${printable(error.message)}`),
      new Told({ code: exitCode(error) })
    )
  ),
  Effect.tapDefect((defect) =>
    Console.error(
      // Recordings have no other way to say that they cannot be written.
      defect instanceof Replay.RecordingError
        ? `hunyuan3d: ${defect.message}`
        : `hunyuan3d: this is a bug, please report it.\n${Cause.pretty(Cause.die(defect))}`
    )
  ),
  Effect.provide(
    Layer.mergeAll(
      CliOutput.layerPresenter(presenter),
      TerminalCapabilities.layer,
      Logger.layer([Logger.withConsoleError(sentences)])
    ).pipe(Layer.provideMerge(NodeServices.layer))
  ),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
