/**
 * The bodies that a sender may have signed in place of the one that was sent: other white space, escapes, order of keys
 * and line ends, as the writers of JSON in several languages leave them.
 *
 * JSON is respaced by its tokens and not read, so that numbers and doubled keys stay as they are.
 */
import * as Result from "effect/Result"

export interface Body {
  readonly text: string
  /** How it differs from what was sent, such as "indented by 2 spaces". */
  readonly how: string
}

interface Variation {
  readonly how: string
  readonly write: (text: string) => string
}

const unchanged: Variation = { how: "", write: (text) => text }

// Long bodies hold images: no writer changes those, and each variant takes its time.
const maxVaried = 16_384

const tokensOf = (json: string): ReadonlyArray<string> =>
  json.match(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []

const spaced = (comma: string, colon: string) => (json: string) =>
  tokensOf(json)
    .map((token) => (token === "," ? comma : token === ":" ? colon : token))
    .join("")

// Nested deeper, a text would grow with the square of its length.
const maxDepth = 100

const indented = (by: string) => (json: string) => {
  let depth = 0
  let before = ""
  let text = ""
  for (const token of tokensOf(json)) {
    const closes = token === "}" || token === "]"
    const opened = before === "{" || before === "["
    if (closes) depth--
    if (closes ? !opened : opened || before === ",") text += `\n${by.repeat(Math.max(0, depth))}`
    text += token === ":" ? ": " : token
    if (token === "{" || token === "[") depth++
    if (depth > maxDepth) return json
    before = token
  }
  return text
}

const compact: Variation = { how: "without white space between its parts", write: spaced(",", ":") }
const python: Variation = {
  how: "with a space after each comma and colon, as Python writes it",
  write: spaced(", ", ": ")
}
const indentedBy2: Variation = { how: "indented by 2 spaces", write: indented("  ") }
const spacings: ReadonlyArray<Variation> = [
  unchanged,
  compact,
  python,
  indentedBy2,
  { how: "indented by 4 spaces", write: indented("    ") },
  { how: "indented by tabs", write: indented("\t") }
]

const escaped = (text: string, characters: RegExp, upper = false): string =>
  text.replace(characters, (character) => {
    const hex = character.charCodeAt(0).toString(16).padStart(4, "0")
    return `\\u${upper ? hex.toUpperCase() : hex}`
  })

const notAscii = /[\u007f-\uffff]/g

const unescaped = (text: string): string =>
  text.replace(/\\(?:u([0-9a-f]{4})|.)/gi, (escape, hex: string | undefined) => {
    const code = Number.parseInt(hex ?? "0", 16)
    return code > 0x7f ? String.fromCharCode(code) : escape
  })

const slashed = (text: string): string => text.replace(/(?<!\\)\//g, "\\/")

const ascii: Variation = {
  how: "with `\\uXXXX` for what is not ASCII",
  write: (text) => escaped(text, notAscii)
}
const characters: Variation = { how: "with characters where `\\uXXXX` was sent", write: unescaped }
const go: Variation = {
  how: "with `<`, `>` and `&` as `\\u003c`, `\\u003e` and `\\u0026`, as Go writes them",
  write: (text) => escaped(text, /[<>&\u2028\u2029]/g)
}
const php: Variation = {
  how: "with `/` as `\\/` and `\\uXXXX` for what is not ASCII, as PHP writes them",
  write: (text) => slashed(escaped(text, notAscii))
}
const escapings: ReadonlyArray<Variation> = [
  unchanged,
  ascii,
  characters,
  go,
  { how: "with `/` as `\\/`", write: slashed },
  php,
  { how: "with `/` where `\\/` was sent", write: (text) => text.replaceAll("\\/", "/") },
  { how: "with `\\uXXXX` in upper case for what is not ASCII", write: (text) => escaped(text, notAscii, true) }
]

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).map(([key, value]) => [key, sorted(value)] as const)
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const orders: ReadonlyArray<Variation> = [
  unchanged,
  {
    how: "with its keys sorted",
    write: (text) => {
      const value: unknown = JSON.parse(text)
      const inOrder = JSON.stringify(sorted(value))
      return inOrder === JSON.stringify(value) ? text : inOrder
    }
  }
]

const withEnd = (end: string) => (text: string) => text.replace(/\r?\n$/, "") + end

const newline: Variation = { how: "with a newline behind it", write: withEnd("\n") }
const noEnd: Variation = { how: "without the line end behind it", write: withEnd("") }
const ends: ReadonlyArray<Variation> = [
  unchanged,
  newline,
  noEnd,
  { how: "with a carriage return and a newline behind it", write: withEnd("\r\n") }
]

/** What befalls any text, JSON or not. */
const ofText: ReadonlyArray<Variation> = [
  ...ends.slice(1),
  { how: "without the white space around it", write: (text) => text.trim() },
  { how: "without its line ends", write: (text) => text.replace(/[\r\n]/g, "") },
  { how: "with `\\n` where `\\r\\n` was sent", write: (text) => text.replaceAll("\r\n", "\n") },
  { how: "with `\\r\\n` where `\\n` was sent", write: (text) => text.replace(/\r?\n/g, "\r\n") },
  { how: "with a byte order mark in front", write: (text) => `\ufeff${text}` },
  { how: "without the byte order mark in front", write: (text) => text.replace(/^\ufeff/, "") }
]

/** What writers of JSON do by default. */
const likely: ReadonlyArray<ReadonlyArray<Variation>> = [
  [newline],
  [noEnd],
  [python],
  [python, ascii],
  [compact],
  [ascii],
  [characters],
  [indentedBy2],
  [go],
  [php]
]

const ofJson: ReadonlyArray<ReadonlyArray<Variation>> = orders
  .flatMap((order) =>
    spacings.flatMap((spacing) => escapings.flatMap((escaping) => ends.map((end) => [order, spacing, escaping, end])))
  )
  .map((variations) => variations.filter((variation) => variation !== unchanged))
  .toSorted((a, b) => a.length - b.length)

/** A text as several variations leave it, one after the other. Those that change nothing are not told. */
const vary = (text: string, variations: ReadonlyArray<Variation>): Body => {
  const how: Array<string> = []
  let varied = text
  for (const variation of variations) {
    const next = variation.write(varied)
    if (next !== varied) how.push(variation.how)
    varied = next
  }
  return { text: varied, how: how.join(", ") }
}

/** None of what is no JSON, or too long. */
const jsonBodies = (text: string): ReadonlyArray<Body> => {
  if (text.length > maxVaried) return []
  const bodies = Result.try(() => {
    JSON.parse(text)
    return [...likely, ...ofJson].map((variations) => vary(text, variations))
  })
  return Result.getOrElse(bodies, () => [])
}

/** Other bodies than the one that was sent, with the likeliest first. */
export const otherBodies = (text: string): ReadonlyArray<Body> => {
  const json = jsonBodies(text)
  const bodies = [
    ...json.slice(0, likely.length),
    ...ofText.map((variation) => vary(text, [variation])),
    ...json.slice(likely.length)
  ]
  const seen = new Set([text])
  return bodies.filter((body) => !seen.has(body.text) && seen.add(body.text))
}
