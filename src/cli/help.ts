/**
 * Help as wide as the terminal. Effect's own formatter knows no width, so that a
 * terminal of 80 columns breaks most of its lines within a word.
 *
 * A command with many flags says in `Sections` which of them belong together.
 */
import * as CliOutput from "effect/cli/CliOutput"
import type { FlagDoc, HelpDoc } from "effect/cli/HelpDoc"
import * as Context from "effect/Context"
import * as Option from "effect/Option"
import { pad } from "./print.ts"

/** Titles, each with the part of the command's configuration that it stands above. Other flags come first. */
export const Sections = Context.Reference<ReadonlyArray<readonly [title: string, config: object]>>(
  "effect-hunyuan3d/cli/help/Sections",
  { defaultValue: () => [] }
)

interface Style {
  readonly width: number
  readonly colors: boolean
}

const title = (text: string, { colors }: Style) => (colors ? `\u001b[1m${text}\u001b[0m` : text)

/** What is typed as it is. */
const typed = (text: string, { colors }: Style) => (colors ? `\u001b[36m${text}\u001b[0m` : text)

/** Lines that are at most so wide, as far as words are. */
const wrap = (words: ReadonlyArray<string>, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

const words = (text: string) => text.split(" ")

/** Two columns. The left one has a third of the width at most; what is longer has its text below. */
const table = (rows: ReadonlyArray<readonly [string, string]>, style: Style) => {
  const widths = rows.map(([left]) => CliOutput.displayWidth(left)).filter((width) => width <= style.width / 3)
  const column = Math.max(0, ...widths) + 4
  return rows.flatMap(([left, right]) => {
    const lines = wrap(words(right), style.width - column)
    const fits = CliOutput.displayWidth(left) + 4 <= column
    const beside = fits ? pad(`  ${left}`, column) + (lines[0] ?? "") : `  ${left}`
    return [beside, ...lines.slice(fits ? 1 : 0).map((line) => " ".repeat(column) + line)]
  })
}

const flagRow = ({ aliases, description, name, type }: FlagDoc, style: Style) => {
  const short = aliases.find((alias) => !alias.startsWith("--"))
  const names = typed(`${short === undefined ? "    " : `${short}, `}--${name}`, style)
  return [
    type === "boolean" ? names : `${names} ${/^[a-z]+$/.test(type) ? type.toUpperCase() : type}`,
    Option.getOrElse(description, () => "")
  ] as const
}

/** A command's configuration has `dryRun` for `--dry-run`. */
const keyOf = ({ name }: FlagDoc) => name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())

const sectionsOf = ({ annotations, flags }: HelpDoc): ReadonlyArray<readonly [string, ReadonlyArray<FlagDoc>]> => {
  const sections = Context.get(annotations, Sections)
  return [
    ["FLAGS", flags.filter((flag) => !sections.some(([, config]) => keyOf(flag) in config))],
    ...sections.map(([title, config]) => [title, flags.filter((flag) => keyOf(flag) in config)] as const)
  ]
}

/** A command over several lines, as a shell reads it. */
const example = (command: string, style: Style) =>
  wrap(command.match(/"[^"]*"|'[^']*'|\S+/g) ?? [], style.width - 6).map((line) => typed(line, style))

export const format = (doc: HelpDoc, style: Style): string => {
  const section = (heading: string, lines: ReadonlyArray<string>) =>
    lines.length === 0 ? [] : [[title(heading, style), ...lines].join("\n")]
  const rows = (lines: ReadonlyArray<readonly [string, string]>) => table(lines, style)
  const flags = [...sectionsOf(doc), ["FLAGS OF EVERY COMMAND", doc.globalFlags ?? []] as const]
  const commands = (doc.subcommands ?? []).flatMap(({ commands }) => commands)
  return [
    wrap(words(doc.description), style.width).join("\n"),
    ...section("USAGE", [`  ${typed(doc.usage, style)}`]),
    ...section("COMMANDS", rows(commands.map(({ name, description }) => [typed(name, style), description]))),
    ...section(
      "ARGUMENTS",
      rows((doc.args ?? []).map(({ name, description }) => [name, Option.getOrElse(description, () => "")]))
    ),
    ...flags.flatMap(([heading, flags]) => section(heading, rows(flags.map((flag) => flagRow(flag, style))))),
    ...section(
      "EXAMPLES",
      (doc.examples ?? []).flatMap(({ command, description }) => [
        ...wrap(words(description ?? ""), style.width - 4).map((line) => `  # ${line}`),
        `  ${example(command, style).join(" \\\n    ")}`
      ])
    )
  ].join("\n\n")
}
