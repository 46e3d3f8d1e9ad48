/**
 * How the program prints. Much of it comes from outside: states, file types, hosts,
 * paths, the service's own messages. All of it passes `printable`, so that it can
 * neither steer the terminal nor grant access to anything.
 *
 * **Gotchas**
 *
 * - JSON is printed by `printJson`, which keeps whole links and escapes what the
 *   terminal would act on. `JSON.stringify` alone escapes no C1 control, such as the
 *   one-character form of `ESC [`, and nothing that turns the direction of text.
 */
import * as CliOutput from "effect/cli/CliOutput"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import * as SignedLink from "../cloud/SignedLink.ts"
import * as Capabilities from "./capabilities.ts"
import { paint, type Part, styled } from "./style.ts"

const newLines = /[\t\n\v\f\r\u0085\u2028\u2029]\s*/g
const steering = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu
const passwords = /(:\/\/)[^\s/?#]*@/g

const escaped = (text: string) =>
  text.replaceAll(steering, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)

/** A text in one line that does nothing to the terminal, without passwords and without the queries of links. */
export const printable = (text: string): string =>
  escaped(SignedLink.withoutQueries(text).replaceAll(passwords, "$1…@").replaceAll(newLines, " "))

/** The parts of a line, in colour where the stream can show it. */
export const lineOf = (parts: ReadonlyArray<Part>, { canColor }: { readonly canColor: boolean }): string =>
  parts
    .map((part) => {
      if (typeof part === "string") return printable(part)
      return canColor ? paint(part.color, printable(part.text)) : printable(part.text)
    })
    .join("")

/** One line on standard output. */
export const printLine = (...parts: ReadonlyArray<Part>): Effect.Effect<void> =>
  Effect.flatMap(TerminalCapabilities.TerminalCapabilities, (stdout) => Console.log(lineOf(parts, stdout)))

/** One line on standard error. */
export const printNote = (...parts: ReadonlyArray<Part>): Effect.Effect<void> =>
  Effect.flatMap(Capabilities.OfStderr, (stderr) => Console.error(lineOf(parts, stderr)))

/** What went wrong, in one line on standard error. */
export const printFailure = (message: string): Effect.Effect<void> =>
  printNote(styled("red", "hunyuan3d:"), ` ${message}`)

/** Waits until standard output is written, and ends the program as an interruption does where it cannot be. */
export const written = Stdio.Stdio.use((stdio) =>
  Effect.catch(Stream.run(Stream.succeed(""), stdio.stdout()), () => Effect.interrupt)
)

/** A value as one line of JSON on standard output. */
export const printJson = (value: unknown): Effect.Effect<void> => Console.log(escaped(JSON.stringify(value)))

/** Columns by lines that are at most so wide, as far as they can be. Further lines begin with two spaces. */
const fold = (widths: ReadonlyArray<number>, most: number): ReadonlyArray<ReadonlyArray<number>> => {
  const lines: Array<Array<number>> = [[]]
  let used = -2
  for (const [column, width] of widths.entries()) {
    if (column > 0 && used + 2 + width > most) {
      lines.push([])
      used = 0
    }
    lines.at(-1)?.push(column)
    used += 2 + width
  }
  return lines
}

/** Fills a text up to a width in a terminal, where some characters are two columns wide. */
export const pad = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - CliOutput.displayWidth(text)))

/**
 * A table with a head, on standard output. Columns that do not fit into the terminal go on in a further line.
 */
export const printTable = Effect.fnUntraced(function* (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<Part>>
) {
  const stdout = yield* TerminalCapabilities.TerminalCapabilities
  const { columns } = yield* Terminal.Terminal
  const cells = rows.map((row) => row.map((cell) => lineOf([cell], stdout)))
  const widths = head.map((_, column) =>
    Math.max(...[head, ...cells].map((row) => CliOutput.displayWidth(row[column] ?? "")))
  )
  // In a pipe there are no columns.
  const lines = fold(widths, (yield* columns) || Infinity)
  const text = (row: ReadonlyArray<string>) =>
    lines
      .map((columns) => columns.map((column) => pad(row[column] ?? "", widths[column] ?? 0)).join("  "))
      .map((line) => line.trimEnd())
      .filter((line, index) => index === 0 || line !== "")
      .join("\n  ")
  yield* Console.log([stdout.canColor ? `\u001b[1m${text(head)}\u001b[0m` : text(head), ...cells.map(text)].join("\n"))
})
