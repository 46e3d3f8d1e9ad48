import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/** A UUID from Effect's `Random`, so that tests draw the same. It is no secret. */
export const randomId: Effect.Effect<string> = Effect.flatMap(Random.Random, (random) =>
  SecureRandom.make((size) =>
    Uint8Array.from({ length: size }, () => Math.floor(random.nextDoubleUnsafe() * 256))
  ).uuidV4()
)
