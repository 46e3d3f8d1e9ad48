/**
 * Whether the text of a cassette holds a secret: one that was sent, or one that is
 * known by its form or by its name.
 *
 * An error page or an SDK seldom shows a secret as it is. So a text is searched as it
 * stands, and as what it says when JSON in it, escapes and base64 are read.
 */
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import { leaves, parse } from "./json.ts"

/** The secret id and the token that a request was signed with. The secret key is never in a request. */
export const credentialIn = (headers: Readonly<Record<string, string | undefined>>): ReadonlyArray<string> =>
  [/Credential=([^/,\s]+)/.exec(headers["authorization"] ?? "")?.[1], headers["x-tc-token"]].filter(
    // Shorter ones are stand-ins of tests and would be found everywhere.
    (secret): secret is string => secret !== undefined && secret.length >= 8
  )

const names =
  "(?:tencentcloud_)?(?:(?:tmp[_-]?)?secret[_-]?key|(?:x-tc-|(?:session|security|web[_-]?identity)[_-]?)?token)"

/** A field with such a name, or a value inside of one. */
const namedField = new RegExp(`\\.(?:${names})(?:([.[]).*)?$`, "i")

/** In text: a value in quotes, one that is as long as a key, or an element of XML. */
const namedText = new RegExp(
  `(?<![\\w-])(?:${names})["'\\]]*\\s*(?:[:=]|=>)\\s*(?:"[^"]|'[^']|[\\w+/=.~-]{16})|<(?:${names})>[^<]`,
  "i"
)

const shapes = [
  // Not inside a long base64 run, where these four letters turn up by chance.
  /AKID(?<![0-9A-Za-z+/]{40}AKID)[0-9A-Za-z]{13}/,
  /q-ak=/i,
  /q-signature=/i,
  /x-cos-security-token/i,
  /Signature=[0-9a-f]{64}/i,
  namedText
]

const characterOf: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&quot;": '"',
  "&apos;": "'",
  "&lt;": "<",
  "&gt;": ">"
}

/** Reads one level of escapes: those of links, of JSON and JavaScript, and of HTML. */
const unescaped = (text: string): string =>
  text.replaceAll(
    /%([0-9a-f]{2})|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|\\(["'/\\])|&#x([0-9a-f]{1,4});|&#([0-9]{1,5});|&(?:amp|quot|apos|lt|gt);/gi,
    (escape: string, ...found: ReadonlyArray<string | undefined>) => {
      const [link, json, script, escaped, hexadecimal, decimal] = found
      const hex = link ?? json ?? script ?? hexadecimal
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
      if (decimal !== undefined) return String.fromCharCode(Number(decimal))
      return escaped ?? characterOf[escape.toLowerCase()] ?? escape
    }
  )

/**
 * What stands in base64 in a text, in either alphabet. In a short run it may begin anywhere. A run is cut at a MiB, since
 * one of 20 would overflow the stack of the pattern.
 */
const fromBase64 = (text: string): string =>
  (text.match(/[\w+/-]{11,1048576}/g) ?? [])
    .flatMap((run) => (run.length > 4096 ? [run] : [0, 1, 2, 3].map((start) => run.slice(start))))
    .map((run) => {
      const standard = run.replaceAll("-", "+").replaceAll("_", "/")
      return atob(standard.length % 4 === 1 ? standard.slice(0, -1) : standard)
    })
    .join("\n")

/** How often escapes and base64 are read inside of each other. */
const maxDepth = 3

const holdsSecret = (text: string, known: ReadonlyArray<string>, depth = maxDepth): boolean => {
  if (shapes.some((shape) => shape.test(text)) || known.some((secret) => text.includes(secret))) return true
  if (depth === 0) return false
  return [unescaped(text), fromBase64(text)].some(
    (read) => read !== text && read !== "" && holdsSecret(read, known, depth - 1)
  )
}

const isNamed = (path: string, leaf: Schema.Json): boolean => {
  const [field, inside] = namedField.exec(path) ?? []
  if (field === undefined) return false
  return typeof leaf === "string" ? leaf !== "" : inside !== undefined && typeof leaf === "number"
}

const findIn = (json: Schema.Json, path: string, known: ReadonlyArray<string>): string | undefined => {
  for (const [at, leaf] of leaves(json, path)) {
    // A path is told, but not where a name in it is the secret.
    if (holdsSecret(at, known)) return at.slice(0, at.indexOf("]") + 1)
    if (isNamed(at, leaf)) return at
    if (typeof leaf !== "string") continue
    const inner = parse(leaf)
    const found = Option.isSome(inner) ? findIn(inner.value, at, known) : undefined
    if (found !== undefined) return found
    if (holdsSecret(leaf, known)) return at
  }
  return undefined
}

/** Where the text of a cassette holds a secret: the path, never the secret. Throws where the text is no JSON. */
export const findSecret = (text: string, known: ReadonlySet<string>): string | undefined =>
  findIn(Option.getOrThrow(parse(text)), "", [...known])?.replace(/^\./, "")
