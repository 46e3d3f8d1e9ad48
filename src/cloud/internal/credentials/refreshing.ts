/**
 * Hands out a credential that expires, and gets the next one in time.
 *
 * A source is an effect that fetches one credential. It runs in a fiber of the scope
 * that it was made in, with the settings that stood there, and there is never more
 * than one: whoever needs a new credential meanwhile waits for the same outcome.
 *
 * **Gotchas**
 *
 * - Nothing runs when nobody calls: it is a `get` near the end that starts a refresh, and
 *   it does not wait for it.
 * - Whether a credential that was just fetched is expired already is left to the service:
 *   it may be our clock that is wrong.
 * - The check for a fetch under way and the start of one are one synchronous step, since
 *   fibers may interleave between any two steps.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Fiber from "effect/Fiber"
import * as FiberHandle from "effect/FiberHandle"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { IsSecretRequest } from "../../../internal/secretRequest.ts"
import type { CredentialsError } from "../../CredentialsError.ts"
import type { Credential } from "./model.ts"

/** How long before its expiry a credential is refreshed, and how long after a failure that is tried again. */
const margin = Duration.toMillis("5 minutes")
const pause = Duration.toMillis("30 seconds")

/** Of what is left, at most this share: a credential may live for seconds only. */
const share = 1 / 4

interface Refreshing {
  readonly get: Effect.Effect<Credential, CredentialsError>
  readonly renew: (refused: Credential) => Effect.Effect<Credential, CredentialsError>
}

interface Held {
  readonly credential: Credential
  readonly expiresAt: number
  /** From when on a `get` starts a refresh. */
  readonly refreshAt: number
}

/** At most `most`, at most a share of what is left, and not the same for all processes of a fleet. */
const spread = (most: number, left: number) =>
  Effect.map(Random.nextBetween(0.8, 1.2), (jitter) => Math.min(most, left * share) * jitter)

const hold = Effect.fnUntraced(function* (credential: Credential): Effect.fn.Return<Held> {
  if (credential.expiresAt === undefined) return { credential, expiresAt: Infinity, refreshAt: Infinity }
  const expiresAt = DateTime.toEpochMillis(credential.expiresAt)
  const before = yield* spread(margin, expiresAt - (yield* Clock.currentTimeMillis))
  return { credential, expiresAt, refreshAt: expiresAt - before }
})

/** What is held, after a refresh of it failed. */
const postpone = Effect.fnUntraced(function* (
  held: Held,
  cause: Cause.Cause<CredentialsError>
): Effect.fn.Return<Held> {
  const now = yield* Clock.currentTimeMillis
  if (now >= held.expiresAt || Cause.hasInterruptsOnly(cause)) return held
  const after = yield* spread(pause, held.expiresAt - now)
  const { message } = Cause.prettyErrors(cause)[0] ?? { message: "" }
  yield* Effect.logWarning(
    `The credentials could not be refreshed. The old ones are used for now, and a refresh is tried again. ${message}`
  )
  return { ...held, refreshAt: now + after }
})

const isSame = (one: Credential, other: Credential) =>
  one.secretId === other.secretId && Equal.equals(one.token, other.token)

/**
 * Makes a source of credentials that expire: it fetches one for all fibers, and
 * the next one before that expires.
 *
 * **Details**
 *
 * The first `get` fetches. Later ones answer at once while the credential is valid.
 * A `get` in the last five minutes of its time (at most a quarter of it, with jitter)
 * also starts a refresh in the background. When a refresh fails, the old credential
 * stays in use, a warning is logged, and a later `get` tries again. Once the
 * credential has expired, `get` waits for a new one and fails with the error of
 * `fetch`; no failure is kept. `renew` fetches, too, unless there is another
 * credential than the refused one already. There is never more than one fetch under
 * way, and it ends when the scope closes.
 *
 * A credential without `expiresAt` is kept until `renew`.
 *
 * **Gotchas**
 *
 * `fetch` runs with the services and settings that stood where `makeRefreshing` ran.
 * It has to bound its own time.
 *
 * **Example** (Short-lived credentials of your own)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { DateTime, Effect, Layer, Redacted } from "effect"
 * import * as Credentials from "effect-hunyuan3d/Credentials"
 *
 * let fetches = 0
 * const fetch = Effect.map(DateTime.now, (now) => ({
 *   secretId: `AKID${++fetches}`,
 *   secretKey: Redacted.make("from a vault"),
 *   expiresAt: DateTime.add(now, { hours: 1 })
 * }))
 * const Vault = Layer.effect(Credentials.Credentials, Credentials.makeRefreshing(fetch))
 *
 * const get = Credentials.Credentials.use((credentials) => credentials.get)
 * const both = Effect.all([get, get], { concurrency: "unbounded" }).pipe(Effect.provide(Vault))
 * const ids = (await Effect.runPromise(both)).map((credential) => credential.secretId)
 * assert.deepEqual(ids, ["AKID1", "AKID1"])
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeRefreshing = Effect.fnUntraced(function* <R>(
  fetch: Effect.Effect<Credential, CredentialsError, R>
): Effect.fn.Return<Refreshing, never, R | Scope.Scope> {
  const handle = yield* FiberHandle.make<Credential, CredentialsError>()
  const run = yield* FiberHandle.runtime(handle)<R>()
  let held: Held | undefined

  const attempt = fetch.pipe(
    Effect.provideService(IsSecretRequest, true),
    Effect.tap((credential) =>
      Effect.map(hold(credential), (next) => {
        held = next
      })
    ),
    Effect.tapCause((cause) =>
      held === undefined
        ? Effect.void
        : Effect.map(postpone(held, cause), (next) => {
            held = next
          })
    )
  )

  /** The fetch that is under way, or a new one. */
  const fetching = () => Option.getOrElse(FiberHandle.getUnsafe(handle), () => run(attempt))
  const fetched = Effect.suspend(() => Fiber.join(fetching()))

  const get = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const current = held
    if (current === undefined || now >= current.expiresAt) return fetched
    if (now >= current.refreshAt) fetching()
    return Effect.succeed(current.credential)
  })

  return {
    get,
    renew: (refused) => Effect.suspend(() => (held === undefined || isSame(held.credential, refused) ? fetched : get))
  }
})
