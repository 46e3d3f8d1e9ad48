/** `--completions SHELL`: the script by which a shell completes the command line. */
import * as Command from "effect/cli/Command"
import * as Completions from "effect/cli/Completions"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Console from "effect/Console"
import * as Option from "effect/Option"
import * as flag from "./flag.ts"
import * as logs from "./logs.ts"
import { jsonFlag } from "./report.ts"

const shells = [
  ["bash", "bash"],
  ["zsh", "zsh"],
  ["fish", "fish"],
  ["powershell", "powershell"]
] as const

const { flags: ofEveryCommand } = Completions.fromCommand(
  Command.make("every", {
    json: jsonFlag.flag,
    verbose: logs.verbose.flag,
    logLevel: GlobalFlag.LogLevel.flag,
    help: GlobalFlag.Help.flag
  })
)

/** Effect leaves the flags of every command out. */
const complete = (command: Completions.CommandDescriptor): Completions.CommandDescriptor => ({
  ...command,
  flags: [...command.flags, ...ofEveryCommand],
  subcommands: command.subcommands.map(complete)
})

// Effect's scripts complete whole words only: they know no file behind `left=` or `replay:`. Bash finds it, if it may.
const withFiles = (script: string) => script.replace(/^complete -F /m, "complete -o default -F ")

export const completions = GlobalFlag.Action({
  flag: flag
    .choice<Completions.Shell>("completions", "SHELL", shells)
    .pipe(Flag.withDescription("Print the script by which a shell completes commands"), Flag.optional),
  run: (shell, { command }) =>
    Console.log(
      withFiles(
        Completions.generate(
          command.name,
          Option.getOrElse(shell, () => "bash"),
          complete(Completions.fromCommand(command))
        )
      )
    )
})
