/** What a credential is, and the service that hands it out. */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { CredentialsError } from "../../CredentialsError.ts"

/**
 * One key pair as Tencent Cloud issues it, with the session token when the pair
 * is temporary.
 *
 * @category models
 * @since 0.1.0
 */
export interface Credential {
  readonly secretId: string
  readonly secretKey: Redacted.Redacted<string>
  readonly token?: Redacted.Redacted<string> | undefined
  /** When a temporary credential expires, where its source says so. */
  readonly expiresAt?: DateTime.Utc | undefined
  /** Where it came from, for people, such as `the profile default in ~/.tencentcloud/credentials`. */
  readonly source?: string | undefined
}

/**
 * The service that hands out the credential to sign with.
 *
 * **Details**
 *
 * Sources of your own provide it with `get` alone. What expires is handed out by
 * `Credentials.makeRefreshing`.
 *
 * **Example** (A source of your own)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer, Redacted } from "effect"
 * import * as Credentials from "effect-hunyuan3d/Credentials"
 *
 * const secretKey = Redacted.make("from a vault")
 * const Vault = Layer.succeed(Credentials.Credentials, {
 *   get: Effect.sync(() => ({ secretId: "AKID1", secretKey }))
 * })
 *
 * const secretId = Credentials.Credentials.use((credentials) => credentials.get).pipe(
 *   Effect.map((credential) => credential.secretId),
 *   Effect.provide(Vault)
 * )
 * assert.equal(await Effect.runPromise(secretId), "AKID1")
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export class Credentials extends Context.Service<
  Credentials,
  {
    /** The credential for the next signature. Runs once for every attempt, so a costly source caches. */
    readonly get: Effect.Effect<Credential, CredentialsError>
    /**
     * Another credential in place of one whose token the service refused. A source that has no
     * other leaves it out.
     */
    readonly renew?: ((refused: Credential) => Effect.Effect<Credential, CredentialsError>) | undefined
  }
>()("effect-hunyuan3d/Credentials") {}
