/**
 * A signature as the parts that it is made of. Each mistake of a sender changes some of them.
 *
 * `Tc3.sign` writes the one right form. Here every form can be written, so this is a second implementation; a property
 * holds that both make the same signature where no part is changed.
 */
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 as noble } from "@noble/hashes/sha2.js"
import { bytesToHex } from "@noble/hashes/utils.js"
import { sha256, utf8 } from "../../../internal/sha256.ts"
import { algorithm } from "../canonical.ts"

export interface Parts {
  readonly method: string
  readonly path: string
  readonly query: string
  /** By lower-case name, as they are written; but for the three below. */
  readonly values: ReadonlyMap<string, string>
  readonly contentType: string
  readonly host: string
  readonly action: string
  /** The names of the header lines, in lower case and in the order of the lines. */
  readonly names: ReadonlyArray<string>
  /** How a name is spelt in its header line. */
  readonly spelling: (name: string) => string
  /** What stands between name and value. */
  readonly colon: string
  /** Whether an empty line follows the last header line. */
  readonly emptyLine: boolean
  /** The names as the line below lists them, in lower case. */
  readonly listed: ReadonlyArray<string>
  readonly listedSpelling: (name: string) => string
  readonly payloadHash: string
  readonly spellPayloadHash: (hex: string) => string
  readonly lineEnd: string
  /** What stands after the last line of the canonical request and of the string to sign: nothing. */
  readonly ending: string
  readonly timestamp: string
  readonly scopeDate: string
  readonly scopeService: string
  /** The hash of the canonical request as it is written into the string to sign. */
  readonly spellHash: (hex: string) => string
  readonly key: (plain: string) => string
  readonly keyPrefix: string
  readonly keyDate: string
  readonly keyService: string
  readonly terminator: string
  /** What each key step hands on. */
  readonly handOn: "bytes" | "hex" | "upper-case hex"
}

const valueOf = (parts: Parts, name: string): string => {
  if (name === "content-type") return parts.contentType
  if (name === "host") return parts.host
  return name === "x-tc-action" ? parts.action : (parts.values.get(name) ?? "")
}

export const canonicalLines = (parts: Parts): ReadonlyArray<string> => [
  parts.method,
  parts.path,
  parts.query,
  ...parts.names.map((name) => `${parts.spelling(name)}${parts.colon}${valueOf(parts, name)}`),
  ...(parts.emptyLine ? [""] : []),
  parts.listed.map(parts.listedSpelling).join(";"),
  parts.spellPayloadHash(parts.payloadHash)
]

export const scopeLine = (parts: Parts): string => `${parts.scopeDate}/${parts.scopeService}/${parts.terminator}`

const handedOn = (bytes: Uint8Array, as: Parts["handOn"]): Uint8Array => {
  if (as === "bytes") return bytes
  return utf8(as === "hex" ? bytesToHex(bytes) : bytesToHex(bytes).toUpperCase())
}

/** Signs parts with one key. What was derived or hashed for other parts is used again. */
export const makeSigner = (plain: string): ((parts: Parts) => string) => {
  const hashes = new Map<string, string>()
  const keys = new Map<string, ReturnType<typeof hmac.create>>()

  const hash = (text: string): string => {
    const known = hashes.get(text) ?? sha256(text)
    hashes.set(text, known)
    return known
  }

  const derive = (parts: Parts) => {
    const { handOn, keyDate, keyService, terminator } = parts
    const start = `${parts.keyPrefix}${parts.key(plain)}`
    const name = JSON.stringify([start, keyDate, keyService, terminator, handOn])
    const known =
      keys.get(name) ??
      hmac.create(
        noble,
        [keyDate, keyService, terminator].reduce(
          (key, text) => handedOn(hmac(noble, key, utf8(text)), handOn),
          utf8(start)
        )
      )
    keys.set(name, known)
    return known
  }

  return (parts) => {
    const canonicalRequest = canonicalLines(parts).join(parts.lineEnd) + parts.ending
    const lines = [algorithm, parts.timestamp, scopeLine(parts), parts.spellHash(hash(canonicalRequest))]
    const text = lines.join(parts.lineEnd) + parts.ending
    return bytesToHex(derive(parts).clone().update(utf8(text)).digest())
  }
}
