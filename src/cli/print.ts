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
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as SignedLink from "../cloud/SignedLink.ts"

const newLines = /[\t\n\v\f\r\u0085\u2028\u2029]\s*/g
const steering = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu
const passwords = /(:\/\/)[^\s/?#]*@/g

const escaped = (text: string) =>
  text.replaceAll(steering, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)

/** A text in one line that does nothing to the terminal, without passwords and without the queries of links. */
export const printable = (text: string): string =>
  escaped(SignedLink.withoutQueries(text).replaceAll(passwords, "$1…@").replaceAll(newLines, " "))

/** One line on standard output. */
export const printLine = (text: string): Effect.Effect<void> => Console.log(printable(text))

/** One line on standard error. */
export const printNote = (text: string): Effect.Effect<void> => Console.error(printable(text))

/** Waits until standard output is written, and ends the program as an interruption does where it cannot be. */
export const written = Stdio.Stdio.use((stdio) =>
  Effect.catch(Stream.run(Stream.succeed(""), stdio.stdout()), () => Effect.interrupt)
)

/** A value as one line of JSON on standard output. */
export const printJson = (value: unknown): Effect.Effect<void> => Console.log(escaped(JSON.stringify(value)))

/** A table with a head, on standard output or by another `print`. */
export const printTable = Effect.fnUntraced(function* (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  print: typeof Console.log = Console.log
) {
  const { canColor } = yield* TerminalCapabilities.TerminalCapabilities
  const cells = rows.map((row) => row.map(printable))
  const widths = head.map((_, column) => Math.max(...[head, ...cells].map((row) => (row[column] ?? "").length)))
  const line = (row: ReadonlyArray<string>) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()
  yield* print([canColor ? `\u001b[1m${line(head)}\u001b[0m` : line(head), ...cells.map(line)].join("\n"))
})
