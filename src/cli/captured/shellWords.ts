/**
 * Splits a command into words, as a POSIX shell does, and bash where it differs: quotes, backslashes, `$'…'`, comments.
 * The first command counts: it ends with a line, or with `;`, `|`, `&`, `<`, `>` or a parenthesis.
 *
 * **Gotchas**
 *
 * - Nothing is expanded. A word with a variable or a command in it says so in `expands`.
 */

export interface Word {
  readonly text: string
  /** Whether the shell puts something in its place that is not known here. */
  readonly expands: boolean
}

interface Split {
  readonly words: ReadonlyArray<Word>
  /** The quote that is never closed, if there is one. */
  readonly open?: string
}

const escapes: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  e: "\u001b",
  E: "\u001b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v"
}

const ansiEscape = /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|([^]))/g

const encoder = new TextEncoder()

/** The bytes of one escape of `$'…'`. */
const unescaped = ([whole, hex, short, long, octal, letter = ""]: RegExpExecArray): Uint8Array => {
  if (hex !== undefined) return Uint8Array.of(Number.parseInt(hex, 16))
  if (octal !== undefined) return Uint8Array.of(Number.parseInt(octal, 8))
  const code = Number.parseInt(short ?? long ?? "", 16)
  if (!Number.isNaN(code)) return encoder.encode(code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code))
  return encoder.encode(escapes[letter] ?? (/[\\'"?]/.test(letter) ? letter : whole))
}

/** What stands in `$'…'`. Bytes beyond ASCII that are written as `\x…` are read as UTF-8. */
const ansi = (text: string): string => {
  const decoder = new TextDecoder()
  let read = ""
  let end = 0
  for (const match of text.matchAll(ansiEscape)) {
    read += decoder.decode(encoder.encode(text.slice(end, match.index)), { stream: true })
    read += decoder.decode(unescaped(match), { stream: true })
    end = match.index + match[0].length
  }
  return read + decoder.decode(encoder.encode(text.slice(end)))
}

const plain = (text: string) => text

const doubleQuoted = (text: string) => text.replaceAll(/\\(?:\r?\n|([$`"\\]))/g, "$1")

/** What a word is made of: how it is spelled, what it stands for, and whether the shell expands it. */
const parts: ReadonlyArray<readonly [pattern: RegExp, read: (text: string) => string, expands: boolean]> = [
  [/\\([^])/y, plain, false],
  [/\$'([^'\\]*(?:\\[^][^'\\]*)*)'/y, ansi, false],
  [/'([^']*)'/y, plain, false],
  [/\$?"([^"\\$`]*(?:(?:\\[^]|\$(?![\w{(@*#?!$-]))[^"\\$`]*)*)"/y, doubleQuoted, false],
  [/\$?"([^"\\]*(?:\\[^][^"\\]*)*)"/y, doubleQuoted, true],
  [/(`[^`]*`|\$\([^)]*\)|\$\{[^}]*\}|\$\w+)/y, plain, true],
  [/([^\s\\'"`$;|&<>()]+|\$)/y, plain, false]
]

const matchAt = (pattern: RegExp, text: string, place: number) => {
  pattern.lastIndex = place
  return pattern.exec(text)
}

/** The word at a place, and where it ends: at the place itself, if there is none. */
const wordAt = (command: string, start: number): Word & { readonly end: number } => {
  let word = { text: "", expands: false, end: start }
  for (;;) {
    const { end } = word
    const continued = matchAt(/\\\r?\n/y, command, end)?.[0].length ?? 0
    for (const [pattern, read, expands] of parts) {
      const match = matchAt(pattern, command, end + continued)
      if (match === null) continue
      const [whole, inside = ""] = match
      word = {
        text: word.text + read(inside),
        expands: word.expands || expands,
        end: end + continued + whole.length
      }
      break
    }
    if (word.end === end) return word
  }
}

const between = /(?:[ \t]|\\\r?\n)*(?:#[^\n]*)?/y

export const split = (command: string): Split => {
  const words: Array<Word> = []
  let place = 0
  for (;;) {
    place += matchAt(between, command, place)?.[0].length ?? 0
    const { end, ...word } = wordAt(command, place)
    const open = command[end] ?? ""
    if (end > place) words.push(word)
    if (/['"`]/.test(open)) return { words, open }
    if (end === place) return { words }
    place = end
  }
}
