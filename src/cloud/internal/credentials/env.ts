/** The credential of the environment variables of Tencent Cloud's own tools, or of names of one's own. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { CredentialsError, NotConfigured } from "../../CredentialsError.ts"
import { type Credential, Credentials } from "./model.ts"
import { credentialFrom } from "./values.ts"

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

/** A variable of the environment. Empty and blank count as not set, and so does one that cannot be read. */
export const variable = (name: string): Effect.Effect<Option.Option<string>> =>
  Effect.option(Config.schema(Schema.Trim.check(Schema.isNonEmpty()), name))

const names = {
  secretId: "TENCENTCLOUD_SECRET_ID",
  secretKey: "TENCENTCLOUD_SECRET_KEY",
  token: ["TENCENTCLOUD_SESSION_TOKEN", "TENCENTCLOUD_TOKEN"]
}

const place = "the environment"

/** The credential of the environment, and why there is none. */
export const fromEnv: Effect.Effect<Credential, CredentialsError> = /*#__PURE__*/ Effect.gen(function* () {
  const set = yield* Effect.forEach([names.secretId, names.secretKey, ...names.token], (name) =>
    Effect.map(variable(name), (value) => [name, Option.getOrUndefined(value)] as const)
  )
  return yield* credentialFrom(Object.fromEntries(set), { ...names, place }).pipe(
    Effect.catchReason("CredentialsError", "NotConfigured", () => {
      const places = [`${place} (set ${names.secretId} and ${names.secretKey})`]
      return new CredentialsError({ reason: new NotConfigured({ places }) })
    })
  )
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
 * empty or blank counts as missing, and one with quotes or spaces in it is refused. Fails
 * with `CredentialsError` while the layer is built.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerEnv: Layer.Layer<Credentials, CredentialsError> = /*#__PURE__*/ Layer.unwrap(
  // Marked, with fromEnv above, so that a bundle without it is also without Config.
  /*#__PURE__*/ Effect.map(fromEnv, layer)
)
