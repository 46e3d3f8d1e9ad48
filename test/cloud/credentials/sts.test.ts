import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, FileSystem, Layer, PlatformError, Redacted } from "effect"
import { TestClock } from "effect/testing"
import * as Credentials from "../../../src/cloud/Credentials.ts"
import { CredentialsError, SourceFailed } from "../../../src/cloud/CredentialsError.ts"
import * as Endpoint from "../../../src/cloud/Endpoint.ts"
import * as Fake from "../../../src/testing/Fake.ts"
import { type Answer, credential, dropped, json, refused, settled, silence, transport } from "../../support/wire.ts"

const get = Credentials.Credentials.use(({ get }) => get)

const roleArn = "qcs::cam::uin/12345678:roleName/Renderer"
const answered = json({
  Response: {
    Credentials: { TmpSecretId: "AKIDTMP", TmpSecretKey: "tmp key", Token: "tmp token" },
    ExpiredTime: 7200,
    Expiration: "1970-01-01T02:00:00Z",
    RequestId: "r1"
  }
})

/** Runs with `layerAssumeRole` over these answers, and gives what was sent, too. */
const assuming = Effect.fnUntraced(function* (
  options: Partial<Credentials.AssumeRoleOptions>,
  ...answers: ReadonlyArray<Answer>
) {
  const { layer, sent } = yield* transport(...answers)
  const Role = Credentials.layerAssumeRole({ roleArn, ...options }).pipe(
    Layer.provide([layer, Credentials.layer(credential)])
  )
  const result = yield* settled(get).pipe(Effect.provide(Role), Effect.result)
  return { result, sent: yield* sent }
})

const reasonOf = Effect.fnUntraced(function* (
  options: Partial<Credentials.AssumeRoleOptions>,
  ...answers: ReadonlyArray<Answer>
) {
  const { result } = yield* assuming(options, ...answers)
  if (result._tag === "Success") return yield* Effect.die("there is a credential")
  return result.failure.reason
})

describe("Credentials.layerAssumeRole", () => {
  it.effect("gives a credential of the role, which the credential beneath signed for", () =>
    Effect.gen(function* () {
      const { result, sent } = yield* assuming({ sessionName: "nightly", duration: "30 minutes" }, answered)
      if (result._tag === "Failure") return yield* result.failure
      const { secretId, secretKey, source, token } = result.success
      assert.strictEqual(secretId, "AKIDTMP")
      assert.strictEqual(Redacted.value(secretKey), "tmp key")
      assert.strictEqual(token && Redacted.value(token), "tmp token")
      assert.strictEqual(source, `the role ${roleArn}`)
      const [call] = sent
      assert.strictEqual(call?.url.href, "https://sts.intl.tencentcloudapi.com/")
      assert.strictEqual(call?.headers["x-tc-action"], "AssumeRole")
      assert.strictEqual(call?.headers["x-tc-version"], "2018-08-13")
      assert.match(call?.headers["authorization"] ?? "", /Credential=AKIDEXAMPLE\/1970-01-01\/sts\/tc3_request/)
      assert.deepStrictEqual(JSON.parse(call?.body ?? ""), {
        RoleArn: roleArn,
        RoleSessionName: "nightly",
        DurationSeconds: 1800
      })
    })
  )

  it.effect("calls STS at its own host, in the region and language of the endpoint of the application", () =>
    Effect.gen(function* () {
      const { layer, sent } = yield* transport(answered)
      const Role = Credentials.layerAssumeRole({ roleArn }).pipe(
        Layer.provide([layer, Credentials.layer(credential)]),
        Layer.provide(
          Endpoint.layer({ protocol: "http", host: "127.0.0.1:9", region: "na-siliconvalley", language: "zh-CN" })
        )
      )
      yield* settled(get).pipe(Effect.provide(Role))
      const [call] = yield* sent
      assert.strictEqual(call?.url.href, "https://sts.intl.tencentcloudapi.com/")
      assert.strictEqual(call?.headers["x-tc-region"], "na-siliconvalley")
      assert.strictEqual(call?.headers["x-tc-language"], "zh-CN")
    })
  )

  it.effect("calls STS where the options say", () =>
    Effect.gen(function* () {
      const endpoint = { protocol: "http", host: "localhost:9000", region: "eu-frankfurt" } as const
      const { sent } = yield* assuming({ endpoint }, answered)
      assert.strictEqual(sent[0]?.url.href, "http://localhost:9000/")
      assert.strictEqual(sent[0]?.headers["x-tc-region"], "eu-frankfurt")
    })
  )

  it.effect.each<readonly [what: string, options: Partial<Credentials.AssumeRoleOptions>, says: RegExp]>([
    ["a role that is none", { roleArn: "Renderer" }, /roleArn must be/],
    ["a session name with a space", { sessionName: "my session" }, /sessionName must have/],
    ["a session name of one character", { sessionName: "a" }, /sessionName must have/],
    ["no time at all", { duration: 0 }, /duration must be/],
    ["more than 12 hours", { duration: "13 hours" }, /duration must be/],
    ["a time without end", { duration: "Infinity" }, /duration must be/],
    ["an endpoint in clear", { endpoint: { protocol: "http" } }, /Plain http/],
    ["a region that is none", { endpoint: { region: "ap singapore" } }, /region is not a name/]
  ])("refuses %s, and sends nothing", ([, options, says]) =>
    Effect.gen(function* () {
      const { result, sent } = yield* assuming(options, answered)
      assert.isEmpty(sent)
      if (result._tag === "Success") return yield* Effect.die("there is a credential")
      assert.strictEqual(result.failure.reason._tag, "WrongFormat")
      assert.match(result.failure.message, says)
    })
  )

  it.effect("says why STS refused, with the code and its words", () =>
    Effect.gen(function* () {
      const reason = yield* reasonOf({}, refused("AuthFailure.UnauthorizedOperation", { Message: "no trust policy" }))
      if (reason._tag !== "Refused") return yield* Effect.die(reason)
      assert.strictEqual(reason.code, "AuthFailure.UnauthorizedOperation")
      assert.isFalse(reason.isRetryable)
      assert.match(reason.message, /^STS gave no credentials: .*no trust policy.*e7c1aa24/)
    })
  )

  it.effect("lets a refusal that may pass be retried", () =>
    Effect.gen(function* () {
      const { result, sent } = yield* assuming({}, refused("RequestLimitExceeded"), answered)
      assert.strictEqual(result._tag, "Success")
      assert.strictEqual(sent.length, 2)
      const reason = yield* reasonOf({}, refused("InternalError"))
      assert.strictEqual(reason._tag, "Refused")
      assert.isTrue(reason.isRetryable)
    })
  )

  it.effect.each<readonly [what: string, answer: Answer]>([
    ["never answers", silence],
    ["cannot be reached", dropped()],
    ["answers something else", json({ hello: "world" })],
    ["answers without a credential", json({ Response: { RequestId: "r1" } })],
    ["answers with a part of one", json({ Response: { Credentials: { TmpSecretId: "AKID" }, ExpiredTime: 7200 } })]
  ])("says that STS is unreachable when it %s", ([, answer]) =>
    Effect.gen(function* () {
      const reason = yield* reasonOf({}, answer)
      assert.strictEqual(reason._tag, "Unreachable")
      assert.isTrue(reason.isRetryable)
      assert.match(reason.message, /^No credentials came from STS: /)
    })
  )

  it.effect("fails as the credentials beneath do", () =>
    Effect.gen(function* () {
      const failure = new CredentialsError({ reason: new SourceFailed({ description: "The vault is sealed." }) })
      const Sealed = Layer.succeed(Credentials.Credentials, { get: Effect.fail(failure) })
      const { layer, sent } = yield* transport(answered)
      const error = yield* get.pipe(
        Effect.provide(Credentials.layerAssumeRole({ roleArn }).pipe(Layer.provide([layer, Sealed]))),
        Effect.flip
      )
      assert.strictEqual(error, failure)
      assert.isEmpty(yield* sent)
    })
  )

  it.effect("lets a role assume another role", () =>
    Effect.gen(function* () {
      const Fakes = Fake.layer()
      const first = Credentials.layerAssumeRole({ roleArn: "qcs::cam::uin/1:roleName/First" })
      const second = Credentials.layerAssumeRole({ roleArn: "qcs::cam::uin/1:roleName/Second" })
      yield* Effect.gen(function* () {
        assert.strictEqual((yield* get).source, "the role qcs::cam::uin/1:roleName/Second")
        const requests = yield* (yield* Fake.Fake).requests
        const signers = requests.map(
          ({ headers }) => /Credential=(AKIDFAKE\w*)/.exec(headers["authorization"] ?? "")?.[1]
        )
        assert.strictEqual(signers[0], "AKIDFAKE")
        assert.match(signers[1] ?? "", /^AKIDFAKE\w{24}$/)
        assert.isTrue(requests.every(({ code }) => code === undefined))
      }).pipe(Effect.provide(second.pipe(Layer.provide(first), Layer.provideMerge(Fakes))))
    })
  )

  it.effect("renews the role beneath, too, when STS refuses its token", () =>
    Effect.gen(function* () {
      const first = Credentials.layerAssumeRole({ roleArn: "qcs::cam::uin/1:roleName/First" })
      const second = Credentials.layerAssumeRole({ roleArn: "qcs::cam::uin/1:roleName/Second", duration: "10 minutes" })
      yield* Effect.gen(function* () {
        yield* get
        const fake = yield* Fake.Fake
        yield* fake.revoke
        yield* TestClock.adjust("10 minutes")
        yield* get
        assert.deepStrictEqual(
          (yield* fake.requests).map(({ code = "OK" }) => code),
          ["OK", "OK", "AuthFailure.TokenFailure", "OK", "OK"]
        )
      }).pipe(Effect.provide(second.pipe(Layer.provide(first), Layer.provideMerge(Fake.layer()))))
    })
  )
})

const variables = {
  TKE_REGION: "eu-frankfurt",
  TKE_PROVIDER_ID: "cls-1",
  TKE_WEB_IDENTITY_TOKEN_FILE: "/var/run/token",
  TKE_ROLE_ARN: roleArn
}

const notFound = PlatformError.systemError({ _tag: "NotFound", module: "FileSystem", method: "readFileString" })

/** Runs with `layerOidc` in a workload: its environment, its file, and what STS answers. */
const workload = Effect.fnUntraced(function* (
  env: Readonly<Record<string, string>>,
  read: (reading: number) => Effect.Effect<string, PlatformError.PlatformError>,
  ...answers: ReadonlyArray<Answer>
) {
  const { layer, sent } = yield* transport(...answers)
  let readings = 0
  const Workload = Credentials.layerOidc().pipe(
    Layer.provide([
      layer,
      FileSystem.layerNoop({ readFileString: () => Effect.suspend(() => read(++readings)) }),
      ConfigProvider.layer(ConfigProvider.fromEnv({ env }))
    ])
  )
  return { Workload, sent }
})

describe("Credentials.layerOidc", () => {
  const reasonIn = Effect.fnUntraced(function* (
    env: Readonly<Record<string, string>>,
    file: Effect.Effect<string, PlatformError.PlatformError>,
    ...answers: ReadonlyArray<Answer>
  ) {
    const { Workload } = yield* workload(env, () => file, ...answers)
    return (yield* settled(Effect.flip(get)).pipe(Effect.provide(Workload))).reason
  })
  const token = Effect.succeed("jwt\n")

  it.effect("gives a credential of the workload's role for the token in its file, unsigned", () =>
    Effect.gen(function* () {
      const { Workload, sent } = yield* workload(variables, () => token, answered)
      const { secretId, source } = yield* settled(get).pipe(Effect.provide(Workload))
      assert.strictEqual(secretId, "AKIDTMP")
      assert.strictEqual(source, `the TKE identity of ${roleArn}`)
      const [call] = yield* sent
      assert.strictEqual(call?.url.href, "https://sts.intl.tencentcloudapi.com/")
      assert.strictEqual(call?.headers["authorization"], "SKIP")
      assert.strictEqual(call?.headers["x-tc-action"], "AssumeRoleWithWebIdentity")
      assert.strictEqual(call?.headers["x-tc-region"], "eu-frankfurt")
      assert.deepStrictEqual(JSON.parse(call?.body ?? ""), {
        RoleArn: roleArn,
        RoleSessionName: "effect-hunyuan3d",
        ProviderId: "cls-1",
        WebIdentityToken: "jwt"
      })
    })
  )

  it.effect("reads the file again for each credential, since the cluster replaces it", () =>
    Effect.gen(function* () {
      const { Workload, sent } = yield* workload(variables, (reading) => Effect.succeed(`jwt${reading}`), answered)
      yield* Effect.gen(function* () {
        yield* get
        yield* TestClock.adjust("2 hours")
        yield* get
      }).pipe(Effect.provide(Workload))
      assert.deepStrictEqual(
        (yield* sent).map(({ body }) => JSON.parse(body).WebIdentityToken),
        ["jwt1", "jwt2"]
      )
    })
  )

  it.effect("takes the region of the endpoint where TKE_REGION is not set", () =>
    Effect.gen(function* () {
      const { TKE_REGION: _, ...env } = variables
      const { Workload, sent } = yield* workload(env, () => token, answered)
      yield* settled(get).pipe(Effect.provide(Workload), Effect.provide(Endpoint.layer({ region: "na-siliconvalley" })))
      assert.strictEqual((yield* sent)[0]?.headers["x-tc-region"], "na-siliconvalley")
    })
  )

  it.effect("says outside of a workload that nothing is configured", () =>
    Effect.gen(function* () {
      const reason = yield* reasonIn({ TKE_REGION: "eu-frankfurt" }, token)
      assert.strictEqual(reason._tag, "NotConfigured")
      assert.include(reason.message, "TKE_ROLE_ARN")
    })
  )

  it.effect("names the variables that are missing", () =>
    Effect.gen(function* () {
      const reason = yield* reasonIn({ TKE_ROLE_ARN: roleArn }, token)
      assert.strictEqual(reason._tag, "Incomplete")
      assert.include(reason.message, "set TKE_PROVIDER_ID and TKE_WEB_IDENTITY_TOKEN_FILE there")
    })
  )

  it.effect("names the file that cannot be read", () =>
    Effect.gen(function* () {
      const reason = yield* reasonIn(variables, Effect.fail(notFound))
      assert.strictEqual(reason._tag, "UnreadableFile")
      assert.include(reason.message, "/var/run/token")
    })
  )

  it.effect.each(["", " \n", "x".repeat(65_537)])("refuses a file without a token, case %#", (text) =>
    Effect.gen(function* () {
      const reason = yield* reasonIn(variables, Effect.succeed(text))
      assert.strictEqual(reason._tag, "WrongFormat")
      assert.include(reason.message, "/var/run/token cannot be used: the file holds no token")
    })
  )

  it.effect("says why STS refused", () =>
    Effect.gen(function* () {
      const reason = yield* reasonIn(variables, token, refused("InvalidParameter.WebIdentityTokenError"))
      assert.strictEqual(reason._tag, "Refused")
      assert.include(reason.message, "InvalidParameter.WebIdentityTokenError")
    })
  )
})
