import { assert, describe, it } from "@effect/vitest"
import { Config, ConfigProvider, Effect, Layer, Redacted, Schema } from "effect"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as CredentialsError from "../../src/cloud/CredentialsError.ts"
import { printed } from "../support/printed.ts"

type Environment = Readonly<Record<string, string>>

const key = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
const token = "9fLtQGwyPPxsNTmGbIzfcGOQqEXAMPLE"

const get = Credentials.Credentials.use((credentials) => credentials.get)

/** What `layerEnv` makes of an environment, with its secrets in the clear. */
const fromEnv = (env: Environment) =>
  get.pipe(
    Effect.provide(Credentials.layerEnv),
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env }))),
    Effect.map(({ secretId, secretKey, token }) => ({
      secretId,
      secretKey: Redacted.value(secretKey),
      token: token && Redacted.value(token)
    }))
  )

const pair = { TENCENTCLOUD_SECRET_ID: "AKID1", TENCENTCLOUD_SECRET_KEY: key }

describe("Credentials.layer", () => {
  it.effect("the credential is the one that was given", () =>
    Effect.gen(function* () {
      const credential = { secretId: "AKID1", secretKey: Redacted.make(key) }
      assert.strictEqual(yield* Effect.provide(get, Credentials.layer(credential)), credential)
    })
  )

  it("a credential prints no secret", () => {
    const credential = { secretId: "AKID1", secretKey: Redacted.make(key), token: Redacted.make(token) }
    const text = printed([credential, Credentials.layer(credential)])
    assert.include(text, "AKID1")
    assert.notInclude(text, key)
    assert.notInclude(text, token)
  })
})

describe("Credentials.layerEnv", () => {
  it.effect.each<readonly [what: string, env: Environment, token: string | undefined]>([
    ["a key pair", pair, undefined],
    ["the token under the Node SDK's name", { ...pair, TENCENTCLOUD_SESSION_TOKEN: "session" }, "session"],
    ["the token under the command-line tool's name", { ...pair, TENCENTCLOUD_TOKEN: "cli" }, "cli"],
    [
      "the Node SDK's token before the other",
      { ...pair, TENCENTCLOUD_SESSION_TOKEN: "session", TENCENTCLOUD_TOKEN: "cli" },
      "session"
    ],
    [
      "the other token when the Node SDK's is empty",
      { ...pair, TENCENTCLOUD_SESSION_TOKEN: "", TENCENTCLOUD_TOKEN: "cli" },
      "cli"
    ],
    ["no token when both are empty", { ...pair, TENCENTCLOUD_SESSION_TOKEN: "", TENCENTCLOUD_TOKEN: "" }, undefined],
    ["no token when it is white space", { ...pair, TENCENTCLOUD_TOKEN: " \n" }, undefined]
  ])("the environment gives %s", ([, env, token]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* fromEnv(env), { secretId: "AKID1", secretKey: key, token })
    })
  )

  it.effect("white space around the values of the environment is cut off", () =>
    Effect.gen(function* () {
      const env = {
        TENCENTCLOUD_SECRET_ID: " AKID1\n",
        TENCENTCLOUD_SECRET_KEY: `\t${key}\r\n`,
        TENCENTCLOUD_TOKEN: ` ${token} `
      }
      assert.deepStrictEqual(yield* fromEnv(env), { secretId: "AKID1", secretKey: key, token })
    })
  )

  it.effect.each<readonly [what: string, env: Environment]>([
    ["nothing is set", {}],
    ["the id is missing", { TENCENTCLOUD_SECRET_KEY: key, TENCENTCLOUD_TOKEN: token }],
    ["the key is missing", { TENCENTCLOUD_SECRET_ID: "AKID1", TENCENTCLOUD_TOKEN: token }],
    ["the id is empty", { ...pair, TENCENTCLOUD_SECRET_ID: "" }],
    ["the key is empty", { ...pair, TENCENTCLOUD_SECRET_KEY: "" }],
    ["the id is white space", { ...pair, TENCENTCLOUD_SECRET_ID: " " }],
    ["the key is white space", { ...pair, TENCENTCLOUD_SECRET_KEY: "\n" }]
  ])("the error says what to set and prints no secret when %s", ([, env]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(fromEnv(env))
      assert.strictEqual(error._tag, "CredentialsError")
      assert.match(error.message, /set TENCENTCLOUD_SECRET_(ID|KEY)/i)
      assert.notInclude(printed(error), key)
      assert.notInclude(printed(error), token)
    })
  )

  it.effect.each<readonly [what: string, name: string, value: string, told: string]>([
    [
      "quotes around the key",
      "TENCENTCLOUD_SECRET_KEY",
      `"${key}"`,
      "has a quotation mark in it. Write it without quotes."
    ],
    ["one quote", "TENCENTCLOUD_SECRET_ID", "'AKID1", "has a quotation mark in it. Write it without quotes."],
    ["a region behind the key", "TENCENTCLOUD_SECRET_KEY", `${key}#shanghai#0`, "has `#`, `:`, `,` or `;` in it."],
    ["a line break in the token", "TENCENTCLOUD_TOKEN", `${token}\n${token}`, "has a space or another character in it"],
    ["a letter of another script", "TENCENTCLOUD_SECRET_ID", "АKID1", "has a space or another character in it"]
  ])("the error says what is wrong with a value that has %s, and prints no secret", ([, name, value, told]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(fromEnv({ ...pair, [name]: value }))
      assert.strictEqual(error.reason._tag, "WrongFormat")
      assert.include(error.message, `The credentials in the environment cannot be used: ${name} ${told}`)
      assert.notInclude(printed(error), key)
      assert.notInclude(printed(error), token)
    })
  )

  it.effect("a missing credential fails while the layer is built, not at the first signature", () =>
    Effect.gen(function* () {
      const error = yield* Layer.build(Credentials.layerEnv).pipe(
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: {} }))),
        Effect.flip
      )
      assert.strictEqual(error._tag, "CredentialsError")
    })
  )
})

describe("Credentials.layerConfig", () => {
  const layer = Credentials.layerConfig({
    secretId: Config.String("HUNYUAN_ID"),
    secretKey: Config.Redacted("HUNYUAN_KEY"),
    token: Config.option(Config.Redacted("HUNYUAN_TOKEN"))
  })
  const provided = (config: unknown) =>
    Effect.provide(get, layer).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(config))))

  it.effect("names of one's own are read, and white space is cut off", () =>
    Effect.gen(function* () {
      const credential = yield* provided({ HUNYUAN_ID: " AKID1 ", HUNYUAN_KEY: `${key}\n`, HUNYUAN_TOKEN: ` ${token}` })
      assert.strictEqual(credential.secretId, "AKID1")
      assert.strictEqual(Redacted.value(credential.secretKey), key)
      assert.strictEqual(credential.token && Redacted.value(credential.token), token)
      assert.notInclude(printed(credential), key)
      assert.notInclude(printed(credential), token)
    })
  )

  it.effect("a credential may have no token", () =>
    Effect.gen(function* () {
      const credential = yield* provided({ HUNYUAN_ID: "AKID1", HUNYUAN_KEY: key })
      assert.isUndefined(credential.token)
    })
  )

  it.effect("the error names what is missing, and prints no secret", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(provided({ HUNYUAN_KEY: key, HUNYUAN_TOKEN: token }))
      assert.strictEqual(error._tag, "ConfigError")
      assert.include(error.message, "HUNYUAN_ID")
      assert.notInclude(printed(error), key)
      assert.notInclude(printed(error), token)
    })
  )
})

describe("CredentialsError", () => {
  it("an error is not retryable unless its source says so", () => {
    assert.isFalse(
      new CredentialsError.CredentialsError({
        reason: new CredentialsError.SourceFailed({ description: "the role was taken away" })
      }).isRetryable
    )
    assert.isTrue(
      new CredentialsError.CredentialsError({
        reason: new CredentialsError.SourceFailed({ description: "no answer in time", isRetryable: true })
      }).isRetryable
    )
  })

  it.effect("an error comes back whole from JSON text", () =>
    Effect.gen(function* () {
      const codec = Schema.fromJsonString(Schema.toCodecJson(CredentialsError.CredentialsError))
      const error = new CredentialsError.CredentialsError({
        reason: new CredentialsError.SourceFailed({
          description: "the role was taken away",
          isRetryable: true,
          cause: new Error("403")
        })
      })
      const again = yield* Schema.decodeUnknownEffect(codec)(yield* Schema.encodeEffect(codec)(error))
      assert.instanceOf(again, CredentialsError.CredentialsError)
      assert.strictEqual(again.message, error.message)
      assert.isTrue(again.isRetryable)
    })
  )
})
