/**
 * SHA-256 as hexadecimal digits: by the runtime's own code where it answers synchronously, and by Noble's elsewhere.
 *
 * - `native` finds the one of `node:crypto`, which Node, Bun and Deno hand out without an import.
 * - `pure` is Noble's. It runs wherever JavaScript does, and takes ten times as long for a large body.
 * - `sha256` uses the first of them that is there. It looks for `native` at its first hash and not before: loading
 *   `node:crypto` takes some milliseconds, unless TLS has loaded it already.
 * - `makeHasher` takes what comes in parts, such as a file, by the same choice.
 *
 * **Gotchas**
 *
 * - Web Crypto is in every runtime, but it answers with a promise, and signing is synchronous.
 */
import { sha256 as noble } from "@noble/hashes/sha2.js"
import { bytesToHex } from "@noble/hashes/utils.js"

/** Hashes bytes, or the UTF-8 bytes of a text. */
type Hash = (data: string | Uint8Array) => string

/** Hashes bytes that come in parts. */
export interface Hasher {
  readonly update: (bytes: Uint8Array) => void
  readonly digest: () => string
}

interface NodeHash {
  readonly update: (bytes: Uint8Array) => unknown
  readonly digest: (encoding: "hex") => string
}

interface NodeCrypto {
  readonly hash?: (algorithm: "sha256", data: string | Uint8Array) => string
  readonly createHash?: (algorithm: "sha256") => NodeHash
}

// The little of Node's global that is used here. Browsers have no such global, and older runtimes have less of it.
declare const process: { readonly getBuiltinModule?: (id: "node:crypto") => NodeCrypto | undefined } | undefined

const encoder = new TextEncoder()

/** The UTF-8 bytes of a text, in which a lone surrogate is U+FFFD. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text)

const nodeCrypto = () => (typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:crypto"))

export const native = (): Hash | undefined => {
  const hash = nodeCrypto()?.hash
  return hash && ((data) => hash("sha256", data))
}

export const pure: Hash = (data) => bytesToHex(noble(typeof data === "string" ? utf8(data) : data))

export const nativeOrPure = (): Hash => native() ?? pure

let chosen: Hash | undefined

export const sha256: Hash = (data) => (chosen ??= nativeOrPure())(data)

const nativeHasher = (): Hasher | undefined => {
  const hash = nodeCrypto()?.createHash?.("sha256")
  return hash && { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") }
}

const pureHasher = (): Hasher => {
  const hash = noble.create()
  return { update: (bytes) => void hash.update(bytes), digest: () => bytesToHex(hash.digest()) }
}

export const makeHasher = (): Hasher => nativeHasher() ?? pureHasher()
