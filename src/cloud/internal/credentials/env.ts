/** The credential of the environment variables of Tencent Cloud's own tools, or of names of one's own. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { CredentialsError, Incomplete, NotConfigured } from "../../CredentialsError.ts"
import { type Credential, Credentials } from "./model.ts"

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
}): Layer.Layer<Credentials, Config.ConfigError> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const token = options.token === undefined ? Option.none() : yield* options.token
      return layer({
        secretId: (yield* options.secretId).trim(),
        secretKey: trimmed(yield* options.secretKey),
        token: Option.getOrUndefined(Option.map(token, trimmed))
      })
    })
  )

const trimmed = (value: Redacted.Redacted<string>) => Redacted.make(Redacted.value(value).trim())

const place = "the environment"

/** A variable of the environment. Empty and blank count as not set. A variable that cannot be read is none. */
export const variable = (name: string) => Effect.option(Config.schema(Schema.Trim.check(Schema.isNonEmpty()), name))

const secret = (name: string) =>
  Effect.map(
    variable(name),
    Option.map((value) => Redacted.make(value))
  )

/** The credential of the environment, and why there is none. */
export const fromEnv: Effect.Effect<Credential, CredentialsError> = /*#__PURE__*/ Effect.gen(function* () {
  const secretId = yield* variable("TENCENTCLOUD_SECRET_ID")
  const secretKey = yield* secret("TENCENTCLOUD_SECRET_KEY")
  const token = yield* secret("TENCENTCLOUD_SESSION_TOKEN")
  if (Option.isNone(secretId) && Option.isNone(secretKey)) {
    return yield* new CredentialsError({ reason: new NotConfigured({ places: [place] }) })
  }
  if (Option.isNone(secretId) || Option.isNone(secretKey)) {
    const missing = Option.isNone(secretId) ? "TENCENTCLOUD_SECRET_ID" : "TENCENTCLOUD_SECRET_KEY"
    return yield* new CredentialsError({ reason: new Incomplete({ place, missing: [missing] }) })
  }
  return {
    secretId: secretId.value,
    secretKey: secretKey.value,
    token: Option.getOrUndefined(Option.isSome(token) ? token : yield* secret("TENCENTCLOUD_TOKEN")),
    source: place
  }
})

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
  // Marked, with fromEnv above, so that a bundle without it is also without Config.
  /*#__PURE__*/ Effect.map(fromEnv, layer)
)
