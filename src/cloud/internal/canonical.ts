/** What signing and explaining share: the request, and the parts of its canonical form. */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"

export const algorithm = "TC3-HMAC-SHA256"
export const unsignedPayload = "UNSIGNED-PAYLOAD"
export const requiredHeaders = ["content-type", "host"]

/**
 * A secret id and the secret key that belongs to it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Credential {
  readonly secretId: string
  readonly secretKey: Redacted.Redacted<string>
}

/**
 * The parts of a request that a signature covers.
 *
 * **Details**
 *
 * An `x-tc-content-sha256` header with the value `UNSIGNED-PAYLOAD` replaces the
 * payload by that literal.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request {
  /** As sent, in upper case. */
  readonly method: string
  /** As sent in the `Host` header: with the port when it is not the default one. */
  readonly host: string
  /** Defaults to `/`. */
  readonly path?: string | undefined
  /** What follows `?`, already RFC 3986 encoded. Defaults to the empty string. */
  readonly query?: string | undefined
  /** Names in any case. A `host` in here is ignored in favour of `host` above. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Text is hashed as its UTF-8 bytes, in which a lone surrogate is U+FFFD. Empty for a `GET`. */
  readonly payload: string | Uint8Array
}

export const canonicalNames = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  Array.from(new Set(names.map((name) => name.trim().toLowerCase()))).toSorted()

// Values keep their case here: `UNSIGNED-PAYLOAD` is compared as it is spelt.
export const trimmedHeaders = ({ headers, host }: Request): ReadonlyMap<string, string> => {
  const trimmed = new Map<string, string>()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) trimmed.set(name.trim().toLowerCase(), value.trim())
  }
  return trimmed.set("host", host.trim())
}

// The last one is kept: formatting takes a fifth of a signature, and the date changes once a day.
let formatted: { readonly day: number; readonly date: string | undefined } | undefined

// `undefined` for a number that is no time at all: NaN, Infinity, a day more than 100 million days from 1970.
export const utcDate = (timestamp: number): string | undefined => {
  const day = Math.floor(timestamp / 86_400)
  if (formatted?.day !== day) {
    const start = DateTime.make(day * 86_400_000)
    formatted = { day, date: Option.getOrUndefined(Option.map(start, DateTime.formatIsoDateUtc)) }
  }
  return formatted.date
}
