import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer, Redacted } from "effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as TencentCloud from "../../../../src/cloud/TencentCloud.ts"
import * as Job from "../../../../src/job/Job.ts"
import * as JobKind from "../../../../src/job/JobKind.ts"
import * as Fake from "../../../../src/testing/Fake.ts"
import { property } from "../../../support/property.ts"
import { App, codeOf, host, json, send, unknownId, type Sent } from "./calls.ts"

describe("Authentication by the fake", () => {
  const changed = (change: NonNullable<Sent["change"]>) => codeOf({ change })
  const setHeader = (name: string, value: string) => changed(HttpClientRequest.setHeader(name, value))

  it.effect("a request without a signature, or with one of another form, is told which form is meant", () =>
    Effect.gen(function* () {
      const invalid = "AuthFailure.InvalidAuthorization"
      const missing = yield* send({ change: HttpClientRequest.removeHeader("authorization") })
      assert.strictEqual(missing.Error.Code, invalid)
      assert.include(missing.Error.Message, "TC3-HMAC-SHA256")
      for (const other of [
        "",
        "SKIP",
        "Bearer x",
        "TC3-HMAC-SHA256 Credential=a/b",
        "q-sign-algorithm=sha1&q-ak=AKID"
      ]) {
        assert.strictEqual(yield* setHeader("authorization", other), invalid)
      }
      const form = "Action=QueryHunyuanTo3DProJob&SecretId=AKIDFAKE&SignatureMethod=HmacSHA1&Signature=x"
      const v1 = HttpClientRequest.post(`https://${host}/`).pipe(
        HttpClientRequest.setBody(HttpBody.text(form, "application/x-www-form-urlencoded"))
      )
      const refused = yield* json(yield* HttpClient.execute(v1))
      assert.strictEqual(refused.Response.Error.Code, invalid)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("an unknown secret id, a wrong key and a changed token are told apart", () =>
    Effect.gen(function* () {
      const key = Redacted.make("another key")
      const { secretId, secretKey } = Fake.credential
      assert.strictEqual(
        yield* codeOf({ credential: { secretId: "AKIDOTHER", secretKey } }),
        "AuthFailure.SecretIdNotFound"
      )
      assert.strictEqual(yield* codeOf({ credential: { secretId, secretKey: key } }), "AuthFailure.SignatureFailure")
      assert.strictEqual(
        yield* codeOf({ credential: { secretId, secretKey, token: Redacted.make("t") } }),
        "AuthFailure.TokenFailure"
      )
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("an account with a token needs that token", () => {
    const credential = { ...Fake.credential, token: Redacted.make("session") }
    return Effect.gen(function* () {
      assert.strictEqual(yield* codeOf({ credential }), "FailedOperation.JobNotFound")
      assert.strictEqual(yield* codeOf(), "AuthFailure.TokenFailure")
      assert.strictEqual(
        yield* codeOf({ credential: { ...credential, token: Redacted.make("older") } }),
        "AuthFailure.TokenFailure"
      )
      assert.strictEqual(
        (yield* Effect.flip(TencentCloud.call(JobKind.Pro.query, { JobId: Job.JobId.make(unknownId) }))).code,
        "FailedOperation.JobNotFound"
      )
    }).pipe(Effect.provide(App.pipe(Layer.provideMerge(Fake.layer({ credential })))))
  })

  it.effect("a timestamp is accepted up to 300 seconds off, either way", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 22))
      for (const skew of [-300, 300]) {
        assert.strictEqual(yield* codeOf({ skew }), "FailedOperation.JobNotFound", String(skew))
      }
      for (const skew of [-301, 301, -86_400, 3600]) {
        assert.strictEqual(yield* codeOf({ skew }), "AuthFailure.SignatureExpire", String(skew))
      }
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("a timestamp that is missing or no number is refused", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* changed(HttpClientRequest.removeHeader("x-tc-timestamp")), "MissingParameter")
      for (const timestamp of ["", "now", "-1", "1e3", "NaN", "1".repeat(20)]) {
        assert.strictEqual(yield* setHeader("x-tc-timestamp", timestamp), "InvalidParameter")
      }
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("the scope names hunyuan or the first label of the host, and the UTC date of the timestamp", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 22))
      const good = "FailedOperation.JobNotFound"
      assert.strictEqual(yield* codeOf({ host: "127.0.0.1:8080", service: "127" }), good)
      assert.strictEqual(yield* codeOf({ host: "127.0.0.1:8080", service: "hunyuan" }), good)
      assert.strictEqual(yield* codeOf({ service: "cvm" }), "AuthFailure.SignatureFailure")
      assert.strictEqual(yield* codeOf({ host: "127.0.0.1", service: "0" }), "AuthFailure.SignatureFailure")
      // Midnight has just passed: the day before is another date, though the timestamp is near enough.
      const yesterday = (request: HttpClientRequest.HttpClientRequest) =>
        HttpClientRequest.setHeader(
          request,
          "authorization",
          (request.headers["authorization"] ?? "").replace("2026-11-22", "2026-11-21")
        )
      assert.strictEqual(yield* changed(yesterday), "AuthFailure.SignatureFailure")
      assert.strictEqual(yield* codeOf({ skew: -60 }), good)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("the host may be signed with or without its port, and is that of the URL", () =>
    Effect.gen(function* () {
      const good = "FailedOperation.JobNotFound"
      assert.strictEqual(yield* codeOf({ host: "127.0.0.1:8080", signedHost: "127.0.0.1:8080" }), good)
      assert.strictEqual(yield* codeOf({ host: "127.0.0.1:8080", signedHost: "127.0.0.1" }), good)
      assert.strictEqual(
        yield* codeOf({ host: "127.0.0.1:8080", signedHost: "127.0.0.1:9090" }),
        "AuthFailure.SignatureFailure"
      )
      assert.strictEqual(yield* setHeader("host", "elsewhere.example"), good)
    }).pipe(Effect.provide(Fake.layer()))
  )

  const replace = (request: HttpClientRequest.HttpClientRequest, from: string | RegExp, to: string) =>
    HttpClientRequest.setHeader(request, "authorization", (request.headers["authorization"] ?? "").replace(from, to))
  const changes: ReadonlyArray<
    (request: HttpClientRequest.HttpClientRequest, at: number) => HttpClientRequest.HttpClientRequest
  > = [
    (request, at) => {
      if (request.body._tag !== "Uint8Array") return request
      const bytes = request.body.body.slice()
      const index = (at >> 3) % bytes.length
      bytes[index] = (bytes[index] ?? 0) ^ (1 << (at & 7))
      return HttpClientRequest.setBody(request, HttpBody.uint8Array(bytes, "application/json"))
    },
    (request, at) => {
      const signature = (request.headers["authorization"] ?? "").slice(-64)
      const index = at % 64
      const digit = (Number.parseInt(signature.charAt(index), 16) ^ (1 << (at & 3))).toString(16)
      return replace(request, signature, signature.slice(0, index) + digit + signature.slice(index + 1))
    },
    (request, at) => HttpClientRequest.setHeader(request, "x-tc-timestamp", String(1 + (at % 299))),
    (request) => HttpClientRequest.setHeader(request, "content-type", "application/json; charset=utf-8"),
    (request) => HttpClientRequest.setUrl(request, `https://x.${host}/`),
    (request, at) => HttpClientRequest.setUrl(request, `https://${host}/${at}`),
    (request, at) => HttpClientRequest.setUrl(request, `https://${host}/?${at}`),
    (request) => replace(request, "content-type;host", "content-type;host;x-tc-action"),
    (request) => replace(request, "content-type;host", "host"),
    (request) => replace(request, "/hunyuan/", `/${host.split(".")[1]}/`)
  ]

  property(
    "any single change to a signed request breaks its signature",
    [fc.nat(changes.length - 1), fc.nat(10_000)],
    (which, at) =>
      codeOf({ change: (request) => changes[which]?.(request, at) ?? request }).pipe(
        Effect.map((code) => assert.strictEqual(code, "AuthFailure.SignatureFailure")),
        Effect.provide(Fake.layer())
      ),
    { runs: 1000 }
  )

  it.effect("a client whose clock is an hour off learns the service's time and gets through", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const clock = yield* Clock.Clock
      const id = yield* fake.job()
      const late: Clock.Clock = {
        ...clock,
        currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + 3_600_000,
        currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + 3_600_000)
      }
      const ahead = HttpClient.transformResponse(yield* HttpClient.HttpClient, Effect.provideService(Clock.Clock, late))
      const cloud = TencentCloud.layer.pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, ahead)))
      const answer = yield* TencentCloud.call(JobKind.Pro.query, { JobId: id }).pipe(Effect.provide(cloud))
      assert.strictEqual(answer.Status, "DONE")
      const codes = (yield* fake.requests).map((request) => request.code)
      assert.deepStrictEqual(codes, ["AuthFailure.SignatureExpire", undefined])
    }).pipe(Effect.provide(Fake.layer()))
  )
})
