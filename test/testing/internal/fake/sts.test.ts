import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Random, Redacted } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as TestClock from "effect/testing/TestClock"
import type * as Credentials from "../../../../src/cloud/Credentials.ts"
import * as Fake from "../../../../src/testing/Fake.ts"
import { printed } from "../../../support/printed.ts"
import { codeOf, send, type Sent } from "./calls.ts"

const stsHost = "sts.intl.tencentcloudapi.com"
const role = { RoleArn: "qcs::cam::uin/12345678:roleName/Renderer", RoleSessionName: "test" }

/** A call of STS as a client signs it. */
const sts = (parameters: object, sent: Sent = {}): Sent => ({
  action: "AssumeRole",
  host: stsHost,
  service: "sts",
  ...sent,
  headers: { "x-tc-version": "2018-08-13", ...sent.headers },
  body: JSON.stringify(parameters)
})

const skip = HttpClientRequest.setHeader("authorization", "SKIP")

const toCredential = ({ TmpSecretId, TmpSecretKey, Token }: Record<string, string>): Credentials.Credential => ({
  secretId: TmpSecretId ?? "",
  secretKey: Redacted.make(TmpSecretKey ?? ""),
  token: Redacted.make(Token ?? "")
})

/** A temporary credential, issued now. */
const issued = (parameters: object = {}) =>
  Effect.map(send(sts({ ...role, ...parameters })), ({ Credentials }) => toCredential(Credentials))

const accepted = "FailedOperation.JobNotFound"

describe("STS of the fake", () => {
  it.effect("issues a credential for two hours to whoever signs, and accepts it", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("12 hours")
      const answer = yield* send(sts(role))
      const now = yield* Clock.currentTimeMillis
      assert.strictEqual(answer.ExpiredTime, now / 1000 + 7200)
      assert.strictEqual(answer.Expiration, "1970-01-01T14:00:00.000Z")
      assert.strictEqual(yield* codeOf({ credential: toCredential(answer.Credentials) }), accepted)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("issues a credential for a token in place of a signature", () =>
    Effect.gen(function* () {
      const parameters = { ...role, ProviderId: "cls-1", WebIdentityToken: "jwt" }
      const answer = yield* send(sts(parameters, { action: "AssumeRoleWithWebIdentity", change: skip }))
      assert.strictEqual(yield* codeOf({ credential: toCredential(answer.Credentials) }), accepted)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect.each<readonly [what: string, sent: Sent, code: string]>([
    ["a role without a signature", sts(role, { change: skip }), "AuthFailure.InvalidAuthorization"],
    ["a query without a signature", { change: skip }, "AuthFailure.InvalidAuthorization"],
    ["a role signed for another product", sts(role, { service: "hunyuan" }), "AuthFailure.SignatureFailure"],
    ["a role of another version", sts(role, { headers: { "x-tc-version": "2023-09-01" } }), "NoSuchVersion"],
    ["no role", sts({ RoleSessionName: "test" }), "MissingParameter"],
    ["a session name of one letter", sts({ ...role, RoleSessionName: "t" }), "InvalidParameterValue"],
    ["more than 12 hours", sts({ ...role, DurationSeconds: 43_201 }), "InvalidParameterValue"],
    ["no web identity", sts(role, { action: "AssumeRoleWithWebIdentity", change: skip }), "MissingParameter"]
  ])("refuses %s", ([, sent, code]) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* codeOf(sent), code)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("refuses a token once it has expired", () =>
    Effect.gen(function* () {
      const credential = yield* issued({ DurationSeconds: 900 })
      yield* TestClock.adjust("899 seconds")
      assert.strictEqual(yield* codeOf({ credential }), accepted)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* codeOf({ credential }), "AuthFailure.TokenFailure")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("refuses the token of another credential, and none", () =>
    Effect.gen(function* () {
      const { token, ...pair } = yield* issued()
      const other = yield* issued()
      assert.strictEqual(yield* codeOf({ credential: { ...pair, token: other.token } }), "AuthFailure.TokenFailure")
      assert.strictEqual(yield* codeOf({ credential: pair }), "AuthFailure.TokenFailure")
      assert.strictEqual(yield* codeOf({ credential: { ...pair, token } }), accepted)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("refuses the tokens that were issued until they were revoked, and accepts later ones", () =>
    Effect.gen(function* () {
      const credential = yield* issued()
      yield* (yield* Fake.Fake).revoke
      assert.strictEqual(yield* codeOf({ credential }), "AuthFailure.TokenFailure")
      assert.strictEqual(yield* codeOf({ credential: yield* issued() }), accepted)
      assert.strictEqual(yield* codeOf(), accepted)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("limits calls as it does those of jobs", () =>
    Effect.gen(function* () {
      yield* Effect.repeat(issued(), { times: 1 })
      assert.strictEqual(yield* codeOf(sts(role)), "RequestLimitExceeded")
    }).pipe(Effect.provide(Fake.layer({ requestsPerSecond: 2 })))
  )

  it.effect("keeps no secret that it issued in its list of requests", () =>
    Effect.gen(function* () {
      const { Credentials } = yield* send(sts(role))
      const requests = printed(yield* (yield* Fake.Fake).requests)
      assert.include(requests, "AssumeRole")
      assert.notInclude(requests, Credentials.TmpSecretKey)
      assert.notInclude(requests, Credentials.Token)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("issues the same credentials to the same seed", () =>
    Effect.gen(function* () {
      const secretId = Effect.map(issued(), ({ secretId }) => secretId).pipe(
        Random.withSeed("seed"),
        Effect.provide(Fake.layer())
      )
      assert.strictEqual(yield* secretId, yield* secretId)
    })
  )
})

const folder = "http://metadata.tencentyun.com/latest/meta-data/cam/security-credentials/"

/** What the metadata service answers. */
const read = Effect.fnUntraced(function* (path: string) {
  const response = yield* HttpClient.get(`${folder}${path}`)
  return { status: response.status, text: yield* response.text }
})

describe("The metadata service of the fake", () => {
  it.effect("names the role of its machine, and issues a credential of it that is accepted", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read(""), { status: 200, text: "renderer" })
      const { text } = yield* read("renderer")
      const { Code, ExpiredTime, ...fields } = JSON.parse(text)
      assert.strictEqual(Code, "Success")
      assert.strictEqual(ExpiredTime, 7200)
      assert.strictEqual(yield* codeOf({ credential: toCredential(fields) }), accepted)
    }).pipe(Effect.provide(Fake.layer({ role: "renderer" })))
  )

  it.effect("knows no other role", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* read("other")).status, 404)
    }).pipe(Effect.provide(Fake.layer({ role: "renderer" })))
  )

  it.effect("knows nothing of a machine without a role", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* read("")).status, 404)
      assert.strictEqual((yield* read("undefined")).status, 404)
      assert.deepStrictEqual(
        (yield* (yield* Fake.Fake).requests).map(({ code }) => code),
        ["NotFound", "NotFound"]
      )
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("fails as it is told to", () =>
    Effect.gen(function* () {
      yield* (yield* Fake.Fake).fault("badGateway", { code: "ServiceUnavailable" })
      assert.strictEqual((yield* read("")).status, 502)
      assert.strictEqual((yield* read("")).status, 503)
      assert.strictEqual((yield* read("")).text, "renderer")
    }).pipe(Effect.provide(Fake.layer({ role: "renderer" })))
  )

  it.effect("issues credentials of which the last thousand are known, and none after a reset", () =>
    Effect.gen(function* () {
      const first = yield* issued()
      const second = yield* issued()
      yield* Effect.repeat(read("renderer"), { times: 998 })
      assert.strictEqual(yield* codeOf({ credential: first }), "AuthFailure.SecretIdNotFound")
      assert.strictEqual(yield* codeOf({ credential: second }), accepted)
      yield* (yield* Fake.Fake).reset
      assert.strictEqual(yield* codeOf({ credential: second }), "AuthFailure.SecretIdNotFound")
    }).pipe(Effect.provide(Fake.layer({ role: "renderer" })))
  )
})
