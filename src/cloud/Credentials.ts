/**
 * Who signs: a source of secret id, secret key and, for a temporary credential,
 * session token.
 *
 * `Credentials` holds an effect, not a value, because temporary credentials
 * expire: `Signer` runs it once for every attempt, and a source may answer with
 * another credential each time. `layer` and `layerConfig` give a fixed credential,
 * `layerEnv` the one of the environment variables of Tencent Cloud's own tools.
 *
 * **Gotchas**
 *
 * - Secrets are `Redacted` from here on. Only `Tc3` unwraps the secret key, and
 *   only `Signer` the token.
 * - A source should answer with the same `Redacted` secret key for as long as the
 *   key is the same: `Tc3` keeps what it derives from a key on that value.
 * - White space around configured values is cut off. The service refuses a key
 *   that was pasted with a line break as `AuthFailure.SecretIdNotFound`.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

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
}

/**
 * There is no credential to sign with. The message says where it was looked for
 * and what to do.
 *
 * **Details**
 *
 * `isRetryable` is `true` when the source failed for a moment only, such as a
 * metadata server that did not answer in time. The call is then retried, and a
 * wait goes on. It is `false` unless the source says otherwise.
 *
 * @category errors
 * @since 0.1.0
 */
export class CredentialsError extends Schema.TaggedError<CredentialsError>("effect-hunyuan3d/CredentialsError")(
  "CredentialsError",
  {
    message: Schema.String,
    isRetryable: Schema.Boolean.pipe(Schema.withConstructorDefault(Effect.succeed(false))),
    cause: Schema.optional(Schema.Defect())
  }
) {}

/**
 * The service that hands out the credential to sign with.
 *
 * **Example** (A credential that refreshes)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer, Redacted } from "effect"
 * import * as Credentials from "effect-hunyuan3d/Credentials"
 *
 * let issued = 0
 * const issue = Effect.sync((): Credentials.Credential => {
 *   issued += 1
 *   return { secretId: `AKID${issued}`, secretKey: Redacted.make("key"), token: Redacted.make("token") }
 * })
 * const Refreshing = Layer.effect(
 *   Credentials.Credentials,
 *   Effect.map(Effect.cachedWithTTL(issue, "1 hour"), (get) => ({ get }))
 * )
 *
 * const secretId = Credentials.Credentials.use((credentials) => credentials.get).pipe(
 *   Effect.map((credential) => credential.secretId),
 *   Effect.provide(Refreshing)
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
  }
>()("effect-hunyuan3d/Credentials") {}

/**
 * Provides one fixed credential.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (credential: Credential): Layer.Layer<Credentials> =>
  Layer.succeed(Credentials, { get: Effect.succeed(credential) })

/**
 * Provides a fixed credential read from `Config` when the layer is built.
 *
 * **Example** (Names of your own)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Config, ConfigProvider, Effect } from "effect"
 * import * as Credentials from "effect-hunyuan3d/Credentials"
 *
 * const Live = Credentials.layerConfig({
 *   secretId: Config.String("HUNYUAN_ID"),
 *   secretKey: Config.Redacted("HUNYUAN_KEY")
 * })
 *
 * const secretId = Credentials.Credentials.use((credentials) => credentials.get).pipe(
 *   Effect.map((credential) => credential.secretId),
 *   Effect.provide(Live),
 *   Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ HUNYUAN_ID: "AKID1", HUNYUAN_KEY: "secret" })))
 * )
 * assert.equal(await Effect.runPromise(secretId), "AKID1")
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig = (options: {
  readonly secretId: Config.Config<string>
  readonly secretKey: Config.Config<Redacted.Redacted<string>>
  readonly token?: Config.Config<Option.Option<Redacted.Redacted<string>>> | undefined
}): Layer.Layer<Credentials, Config.ConfigError> => Layer.unwrap(Effect.map(fromConfig(options), layer))

/**
 * Provides a fixed credential from the environment variables of Tencent Cloud's
 * own tools.
 *
 * **Details**
 *
 * Reads `TENCENTCLOUD_SECRET_ID` and `TENCENTCLOUD_SECRET_KEY`, and, for a
 * temporary credential, `TENCENTCLOUD_SESSION_TOKEN` (the name in the Node SDK)
 * or `TENCENTCLOUD_TOKEN` (the name in the command-line tool). A variable that is
 * empty or blank counts as missing. Fails with `CredentialsError` while the layer is built.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerEnv: Layer.Layer<Credentials, CredentialsError> = /*#__PURE__*/ Layer.unwrap(
  // Marked, with fromConfig below, so that a bundle without it is also without Config.
  /*#__PURE__*/ Effect.suspend(() =>
    fromConfig({
      secretId: variable("TENCENTCLOUD_SECRET_ID"),
      secretKey: secret("TENCENTCLOUD_SECRET_KEY"),
      token: secret("TENCENTCLOUD_SESSION_TOKEN").pipe(
        Config.orElse(() => secret("TENCENTCLOUD_TOKEN")),
        Config.map(Option.some),
        Config.orElse(() => Config.succeed(Option.none()))
      )
    }).pipe(
      Effect.mapBoth({
        onSuccess: layer,
        onFailure: (cause) =>
          new CredentialsError({
            message:
              "No credentials in the environment: set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY " +
              "(and TENCENTCLOUD_SESSION_TOKEN for a temporary key pair).",
            cause
          })
      })
    )
  )
)

const variable = (name: string) => Config.schema(Schema.Trim.check(Schema.isNonEmpty()), name)

const secret = (name: string) => Config.map(variable(name), (value) => Redacted.make(value))

const fromConfig = /*#__PURE__*/ Effect.fnUntraced(function* (options: Parameters<typeof layerConfig>[0]) {
  const token = options.token === undefined ? Option.none() : yield* options.token
  const credential: Credential = {
    secretId: (yield* options.secretId).trim(),
    secretKey: trimmed(yield* options.secretKey),
    token: Option.getOrUndefined(Option.map(token, trimmed))
  }
  return credential
})

const trimmed = (value: Redacted.Redacted<string>) => Redacted.make(Redacted.value(value).trim())
