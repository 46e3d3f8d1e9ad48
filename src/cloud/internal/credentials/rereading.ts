/**
 * A source that is read again at most once a minute, so that a long-running process
 * picks up a credential that was changed.
 *
 * All fibers share a reading. When it fails, the credential that was read before is
 * used while it is valid, with a warning; one that has expired fails, and the next use
 * a second later reads again.
 *
 * **Gotchas**
 *
 * - A credential whose text is the same stays the same value, since `Tc3` keeps what it
 *   derives from a secret key on it.
 * - A file that is read while it is written may be cut off: that is a failed reading.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import { CredentialsError, Expired } from "../../CredentialsError.ts"
import type { Credential, Credentials } from "./model.ts"

const interval = Duration.minutes(1)

const afterFailure = Duration.seconds(1)

const isSame = (one: Credential, other: Credential) =>
  one.source === other.source &&
  one.secretId === other.secretId &&
  Equal.equals(one.secretKey, other.secretKey) &&
  Equal.equals(one.token, other.token) &&
  Equal.equals(one.expiresAt, other.expiresAt)

/** How long a credential is used before its source is read again. */
const lifetime = ({ expiresAt }: Credential) =>
  Effect.map(Clock.currentTimeMillis, (now) =>
    expiresAt === undefined
      ? interval
      : Duration.min(interval, Duration.millis(Math.max(0, DateTime.toEpochMillis(expiresAt) - now)))
  )

/** Fails where the credential has expired. */
export const unexpired = (credential: Credential, remedy?: string): Effect.Effect<Credential, CredentialsError> =>
  Effect.gen(function* () {
    const { expiresAt, source = "use" } = credential
    if (expiresAt === undefined || (yield* DateTime.isFuture(expiresAt))) return credential
    return yield* new CredentialsError({ reason: new Expired({ place: source, expiredAt: expiresAt, remedy }) })
  })

/** Reads a source now, and makes of it one that reads again. */
export const rereading = Effect.fnUntraced(function* (
  read: Effect.Effect<Credential, CredentialsError>
): Effect.fn.Return<Credentials["Service"], CredentialsError> {
  let last: Credential | undefined
  const keep = (next: Credential) => (last = last !== undefined && isSame(last, next) ? last : next)
  const reread = Effect.catch(Effect.map(read, keep), (error) => {
    if (last === undefined) return Effect.fail(error)
    return unexpired(last).pipe(
      Effect.mapError(() => error),
      Effect.tap(() => Effect.logWarning(`The old credentials are used for now. ${error.message}`))
    )
  })
  const [cached, invalidate] = yield* Effect.cachedInvalidateWithTTL(
    Effect.flatMap(reread, (credential) => Effect.map(lifetime(credential), (fresh) => ({ credential, fresh }))),
    (exit) => (Exit.isSuccess(exit) ? exit.value.fresh : afterFailure)
  )
  const get = Effect.map(cached, ({ credential }) => credential)
  yield* get
  return { get, renew: () => Effect.andThen(invalidate, get) }
})
