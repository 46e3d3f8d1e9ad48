/**
 * SHA-256 of a body, as hexadecimal digits: by the runtime's own code where there is one that answers at once, and by
 * Noble's everywhere else.
 *
 * - `native` is that of `node:crypto`, which Node, Bun and Deno hand out without an import.
 * - `pure` is Noble's. It runs wherever JavaScript does, and takes ten times as long for a large body.
 * - `sha256` is the first of them that is there. It looks for `node:crypto` when it first hashes: loading that module
 *   takes long, and a program that sends nothing does without.
 *
 * **Gotchas**
 *
 * - Text is hashed as its UTF-8 bytes, in which a lone surrogate is U+FFFD.
 * - Web Crypto is no choice: it answers by a promise, and a signature is made synchronously.
 */
import { sha256 as noble } from "@noble/hashes/sha2.js"
import { bytesToHex } from "@noble/hashes/utils.js"

type Hash = (data: string | Uint8Array) => string

// What of Node's global is used here. Browsers have no such global, and an older runtime has less of it.
declare const process:
  | {
      readonly getBuiltinModule?: (
        id: "node:crypto"
      ) => { readonly hash?: (algorithm: "sha256", data: string | Uint8Array) => string } | undefined
    }
  | undefined

export const native = (): Hash | undefined => {
  const hash = typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:crypto")?.hash
  return hash && ((data) => hash("sha256", data))
}

const encoder = new TextEncoder()

/** The UTF-8 bytes of a text, in which a lone surrogate is U+FFFD. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text)

export const pure: Hash = (data) => bytesToHex(noble(typeof data === "string" ? utf8(data) : data))

let found: Hash | undefined

export const sha256: Hash = (data) => (found ??= native() ?? pure)(data)
