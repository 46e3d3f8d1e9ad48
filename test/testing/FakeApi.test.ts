import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Redacted } from "effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as Signer from "../../src/cloud/Signer.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { host, submit, unknownId, json, send, codeOf, App, type Sent } from "./fakeCalls.ts"

describe("authentication", () => {
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

  it("any single change to a signed request breaks its signature", () => {
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
    return fc.assert(
      fc.asyncProperty(fc.nat(changes.length - 1), fc.nat(10_000), (which, at) =>
        codeOf({ change: (request) => changes[which]?.(request, at) ?? request }).pipe(
          Effect.map((code) => assert.strictEqual(code, "AuthFailure.SignatureFailure")),
          Effect.provide(Fake.layer()),
          Effect.provide(TestClock.layer()),
          Effect.runPromise
        )
      ),
      { numRuns: 1000 }
    )
  })

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

describe("checks of a call", () => {
  const refusals: ReadonlyArray<readonly [what: string, sent: Sent, code: string, message?: string]> = [
    ["no action", { change: HttpClientRequest.removeHeader("x-tc-action") }, "MissingParameter", "X-TC-Action"],
    ["an unknown action", { headers: { "x-tc-action": "DescribeZones" } }, "InvalidAction", "DescribeZones"],
    ["an action named as a method of objects", { headers: { "x-tc-action": "constructor" } }, "InvalidAction"],
    ["no version", { change: HttpClientRequest.removeHeader("x-tc-version") }, "MissingParameter", "X-TC-Version"],
    ["another version", { headers: { "x-tc-version": "2023-09-02" } }, "NoSuchVersion", "2023-09-01"],
    ["no region", { change: HttpClientRequest.removeHeader("x-tc-region") }, "MissingParameter", "X-TC-Region"],
    ["a region without 3D", { headers: { "x-tc-region": "ap-guangzhou" } }, "UnsupportedRegion", "ap-singapore"],
    ["a form as body", { headers: { "content-type": "multipart/form-data; boundary=x" } }, "InvalidParameter"],
    ["a type that begins like JSON", { headers: { "content-type": "application/json-lines" } }, "InvalidParameter"],
    ["an empty body", { body: "" }, "InvalidParameter", "not JSON"],
    ["a body that is cut off", { body: `{"JobId":` }, "InvalidParameter", "not JSON"],
    ["bytes that are no UTF-8", { body: Uint8Array.of(0x7b, 0xff, 0x7d) }, "InvalidParameter", "not JSON"],
    ["JSON that is no object", { body: "[]" }, "InvalidParameter", "object"],
    ["no JobId", { body: "{}" }, "MissingParameter", "JobId"],
    ["a JobId that is a number", { body: `{"JobId":1375367755519696896}` }, "InvalidParameterValue", `["JobId"]`],
    ["a JobId that is a name", { body: `{"JobId":"mine"}` }, "InvalidParameterValue", "string of digits"],
    ["an unknown parameter", { body: `{"JobId":"${unknownId}","Promt":1}` }, "UnknownParameter", "Promt"],
    ["a mistyped parameter of a submit", { action: submit, body: `{"Promt":"a cat"}` }, "UnknownParameter", "Promt"],
    ["a submit of nothing", { action: submit, body: "{}" }, "InvalidParameterValue", "Prompt"],
    [
      "a value out of range",
      { action: submit, body: `{"Prompt":"a","FaceCount":1}` },
      "InvalidParameterValue",
      "FaceCount"
    ],
    [
      "an unknown parameter inside another",
      { action: JobKind.UV.submit.action, body: `{"File":{"Url":"https://a/b.glb","Type":"glb","Size":1}}` },
      "UnknownParameter",
      "File.Size"
    ],
    ["an unknown job", {}, "FailedOperation.JobNotFound", "ap-singapore"]
  ]
  it.effect.each(refusals)("%s is refused with its documented code", ([, sent, code, message = ""]) =>
    Effect.gen(function* () {
      const { Error } = yield* send(sent)
      assert.strictEqual(Error.Code, code)
      assert.include(Error.Message, message)
      assert.notMatch(Error.Message, /\n/)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("methods other than POST are refused, signed or not", () =>
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      for (const method of ["get", "put", "patch", "del", "options"] as const) {
        const { Response } = yield* json(yield* client[method](`https://${host}/`))
        assert.strictEqual(Response.Error.Code, "UnsupportedProtocol", method)
      }
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("a request may be 10 MiB large and not a byte more", () =>
    Effect.gen(function* () {
      const sized = (size: number) => codeOf({ body: `{"JobId":"mine"}`.padEnd(size) })
      assert.strictEqual(yield* sized(10 * 1024 * 1024), "InvalidParameterValue")
      assert.strictEqual(yield* sized(10 * 1024 * 1024 + 1), "RequestSizeLimitExceeded")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("three regions take jobs", () =>
    Effect.gen(function* () {
      for (const region of ["ap-singapore", "na-siliconvalley", "eu-frankfurt"]) {
        const sent = { action: submit, body: `{"Prompt":"a cat"}`, headers: { "x-tc-region": region } }
        assert.strictEqual(yield* codeOf(sent), "OK")
      }
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("authentication comes before everything about the call", () =>
    Effect.gen(function* () {
      const credential = { ...Fake.credential, secretKey: Redacted.make("another key") }
      const sent = { credential, action: "Nothing", body: "[", headers: { "x-tc-region": "nowhere" } }
      assert.strictEqual(yield* codeOf(sent), "AuthFailure.SignatureFailure")
    }).pipe(Effect.provide(Fake.layer()))
  )
})

describe("the limit of calls", () => {
  it.effect("20 calls of an action pass in any second, and refused ones do not count", () =>
    Effect.gen(function* () {
      const burst = (count: number) =>
        Effect.map(
          Effect.all(Array.from({ length: count }, () => codeOf())),
          (codes) => codes.filter((code) => code !== "RequestLimitExceeded").length
        )
      assert.strictEqual(yield* burst(12), 12)
      yield* TestClock.adjust("500 millis")
      assert.strictEqual(yield* burst(12), 8)
      yield* TestClock.adjust("499 millis")
      assert.strictEqual(yield* burst(1), 0)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* burst(30), 12)
      yield* TestClock.adjust("500 millis")
      assert.strictEqual(yield* burst(30), 8)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("the actions of an account have limits of their own", () =>
    Effect.gen(function* () {
      for (let i = 0; i < 20; i++) yield* codeOf()
      assert.strictEqual(yield* codeOf(), "RequestLimitExceeded")
      assert.strictEqual(yield* codeOf({ action: JobKind.Rapid.query.action }), "FailedOperation.JobNotFound")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("requests that are not the account's do not use up its limit", () =>
    Effect.gen(function* () {
      const credential = { ...Fake.credential, secretKey: Redacted.make("another key") }
      for (let i = 0; i < 30; i++) yield* codeOf({ credential })
      assert.strictEqual(yield* codeOf(), "FailedOperation.JobNotFound")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("the library's own limiter never passes it", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const id = yield* fake.job()
      const looks = Effect.all(
        Array.from({ length: 200 }, () => TencentCloud.call(JobKind.Pro.query, { JobId: id })),
        { concurrency: "unbounded" }
      )
      const fiber = yield* Effect.forkChild(looks)
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      const codes = (yield* fake.requests).map((request) => request.code)
      assert.deepStrictEqual(new Set(codes), new Set([undefined]))
      assert.strictEqual(codes.length, 200)
    }).pipe(Effect.provide(App.pipe(Layer.provideMerge(Fake.layer()))))
  )

  it.effect("a client without a limiter is refused and retries into success", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const id = yield* fake.job()
      const looks = Effect.all(
        Array.from({ length: 25 }, () => TencentCloud.call(JobKind.Pro.query, { JobId: id })),
        { concurrency: "unbounded" }
      )
      const fiber = yield* Effect.forkChild(looks)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Fiber.join(fiber)).length, 25)
      assert.include(
        (yield* fake.requests).map((request) => request.code),
        "RequestLimitExceeded"
      )
    }).pipe(
      Effect.provide(
        TencentCloud.layerNoDeps.pipe(
          Layer.provide([RateLimit.layerNone, Signer.layer]),
          Layer.provideMerge(Fake.layer())
        )
      )
    )
  )
})
