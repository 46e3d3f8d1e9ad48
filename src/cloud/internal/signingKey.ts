/**
 * The key that signs: derived from a secret key for one date and one service.
 *
 * Deriving it takes about as long as the rest of a signature, and it changes
 * once a day. So the last one is kept, as an HMAC that has taken in its key, on
 * the `Redacted` secret key that it belongs to.
 *
 * **Gotchas**
 *
 * - Nothing here holds a plain secret key. What is kept is freed together with
 *   the `Redacted` value.
 * - Two `Redacted` values of one text each derive their own key: a source of
 *   credentials should hand out the same value for as long as the key is the
 *   same.
 * - One secret key that signs for two services in turn derives each time.
 */
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import * as Redacted from "effect/Redacted"
import { utf8 } from "../../internal/sha256.ts"

/** The last part of the credential scope, and of the key. */
export const terminator = "tc3_request"

interface Kept {
  readonly date: string
  readonly service: string
  readonly keyed: ReturnType<typeof hmac.create>
}

const kept = new WeakMap<Redacted.Redacted<string>, Kept>()

const derive = (secretKey: string, date: string, service: string) => {
  const dateKey = hmac(sha256, utf8(`TC3${secretKey}`), utf8(date))
  const serviceKey = hmac(sha256, dateKey, utf8(service))
  return hmac.create(sha256, hmac(sha256, serviceKey, utf8(terminator)))
}

/** The HMAC-SHA256 of a text under the signing key. */
export const signText = (
  text: string,
  options: { readonly secretKey: Redacted.Redacted<string>; readonly date: string; readonly service: string }
): Uint8Array => {
  const { date, secretKey, service } = options
  // Read first, so that a key that was wiped signs no more.
  const plain = Redacted.value(secretKey)
  let last = kept.get(secretKey)
  if (last === undefined || last.date !== date || last.service !== service) {
    last = { date, service, keyed: derive(plain, date, service) }
    kept.set(secretKey, last)
  }
  return last.keyed.clone().update(utf8(text)).digest()
}
