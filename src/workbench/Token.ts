/** The token of an address: 32 bytes of the system's own randomness, which no seed repeats. */
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Redacted from "effect/Redacted"

export const make: Effect.Effect<Redacted.Redacted<string>> = Effect.sync(() =>
  Redacted.make(Base64Url.encode(SecureRandom.randomBytesUnsafe(32)), { label: "token" })
)
