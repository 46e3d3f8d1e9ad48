import { randomBytes } from "node:crypto"
import * as http from "node:http"
import * as net from "node:net"
import { inspect } from "node:util"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  Clock,
  Context,
  DateTime,
  type Duration,
  Effect,
  Exit,
  Fiber,
  Layer,
  Logger,
  Redacted,
  Ref,
  References,
  Result,
  Schedule,
  Schema,
  Tracer
} from "effect"
import {
  FetchHttpClient,
  Headers,
  HttpClient,
  HttpClientError,
  type HttpClientRequest,
  HttpClientResponse
} from "effect/http"
import { RateLimiter } from "effect/persistence"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as ApiError from "../../src/cloud/ApiError.ts"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as Signer from "../../src/cloud/Signer.ts"
import * as Tc3 from "../../src/cloud/Tc3.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as Job from "../../src/job/Job.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import { anything, jsonText, jsonValue } from "../support/arbitraries.ts"
import { printed } from "../support/printed.ts"

// -----------------------------------------------------------------------------
// Operations, answers, and a transport that gives them
// -----------------------------------------------------------------------------

const schemas = { input: Schema.Struct({ JobId: Job.JobId }), output: Schema.Struct({ Status: Schema.String }) }
const Query = TencentCloud.Operation.make({ ...schemas, action: "QueryHunyuanTo3DProJob", safeToRepeat: true })
const Submit = TencentCloud.Operation.make({ ...schemas, action: "SubmitHunyuanTo3DProJob", safeToRepeat: false })
const input = { JobId: Job.JobId.make("1375367755519696896") }

const secretKey = randomBytes(24).toString("base64url")
const token = randomBytes(48).toString("base64url")
const credential = { secretId: "AKIDEXAMPLE", secretKey: Redacted.make(secretKey), token: Redacted.make(token) }

interface Sent {
  readonly request: HttpClientRequest.HttpClientRequest
  readonly url: URL
  readonly signal: AbortSignal
  /** The clock's time when it went out, in milliseconds. */
  readonly at: number
}

type Answer = (sent: Sent) => Effect.Effect<Response, HttpClientError.HttpClientError>

const respond =
  (body: BodyInit | null, init?: ResponseInit): Answer =>
  () =>
    Effect.sync(() => new Response(body, init))
const json = (body: unknown, init?: ResponseInit) => respond(JSON.stringify(body), init)
const running = json({ Response: { Status: "RUN", RequestId: "e7c1aa24" } })
const refused = (Code: string, init?: ResponseInit) =>
  json({ Response: { Error: { Code, Message: "said" }, RequestId: "e7c1aa24" } }, init)
const dropped =
  (cause: unknown = new Error("ECONNRESET")): Answer =>
  ({ request }) =>
    Effect.fail(new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) }))
const silence: Answer = () => Effect.never
const slow =
  (delay: Duration.Input): Answer =>
  (sent) =>
    Effect.delay(running(sent), delay)

/** A transport that notes what is sent and when; each attempt gets its answer, and later ones the last. */
const transport = Effect.fnUntraced(function* (...answers: ReadonlyArray<Answer>) {
  const sent = yield* Ref.make<ReadonlyArray<Sent>>([])
  const client = HttpClient.make((request, url, signal) =>
    Effect.gen(function* () {
      const one = { request, url, signal, at: yield* Clock.currentTimeMillis }
      const attempt = (yield* Ref.updateAndGet(sent, (all) => [...all, one])).length
      const answer = answers[Math.min(attempt, answers.length) - 1] ?? running
      return HttpClientResponse.fromWeb(request, yield* answer(one))
    })
  )
  return { sent: Ref.get(sent), client }
})

const over = (client: Layer.Layer<HttpClient.HttpClient>) =>
  TencentCloud.layer.pipe(Layer.provide([client, Credentials.layer(credential)]))

/** `TencentCloud` as an application has it, over a transport that gives these answers. */
const cloud = Effect.fnUntraced(function* (...answers: ReadonlyArray<Answer>) {
  const { client, sent } = yield* transport(...answers)
  const layer = over(Layer.succeed(HttpClient.HttpClient, client))
  return { sent, layer, call: Context.get(yield* Layer.build(layer), TencentCloud.TencentCloud).call }
})

/** Runs an effect to its end, in virtual time. */
const settled = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const fiber = yield* Effect.forkChild(effect)
  yield* TestClock.adjust("1 hour")
  return yield* Fiber.join(fiber)
})

const timestamps = (sent: ReadonlyArray<Sent>) => sent.map(({ request }) => Number(request.headers["x-tc-timestamp"]))
const authorizations = (sent: ReadonlyArray<Sent>) => sent.map(({ request }) => request.headers["authorization"] ?? "")

const verifies = ({ request, url }: Sent) =>
  Tc3.verify({
    method: request.method,
    host: url.host,
    headers: request.headers,
    payload: request.body._tag === "Uint8Array" ? request.body.body : "",
    authorization: Result.getOrThrow(Tc3.parseAuthorization(request.headers["authorization"] ?? "")),
    timestamp: Number(request.headers["x-tc-timestamp"]),
    credential
  })

const once = Effect.updateService(TencentCloud.Policy, (policy) => ({ ...policy, retry: Schedule.recurs(0) }))

const at = (host: string, protocol: "http" | "https" = "http") =>
  Effect.updateService(TencentCloud.Endpoint, (endpoint) => ({ ...endpoint, protocol, host }))

// -----------------------------------------------------------------------------
// What is sent
// -----------------------------------------------------------------------------

describe("a call", () => {
  it.effect("posts the encoded input to the endpoint, signed, and decodes the answer", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_775_554_903_000)
      const { call, sent } = yield* cloud(running)
      assert.deepStrictEqual(yield* call(Query, input), { Status: "RUN" })
      const [one, ...others] = yield* sent
      assert.deepStrictEqual(others, [])
      if (one === undefined) return assert.fail("nothing was sent")
      const { authorization, ...headers } = one.request.headers
      assert.strictEqual(one.request.method, "POST")
      assert.strictEqual(one.url.href, "https://hunyuan.intl.tencentcloudapi.com/")
      assert.deepStrictEqual(Object.fromEntries(Object.entries(headers)), {
        "content-length": "31",
        "content-type": "application/json; charset=utf-8",
        "x-tc-action": "QueryHunyuanTo3DProJob",
        "x-tc-language": "en-US",
        "x-tc-region": "ap-singapore",
        "x-tc-requestclient": "effect-hunyuan3d",
        "x-tc-timestamp": "1775554903",
        "x-tc-token": token,
        "x-tc-version": "2023-09-01"
      })
      const body = one.request.body._tag === "Uint8Array" ? new TextDecoder().decode(one.request.body.body) : ""
      assert.strictEqual(body, `{"JobId":"1375367755519696896"}`)
      assert.include(authorization, "/2026-04-07/hunyuan/tc3_request")
      assert.isTrue(verifies(one))
    })
  )

  it.effect("takes service and version from the operation before the endpoint", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(running)
      yield* call({ ...Query, service: "cvm", version: "2017-03-12" }, input)
      const [one] = yield* sent
      assert.strictEqual(one?.request.headers["x-tc-version"], "2017-03-12")
      assert.include(one?.request.headers["authorization"], "/cvm/tc3_request")
    })
  )

  it.effect("sends no trace headers, not even inside a span", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(running)
      yield* Effect.withSpan(call(Query, input), "outer")
      const names = (yield* sent).flatMap(({ request }) => Object.keys(request.headers))
      assert.deepStrictEqual(
        names.filter((name) => /^(traceparent|tracestate|b3|x-b3)/.test(name)),
        []
      )
    })
  )

  it.effect("with input that its schema refuses fails with InvalidRequest and sends nothing", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(running)
      const error = yield* Effect.flip(call(Query, { JobId: Job.JobId.make("my-job", { disableChecks: true }) }))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.include(error.message, "a string of digits")
      assert.deepStrictEqual(yield* sent, [])
    })
  )

  it.effect("with input that no JSON can hold fails with InvalidRequest, says why, and sends nothing", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(running)
      const error = yield* Effect.flip(call({ ...Query, input: Schema.Struct({ N: Schema.BigInt }) }, { N: 1n }))
      if (error.reason._tag !== "InvalidRequest") return assert.fail(error.reason._tag)
      assert.match(error.reason.description, /JSON/)
      assert.deepStrictEqual(yield* sent, [])
    })
  )

  it.effect("keeps fields of the answer that the library does not know", () =>
    Effect.gen(function* () {
      const { call } = yield* cloud(json({ Response: { Status: "RUN", RequestId: "r", New: [1] }, Beside: 1 }))
      const response = yield* call({ ...Query, output: Job.Response }, input)
      assert.deepStrictEqual(response, { Status: "RUN", RequestId: "r", New: [1] })
    })
  )

  it.effect("does without a RequestId where the operation does", () =>
    Effect.gen(function* () {
      const { call } = yield* cloud(json({ Response: { Status: "RUN" } }))
      assert.deepStrictEqual(yield* call(Query, input), { Status: "RUN" })
    })
  )

  it.effect("names action, region and request id in its error", () =>
    Effect.gen(function* () {
      const { call } = yield* cloud(refused("InvalidParameter"))
      const error = yield* Effect.flip(call(Query, input))
      assert.strictEqual(error.action, "QueryHunyuanTo3DProJob")
      assert.strictEqual(error.region, "ap-singapore")
      assert.strictEqual(error.requestId, "e7c1aa24")
      assert.strictEqual(error.code, "InvalidParameter")
    })
  )

  it.effect("without credentials fails with Authentication, and sends nothing", () =>
    Effect.gen(function* () {
      const { client, sent } = yield* transport(running)
      const none = Effect.fail(new Credentials.CredentialsError({ message: "The role was taken away." }))
      const error = yield* TencentCloud.call(Query, input).pipe(
        Effect.flip,
        Effect.provide(
          TencentCloud.layer.pipe(
            Layer.provide([
              Layer.succeed(HttpClient.HttpClient, client),
              Layer.succeed(Credentials.Credentials, { get: none })
            ])
          )
        )
      )
      assert.strictEqual(error.reason._tag, "Authentication")
      assert.include(error.message, "The role was taken away.")
      assert.deepStrictEqual(yield* sent, [])
    })
  )
})

describe("Endpoint and Policy", () => {
  const region = (name: string) => (endpoint: TencentCloud.EndpointOptions) => ({ ...endpoint, region: name })

  it.effect("count when provided around the call or beneath the layer, and the call's come first", () =>
    Effect.gen(function* () {
      const { client, sent } = yield* transport(refused("InternalError"))
      const layer = over(Layer.succeed(HttpClient.HttpClient, client))
      const beneath = layer.pipe(
        Layer.provide(
          Layer.mergeAll(
            Layer.effect(TencentCloud.Endpoint, Effect.map(TencentCloud.Endpoint, region("beneath"))),
            Layer.effect(
              TencentCloud.Policy,
              Effect.map(TencentCloud.Policy, (policy) => ({ ...policy, retry: Schedule.recurs(1) }))
            )
          )
        )
      )
      const around = Effect.updateService(TencentCloud.Endpoint, region("around"))
      const call = Effect.flip(TencentCloud.call(Query, input))
      yield* settled(call.pipe(Effect.provide(layer), around, once))
      yield* settled(call.pipe(Effect.provide(beneath)))
      yield* settled(call.pipe(around, once, Effect.provide(beneath)))
      assert.deepStrictEqual(
        (yield* sent).map(({ request }) => request.headers["x-tc-region"]),
        ["around", "beneath", "beneath", "around"]
      )
    })
  )

  it.effect("set host, version, service, language and region of the request", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(running)
      yield* call(Query, input).pipe(
        Effect.provideService(TencentCloud.Endpoint, {
          protocol: "https",
          host: "example.com:8443",
          service: "ai3d",
          version: "2025-05-13",
          region: "ap-guangzhou",
          language: "zh-CN"
        })
      )
      const [one] = yield* sent
      if (one === undefined) return assert.fail("nothing was sent")
      assert.strictEqual(one.url.href, "https://example.com:8443/")
      assert.strictEqual(one.request.headers["x-tc-version"], "2025-05-13")
      assert.strictEqual(one.request.headers["x-tc-region"], "ap-guangzhou")
      assert.strictEqual(one.request.headers["x-tc-language"], "zh-CN")
      assert.include(one.request.headers["authorization"], "/ai3d/tc3_request")
      assert.isTrue(verifies(one))
    })
  )
})

describe("plain http", () => {
  it.effect.each(["localhost", "localhost:8080", "LocalHost", "127.0.0.1", "127.8.9.1:8080", "[::1]", "[::1]:8080"])(
    "goes to %s, which is this machine",
    (host) =>
      Effect.gen(function* () {
        const { call, sent } = yield* cloud(running)
        yield* call(Query, input).pipe(at(host))
        assert.strictEqual((yield* sent).length, 1)
      })
  )

  it.effect.each([
    "hunyuan.intl.tencentcloudapi.com",
    "10.0.0.1",
    "0.0.0.0",
    "[::2]",
    "[::ffff:8.8.8.8]",
    "evil.com",
    "127.0.0.1.evil.com",
    "localhost.evil.com",
    "evillocalhost",
    "127.0.0.1@evil.com",
    "localhost:80@evil.com",
    "evil.com#localhost",
    "evil.com?@localhost",
    "evil.com/@127.0.0.1",
    "evil.com\\@127.0.0.1",
    "evil.com\n.127.0.0.1",
    "127.0.0.1\t.evil.com",
    "１２７.0.0.1.evil.com",
    "localhost localhost",
    ""
  ])("is refused for %j before anything is sent", (host) =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(running)
      const error = yield* Effect.flip(call(Query, input)).pipe(at(host))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      assert.deepStrictEqual(yield* sent, [])
    })
  )

  it.effect("is refused for any host but loopback ones, however it is written", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(running)
      const piece = fc.constantFrom(
        "127.0.0.1",
        "localhost",
        "[::1]",
        "evil.com",
        "@",
        ":",
        "/",
        "\\",
        "#",
        "?",
        ".",
        "\t"
      )
      yield* settled(
        Effect.forEach(fc.sample(fc.array(piece, { maxLength: 6 }), 2000), (pieces) =>
          Effect.exit(call(Query, input)).pipe(once, at(pieces.join("")))
        )
      )
      const hosts = new Set((yield* sent).map(({ url }) => url.hostname))
      assert.deepStrictEqual([...hosts].toSorted(), ["127.0.0.1", "[::1]", "localhost"])
    })
  )

  it.effect("a host that makes no URL is an InvalidRequest over https, too", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(running)
      for (const host of ["", "a b", "host:port"]) {
        const error = yield* Effect.flip(call(Query, input)).pipe(at(host, "https"))
        assert.strictEqual(error.reason._tag, "InvalidRequest")
      }
      assert.deepStrictEqual(yield* sent, [])
    })
  )
})

// -----------------------------------------------------------------------------
// Attempts
// -----------------------------------------------------------------------------

describe("each attempt", () => {
  it.effect("is signed when its slot is granted, so that no signature ages in the queue", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_775_554_903_250)
      // Attempts 11 to 15 fail and come back.
      const { call, sent } = yield* cloud(
        ...Array.from({ length: 16 }, (_, index) => (index >= 10 && index < 15 ? refused("InternalError") : running))
      )
      yield* settled(Effect.forEach(Array.from({ length: 45 }), () => call(Query, input), { concurrency: "unbounded" }))
      const all = yield* sent
      assert.strictEqual(all.length, 50)
      assert.deepStrictEqual(
        timestamps(all),
        all.map(({ at }) => Math.floor(at / 1000))
      )
      assert.isTrue(all.every(verifies))
      assert.deepStrictEqual([...new Set(timestamps(all))], [1_775_554_903, 1_775_554_904, 1_775_554_905])
      // Retries take slots as well: no rolling second holds more than 20.
      for (const { at } of all) {
        assert.isAtMost(all.filter((other) => other.at >= at && other.at < at + 1000).length, 20)
      }
    })
  )

  it.effect("has a signature of its own", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(refused("InternalError"), dropped(), running)
      const retry = Schedule.spaced("2 seconds")
      yield* settled(
        call(Query, input).pipe(Effect.updateService(TencentCloud.Policy, (policy) => ({ ...policy, retry })))
      )
      assert.deepStrictEqual(timestamps(yield* sent), [0, 2, 4])
      assert.strictEqual(new Set(authorizations(yield* sent)).size, 3)
    })
  )

  it.effect("asks for a slot under host and action", () =>
    Effect.gen(function* () {
      const { client } = yield* transport(refused("InternalError"), running)
      const keys: Array<string> = []
      const limiter = { acquire: (key: string) => Effect.sync(() => void keys.push(key)) }
      yield* settled(TencentCloud.call(Query, input)).pipe(
        Effect.provide(TencentCloud.layerNoDeps.pipe(Layer.provide(Signer.layerUnsigned))),
        Effect.provideService(HttpClient.HttpClient, client),
        Effect.provideService(RateLimit.RateLimit, limiter)
      )
      const key = "hunyuan.intl.tencentcloudapi.com/QueryHunyuanTo3DProJob"
      assert.deepStrictEqual(keys, [key, key])
    })
  )

  it.effect("asks for the credential once, when it has its slot", () =>
    Effect.gen(function* () {
      const events: Array<string> = []
      const { client, sent } = yield* transport(refused("InternalError"), dropped(), running)
      const rotating = Effect.sync(() => {
        events.push("credential")
        return { ...credential, secretId: `AKID${events.length}` }
      })
      yield* settled(TencentCloud.call(Query, input)).pipe(
        Effect.provide(TencentCloud.layerNoDeps.pipe(Layer.provide(Signer.layer))),
        Effect.provideService(HttpClient.HttpClient, client),
        Effect.provideService(Credentials.Credentials, { get: rotating }),
        Effect.provideService(RateLimit.RateLimit, { acquire: () => Effect.sync(() => void events.push("slot")) })
      )
      assert.deepStrictEqual(events, ["slot", "credential", "slot", "credential", "slot", "credential"])
      assert.deepStrictEqual(
        authorizations(yield* sent).map((header) => /Credential=(\w+)/.exec(header)?.[1]),
        ["AKID2", "AKID4", "AKID6"]
      )
    })
  )

  it.effect("is not sent when its caller leaves the queue", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(running)
      const calls = Effect.forEach(Array.from({ length: 30 }), () => call(Query, input), { concurrency: "unbounded" })
      const fiber = yield* Effect.forkChild(calls)
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* sent).length, 20)
    })
  )

  it.effect("is aborted when its caller is interrupted", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(silence)
      const fiber = yield* Effect.forkChild(call(Query, input))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      const [one] = yield* sent
      assert.isTrue(one?.signal.aborted)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* sent).length, 1)
    })
  )

  it.effect("fails with Transport when the shared limiter does, in one readable message", () =>
    Effect.gen(function* () {
      const { client, sent } = yield* transport(running)
      const cause = new RateLimiter.RateLimiterError({
        reason: new RateLimiter.RateLimitStoreError({ message: "the store is gone" })
      })
      const limiter = {
        acquire: (key: string) => Effect.fail(new RateLimit.RateLimitUnavailable({ key, cause }))
      }
      const error = yield* Effect.flip(TencentCloud.call(Query, input)).pipe(
        once,
        Effect.provide(TencentCloud.layerNoDeps.pipe(Layer.provide(Signer.layerUnsigned))),
        Effect.provideService(HttpClient.HttpClient, client),
        Effect.provideService(RateLimit.RateLimit, limiter)
      )
      assert.strictEqual(error.reason._tag, "Transport")
      assert.strictEqual(
        error.message,
        "QueryHunyuanTo3DProJob: The rate limiter gave no slot. Check the network and the endpoint."
      )
      assert.strictEqual(
        error.reason._tag === "Transport" && error.reason.cause instanceof RateLimit.RateLimitUnavailable,
        true
      )
      assert.deepStrictEqual(yield* sent, [])
    })
  )
})

// -----------------------------------------------------------------------------
// Retries
// -----------------------------------------------------------------------------

const transient: ReadonlyArray<readonly [what: string, answer: Answer]> = [
  ["a dropped connection", dropped()],
  ["no answer in time", silence],
  ["a gateway's error page", respond("<html>502 Bad Gateway</html>", { status: 502 })],
  ["an empty 503", respond(null, { status: 503 })],
  ["a body that is not the envelope", json({ message: "hello" })],
  ["an answer without the fields it must have", json({ Response: { RequestId: "e7c1aa24" } })],
  ["InternalError", refused("InternalError")],
  ["FailedOperation.EngineServerError", refused("FailedOperation.EngineServerError")]
]

describe("a failed attempt", () => {
  it.effect.each([...transient, ["RequestLimitExceeded", refused("RequestLimitExceeded")] as const])(
    "is repeated after %s",
    ([, answer]) =>
      Effect.gen(function* () {
        const { call, sent } = yield* cloud(answer, answer, running)
        assert.deepStrictEqual(yield* settled(call(Query, input)), { Status: "RUN" })
        assert.strictEqual((yield* sent).length, 3)
      })
  )

  it.effect.each([
    "RequestLimitExceeded.JobNumExceed",
    "AuthFailure.SignatureFailure",
    "UnauthorizedOperation",
    "InvalidParameterValue",
    "UnsupportedRegion",
    "FailedOperation.JobNotFound",
    "FailedOperation.ResourcePackExhausted",
    "FailedOperation",
    "SomethingNew"
  ])("is not repeated after %s", (code) =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(refused(code), running)
      assert.strictEqual((yield* settled(Effect.flip(call(Query, input)))).code, code)
      assert.strictEqual((yield* sent).length, 1)
    })
  )

  it.effect.each(transient)("of an operation that is not safe to repeat is not repeated after %s", ([, answer]) =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(answer, running)
      const error = yield* settled(Effect.flip(call(Submit, input)))
      assert.isTrue(error.isRetryable)
      assert.strictEqual((yield* sent).length, 1)
    })
  )

  it.effect("of an operation that is not safe to repeat is repeated when the rate limit refused it", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(refused("RequestLimitExceeded"), refused("RequestLimitExceeded.X"), running)
      assert.deepStrictEqual(yield* settled(call(Submit, input)), { Status: "RUN" })
      assert.strictEqual((yield* sent).length, 3)
    })
  )

  it.effect("is not repeated when the transport's cause says that it is of no use", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(dropped({ isRetryable: false }), running)
      assert.strictEqual((yield* settled(Effect.flip(call(Query, input)))).reason._tag, "Transport")
      assert.strictEqual((yield* sent).length, 1)
    })
  )

  it.effect("is repeated three times, after pauses that grow and differ, and then is the call's error", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(refused("InternalError"))
      const pauses: Array<ReadonlyArray<number>> = []
      for (let round = 1; round <= 100; round++) {
        assert.strictEqual((yield* settled(Effect.flip(call(Query, input)))).code, "InternalError")
        const times = (yield* sent).slice(-4).map(({ at }) => at)
        assert.strictEqual((yield* sent).length, round * 4)
        pauses.push(times.slice(1).map((time, index) => time - (times[index] ?? 0)))
      }
      for (const [first = 0, second = 0, third = 0] of pauses) {
        assert.isTrue(first >= 200 && first <= 300, `${first}`)
        assert.isTrue(second >= 800 && second <= 1200, `${second}`)
        assert.isTrue(third >= 2400 && third <= 3600, `${third}`)
      }
      assert.isAbove(new Set(pauses.map(([first]) => first)).size, 20)
    })
  )

  it.effect("is repeated as the policy says", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(refused("InternalError"))
      const retry = Schedule.spaced("10 seconds").pipe(Schedule.upTo({ times: 5 }))
      yield* settled(Effect.flip(call(Query, input))).pipe(
        Effect.updateService(TencentCloud.Policy, (policy) => ({ ...policy, retry }))
      )
      assert.deepStrictEqual(
        (yield* sent).map(({ at }) => at),
        [0, 10_000, 20_000, 30_000, 40_000, 50_000]
      )
    })
  )
})

// -----------------------------------------------------------------------------
// A clock that is wrong
// -----------------------------------------------------------------------------

const httpDate = (millis: number) => Headers.formatHttpDate(DateTime.makeUnsafe(millis))

/** A service whose clock is ahead of ours, and which refuses signatures that are more than five minutes off. */
const ahead =
  (hours: () => number): Answer =>
  (sent) => {
    const now = sent.at + hours() * 3_600_000
    const off = Math.abs(now / 1000 - Number(sent.request.headers["x-tc-timestamp"]))
    const init = { headers: { date: httpDate(now) } }
    return (off > 300 ? refused("AuthFailure.SignatureExpire", init) : running)(sent)
  }

describe("a clock that is wrong", () => {
  it.effect.each([8, -8, 0.1, -0.1])("by %s hours is repaired once, and the skew kept for later calls", (hours) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_775_554_903_000)
      const { call, sent } = yield* cloud(ahead(() => hours))
      assert.deepStrictEqual(yield* call(Query, input), { Status: "RUN" })
      assert.deepStrictEqual(timestamps(yield* sent), [1_775_554_903, 1_775_554_903 + hours * 3600])
      yield* TestClock.adjust("10 minutes")
      yield* call(Query, input)
      assert.strictEqual(timestamps(yield* sent)[2], 1_775_554_903 + hours * 3600 + 600)
      assert.strictEqual((yield* sent).length, 3)
      assert.isTrue((yield* sent).every(verifies))
    })
  )

  it.effect("is repaired for an operation that is not safe to repeat, which was surely refused", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(ahead(() => 8))
      assert.deepStrictEqual(yield* call(Submit, input), { Status: "RUN" })
      assert.strictEqual((yield* sent).length, 2)
    })
  )

  it.effect("and is set right later is noticed again", () =>
    Effect.gen(function* () {
      let hours = 8
      const { call, sent } = yield* cloud(ahead(() => hours))
      yield* call(Query, input)
      hours = 0
      yield* call(Query, input)
      yield* call(Query, input)
      assert.deepStrictEqual(timestamps(yield* sent), [0, 28_800, 28_800, 0, 0])
    })
  )

  it.effect("costs each of many calls at once one attempt at most", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(ahead(() => 8))
      yield* settled(Effect.forEach(Array.from({ length: 60 }), () => call(Query, input), { concurrency: "unbounded" }))
      // Those of the first second were signed before the first answer came.
      assert.strictEqual((yield* sent).length, 80)
    })
  )

  it.effect.each<readonly [what: string, init: ResponseInit | undefined]>([
    ["the service's date agrees with ours", { headers: { date: httpDate(59_000) } }],
    ["the answer has no date", undefined],
    ["the answer's date is none", { headers: { date: "yesterday" } }]
  ])("is not what is wrong when %s", ([, init]) =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(refused("AuthFailure.SignatureExpire", init), running)
      const error = yield* settled(Effect.flip(call(Query, input)))
      assert.strictEqual(error.reason._tag, "ClockSkew")
      assert.include(error.message, "Set this machine's clock")
      assert.strictEqual((yield* sent).length, 1)
    })
  )

  it.effect("is not repaired twice", () =>
    Effect.gen(function* () {
      let hours = 0
      const always: Answer = (sent) => {
        hours += 8
        return refused("AuthFailure.SignatureExpire", {
          headers: { date: httpDate(sent.at + hours * 3_600_000) }
        })(sent)
      }
      const { call, sent } = yield* cloud(always)
      assert.strictEqual((yield* settled(Effect.flip(call(Query, input)))).reason._tag, "ClockSkew")
      assert.deepStrictEqual(timestamps(yield* sent), [0, 28_800])
    })
  )
})

// -----------------------------------------------------------------------------
// Time and size
// -----------------------------------------------------------------------------

describe("an answer that does not come", () => {
  it.effect("fails the attempt after 10 seconds, and aborts its request", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(silence)
      const fiber = yield* Effect.forkChild(Effect.flip(call(Query, input)).pipe(once))
      yield* TestClock.adjust("9999 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      const { reason } = yield* Fiber.join(fiber)
      assert.strictEqual(reason._tag, "Timeout")
      assert.isTrue((yield* sent)[0]?.signal.aborted)
    })
  )

  it.effect("fails the attempt, too, when only its body does not end", () =>
    Effect.gen(function* () {
      let cancelled = false
      const stalled = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(`{"Response":`)),
        cancel: () => void (cancelled = true)
      })
      const { call } = yield* cloud(respond(stalled))
      const error = yield* settled(Effect.flip(call(Query, input)).pipe(once))
      assert.strictEqual(error.reason._tag, "Timeout")
      assert.isTrue(cancelled)
    })
  )

  it.effect("is waited for as long as the policy says", () =>
    Effect.gen(function* () {
      const { call } = yield* cloud(slow("50 seconds"))
      const patient = Effect.updateService(TencentCloud.Policy, (policy) => ({
        ...policy,
        timeout: "1 minute" as const
      }))
      assert.deepStrictEqual(yield* settled(call(Query, input).pipe(patient)), { Status: "RUN" })
    })
  )

  it.effect("is not counted from before the slot was granted", () =>
    Effect.gen(function* () {
      const { client, sent } = yield* transport(slow("9 seconds"))
      const layer = TencentCloud.layerNoDeps.pipe(
        Layer.provide([RateLimit.layer({ limit: 1, window: "1 minute" }), Signer.layerUnsigned]),
        Layer.provide(Layer.succeed(HttpClient.HttpClient, client))
      )
      const calls = Effect.forEach([1, 2, 3], () => TencentCloud.call(Query, input), { concurrency: "unbounded" })
      assert.strictEqual((yield* settled(Effect.provide(calls, layer))).length, 3)
      assert.deepStrictEqual(
        (yield* sent).map(({ at }) => at),
        [0, 60_000, 120_000]
      )
    })
  )
})

describe("an operation that is not safe to repeat, called so that its answer is not lost", () => {
  const submit = TencentCloud.call(Submit, input).pipe(Effect.uninterruptible)

  it.effect("can be interrupted while it queues for a slot", () =>
    Effect.gen(function* () {
      const { layer, sent } = yield* cloud(running)
      const calls = Effect.forEach(Array.from({ length: 30 }), () => submit, { concurrency: "unbounded" })
      const fiber = yield* Effect.forkChild(Effect.provide(calls, layer))
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* sent).length, 20)
    })
  )

  it.effect("is not aborted once it is sent", () =>
    Effect.gen(function* () {
      const answered = yield* Ref.make<unknown>(undefined)
      const noting: Answer = (sent) =>
        Effect.tap(slow("5 seconds")(sent), () => Ref.set(answered, { aborted: sent.signal.aborted }))
      const { layer } = yield* cloud(noting)
      const fiber = yield* Effect.forkChild(Effect.provide(submit, layer))
      yield* TestClock.adjust("1 second")
      yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* Ref.get(answered), { aborted: false })
    })
  )

  it.effect("still fails when its answer does not come", () =>
    Effect.gen(function* () {
      const { layer } = yield* cloud(silence)
      const fiber = yield* Effect.forkChild(submit.pipe(Effect.flip, Effect.provide(layer)))
      yield* TestClock.adjust("10 seconds")
      assert.isDefined(fiber.pollUnsafe())
      assert.strictEqual((yield* Fiber.join(fiber)).reason._tag, "Timeout")
    })
  )
})

describe("an answer that is too large", () => {
  const MiB = 1024 * 1024
  const padded = (size: number) => {
    const text = JSON.stringify({ Response: { Status: "RUN", RequestId: "r", Pad: "" } })
    return text.replace(`"Pad":"`, `"Pad":"${"x".repeat(size - text.length)}`)
  }

  it.effect("is refused one byte past 1 MiB", () =>
    Effect.gen(function* () {
      const { call } = yield* cloud(respond(padded(MiB)), respond(padded(MiB + 1)))
      assert.deepStrictEqual(yield* call(Query, input), { Status: "RUN" })
      const { reason } = yield* Effect.flip(call(Query, input)).pipe(once)
      if (reason._tag !== "MalformedResponse") return assert.fail(reason._tag)
      assert.strictEqual(reason.description, "it is larger than 1 MiB")
    })
  )

  it.effect.each([1024, 64 * 1024, 16 * MiB])("is cut off while it is read, in chunks of %s bytes", (chunk) =>
    Effect.gen(function* () {
      let read = 0
      let cancelled = false
      const endless = new ReadableStream({
        pull: (controller) => {
          read += chunk
          controller.enqueue(new Uint8Array(chunk))
        },
        cancel: () => void (cancelled = true)
      })
      const { call } = yield* cloud(respond(endless))
      assert.strictEqual((yield* Effect.flip(call(Query, input)).pipe(once)).reason._tag, "MalformedResponse")
      assert.isTrue(cancelled)
      assert.isAtMost(read, MiB + 3 * chunk)
    })
  )

  it.effect("is one past the size that the policy allows", () =>
    Effect.gen(function* () {
      const { call } = yield* cloud(respond(padded(2000)))
      const allow = (size: number) =>
        Effect.updateService(TencentCloud.Policy, (policy) => ({ ...policy, maxResponseSize: size }))
      assert.deepStrictEqual(yield* call(Query, input).pipe(allow(2000)), { Status: "RUN" })
      const { reason } = yield* Effect.flip(call(Query, input)).pipe(once, allow(1999))
      assert.strictEqual(reason._tag, "MalformedResponse")
    })
  )
})

// -----------------------------------------------------------------------------
// Answers of any kind
// -----------------------------------------------------------------------------

const utf8 = (text: string) => new TextEncoder().encode(text)

/** An answer with a field that is nested so deep. */
const deep = (depth: number) =>
  `{"Response":{"Status":"RUN","RequestId":"r","New":${"[".repeat(depth)}${"]".repeat(depth)}}}`

describe("an odd answer", () => {
  it.effect.each<readonly [what: string, answer: Answer]>([
    ["no body", respond(null)],
    ["an empty body", respond("")],
    ["204", respond(null, { status: 204 })],
    ["304", respond(null, { status: 304 })],
    ["white space", respond(" \n")],
    ["{}", json({})],
    ["null", json(null)],
    ["an array", json([{ Response: {} }])],
    ["a number", json(1)],
    ["Response: null", json({ Response: null })],
    ["Response: an array", json({ Response: [] })],
    ["Error: null", json({ Response: { Error: null } })],
    ["an error without a code", json({ Response: { Error: { Message: "said" } } })],
    ["a numeric code", json({ Response: { Error: { Code: 1, Message: "said" } } })],
    ["half of an answer", respond(`{"Response":{"Status":"RUN","Req`)],
    ["bytes that are no text", respond(new Uint8Array([0xff, 0xfe, 0x80, 0xc0]))],
    ["text in UTF-16", respond(new Uint8Array(Buffer.from(`{"Response":{"Status":"RUN"}}`, "utf16le")))],
    ["another type of status", json({ Response: { Status: 1, RequestId: "e7c1aa24" } })]
  ])("(%s) is a MalformedResponse", ([, answer]) =>
    Effect.gen(function* () {
      const { call } = yield* cloud(answer)
      const { message, reason } = yield* Effect.flip(call(Query, input)).pipe(once)
      assert.strictEqual(reason._tag, "MalformedResponse")
      assert.match(message, /^QueryHunyuanTo3DProJob: The answer \(HTTP \d{3}\) is not one of the API: .+\. Check /)
      assert.notInclude(message, "\n")
    })
  )

  it.effect("is told with its request id where it has one", () =>
    Effect.gen(function* () {
      const { call } = yield* cloud(json({ Response: { Status: 1, RequestId: "e7c1aa24" } }))
      assert.strictEqual((yield* Effect.flip(call(Query, input)).pipe(once)).requestId, "e7c1aa24")
    })
  )

  it.effect("is never quoted in the error, as it may hold signed links", () =>
    Effect.gen(function* () {
      const link = "https://bucket/a.glb?q-signature=53c4e7"
      for (const body of [link, { Response: link }, { Response: { Status: [link] } }, { Response: { Error: link } }]) {
        const { call } = yield* cloud(json(body))
        const error = yield* Effect.flip(call(Query, input)).pipe(once)
        assert.notInclude(printed(error), "q-signature")
      }
    })
  )

  it.effect.each<readonly [what: string, body: BodyInit, status: string]>([
    ["a byte order mark", utf8(`\uFEFF{"Response":{"Status":"RUN"}}`), "RUN"],
    ["a lone surrogate", `{"Response":{"Status":"\\ud800"}}`, "\ud800"],
    [
      "broken UTF-8 inside a text",
      new Uint8Array([...utf8(`{"Response":{"Status":"`), 0xff, ...utf8(`"}}`)]),
      "\ufffd"
    ],
    ["a key of Object.prototype", `{"Response":{"Status":"RUN","__proto__":{"Error":1},"toString":1}}`, "RUN"]
  ])("with %s is read", ([, body, status]) =>
    Effect.gen(function* () {
      const { call } = yield* cloud(respond(body))
      assert.deepStrictEqual(yield* call(Query, input), { Status: status })
    })
  )

  it.effect("is read when it is nested 90 levels deep, and a MalformedResponse from 110 on", () =>
    Effect.gen(function* () {
      const { call } = yield* cloud(...[90, 110, 100_000].map((depth) => respond(deep(depth))))
      const query = call({ ...Query, output: Job.Response }, input).pipe(once)
      assert.strictEqual((yield* query).Status, "RUN")
      for (const { reason } of [yield* Effect.flip(query), yield* Effect.flip(query)]) {
        if (reason._tag !== "MalformedResponse") return assert.fail(reason._tag)
        assert.strictEqual(reason.description, `Expected at most 100 levels at ["Response"]`)
      }
    })
  )

  it.effect("is read whatever its HTTP status is, when it is the envelope", () =>
    Effect.gen(function* () {
      const { call } = yield* cloud(
        refused("InvalidParameter", { status: 400 }),
        refused("InternalError", { status: 500 })
      )
      assert.strictEqual((yield* Effect.flip(call(Query, input)).pipe(once)).code, "InvalidParameter")
      assert.strictEqual((yield* Effect.flip(call(Query, input)).pipe(once)).code, "InternalError")
    })
  )
})

/** An application's one look, with any text for a JobId. */
const look = (jobId: string) =>
  QueryJob.QueryJob.use((jobs) => jobs.query(Job.JobId.make(jobId, { disableChecks: true })))

/** Looks once at each answer, and finds a job or an `ApiError`: a defect or a hang fails the test. */
const lookAtEach = Effect.fnUntraced(function* <A>(all: ReadonlyArray<A>, answer: (of: A) => Answer) {
  const { client } = yield* transport(...all.map(answer))
  const layer = QueryJob.layerNoDeps.pipe(
    Layer.provide(TencentCloud.layerNoDeps),
    Layer.provide([RateLimit.layerNone, Signer.layerUnsigned, Layer.succeed(HttpClient.HttpClient, client)])
  )
  yield* Effect.forEach(all, (of) =>
    Effect.map(Effect.exit(look(input.JobId)), (exit) => {
      if (Exit.isFailure(exit) && Exit.findErrorOption(exit)._tag === "None") {
        assert.fail(`${Cause.pretty(exit.cause)}\nafter ${inspect(of)}`)
      }
    })
  ).pipe(once, Effect.provide(layer))
})

describe("any answer ends a look in a job or an ApiError:", () => {
  const status = fc.oneof(fc.constant(200), fc.integer({ min: 200, max: 599 }))
  const bodyless = (status: number) => [204, 205, 304].includes(status)

  it.effect("any bytes", () =>
    lookAtEach(fc.sample(fc.tuple(fc.uint8Array({ maxLength: 300 }), status), 1500), ([bytes, status]) =>
      respond(bodyless(status) ? null : new Uint8Array(bytes), { status })
    )
  )

  it.effect("any JSON", () =>
    lookAtEach(fc.sample(fc.tuple(jsonText({ maxDepth: 6 }), status), 1500), ([text, status]) =>
      respond(bodyless(status) ? null : text, { status })
    )
  )

  it.effect("any envelope", () => {
    const maybe = (value: fc.Arbitrary<unknown>) => fc.oneof({ weight: 5, arbitrary: value }, jsonValue())
    const error = fc.record({ Code: maybe(fc.string()), Message: maybe(fc.string()) }, { requiredKeys: [] })
    const file = fc.record({ Type: jsonValue(), Url: maybe(fc.webUrl()), "": jsonValue() }, { requiredKeys: [] })
    const fields = {
      Error: maybe(error),
      RequestId: maybe(fc.string()),
      Status: maybe(fc.constantFrom("WAIT", "RUN", "DONE", "FAIL", "__proto__")),
      ErrorCode: maybe(fc.string()),
      ResultFile3Ds: maybe(fc.array(maybe(file))),
      New: jsonValue()
    }
    const response = maybe(fc.record(fields, { requiredKeys: [] }))
    return lookAtEach(fc.sample(response, 1000), (Response) => json({ Response }))
  })

  it.effect("any nesting, however deep", () => {
    const nested = (depth: number) => [
      "[".repeat(depth) + "]".repeat(depth),
      `{"Response":${`{"Response":`.repeat(depth)}1${"}".repeat(depth)}}`,
      deep(depth)
    ]
    return lookAtEach([10, 100, 1000, 10_000, 100_000].flatMap(nested), (text) => respond(text))
  })

  it.effect("any failure of the transport", () => {
    const cause = fc.oneof(
      anything({ withNullPrototype: true, withBigInt: true, withDate: true }),
      fc.record({ message: anything({ withNullPrototype: true }) }),
      fc.record({ cause: anything({ withNullPrototype: true }), code: anything({ withNullPrototype: true }) })
    )
    return lookAtEach(fc.sample(cause, 1000), dropped)
  })
})

describe("a wait", () => {
  it.effect("ends in an ApiError when answers are nested ten thousand levels deep", () =>
    Effect.gen(function* () {
      const { client } = yield* transport(respond(deep(10_000)), respond(deep(10_000).replace("[]", "[1]")))
      const layer = QueryJob.layer.pipe(
        Layer.provide([Layer.succeed(HttpClient.HttpClient, client), Credentials.layer(credential)])
      )
      const error = yield* settled(
        QueryJob.QueryJob.use((jobs) => Effect.flip(jobs.wait(input.JobId, { deadline: "1 minute" }))).pipe(
          Effect.provide(layer)
        )
      )
      assert.strictEqual(error._tag, "WaitTimeout")
    })
  )
})

describe("any text for a JobId", () => {
  it.effect("is asked for when it is one, and is an InvalidRequest when it is none", () =>
    Effect.gen(function* () {
      const { client, sent } = yield* transport(refused("InternalError"))
      const layer = QueryJob.layerNoDeps.pipe(
        Layer.provide(TencentCloud.layerNoDeps),
        Layer.provide([RateLimit.layerNone, Signer.layerUnsigned, Layer.succeed(HttpClient.HttpClient, client)])
      )
      const text = fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.stringMatching(/^[0-9]{1,40}$/))
      const texts = fc.sample(text, 2000)
      yield* Effect.forEach(texts, (text) =>
        Effect.gen(function* () {
          const { reason } = yield* Effect.flip(look(text))
          assert.strictEqual(reason._tag, /^[0-9]{10,32}$/.test(text) ? "Server" : "InvalidRequest")
        })
      ).pipe(once, Effect.provide(layer))
      assert.strictEqual((yield* sent).length, texts.filter((text) => /^[0-9]{10,32}$/.test(text)).length)
    })
  )
})

// -----------------------------------------------------------------------------
// Real sockets
// -----------------------------------------------------------------------------

/** A server on this machine; `closed` counts the requests whose connection ended before their answer did. */
const serve = (listener: (request: http.IncomingMessage, response: http.ServerResponse) => void) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly server: http.Server; readonly host: string; readonly seen: Array<Seen> }>((resume) => {
      const seen: Array<Seen> = []
      const server = http.createServer((request, response) => {
        const chunks: Array<Buffer> = []
        const one: Seen = { headers: request.headers, body: Buffer.alloc(0), closed: false }
        seen.push(one)
        response.on("close", () => (one.closed = true))
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          one.body = Buffer.concat(chunks)
          listener(request, response)
        })
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, seen, host: hostOf(server) })))
    }),
    ({ server }) =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )

interface Seen {
  readonly headers: http.IncomingHttpHeaders
  body: Buffer
  closed: boolean
}

const hostOf = (server: net.Server) => {
  const address = server.address()
  return typeof address === "object" && address !== null ? `127.0.0.1:${address.port}` : ""
}

const answering = (text: string) => (_: unknown, response: http.ServerResponse) => void response.end(text)
const wire = JSON.stringify({ Response: { Status: "RUN", RequestId: "e7c1aa24" } })

/** Waits in real time for what the other end of a socket will see. */
const eventually = (condition: () => boolean) =>
  Effect.sync(condition).pipe(
    Effect.repeat({ until: (met) => met, schedule: Schedule.spaced("5 millis") }),
    Effect.timeout("2 seconds")
  )

const within = (timeout: Duration.Input) =>
  Effect.updateService(TencentCloud.Policy, (policy) => ({ ...policy, timeout, retry: Schedule.recurs(0) }))

for (const [name, client] of [
  ["fetch", FetchHttpClient.layer],
  ["undici", NodeHttpClient.layerUndici]
] as const) {
  describe(`over ${name}`, () => {
    const query = TencentCloud.call(Query, input).pipe(Effect.provide(over(client)))
    const failure = Effect.flip(query).pipe(within("2 seconds"))

    it.live("the request arrives as it was signed, and without trace headers", () =>
      Effect.gen(function* () {
        const { host, seen } = yield* serve(answering(wire))
        assert.deepStrictEqual(yield* query.pipe(at(host), Effect.withSpan("outer")), { Status: "RUN" })
        const [one] = seen
        if (one === undefined) return assert.fail("nothing arrived")
        const { authorization = "", "x-tc-timestamp": timestamp, host: hostHeader, ...headers } = one.headers
        assert.strictEqual(hostHeader, host)
        assert.isTrue(
          Tc3.verify({
            method: "POST",
            host,
            headers: { "content-type": headers["content-type"], "x-tc-action": String(headers["x-tc-action"]) },
            payload: one.body,
            authorization: Result.getOrThrow(Tc3.parseAuthorization(authorization)),
            timestamp: Number(timestamp),
            credential
          })
        )
        assert.strictEqual(headers["x-tc-token"], token)
        assert.strictEqual(headers["x-tc-language"], "en-US")
        assert.strictEqual(headers["x-tc-requestclient"], "effect-hunyuan3d")
        for (const trace of ["traceparent", "tracestate", "b3"]) assert.notProperty(headers, trace)
      })
    )

    it.live("calls one after another keep using the same connections", () =>
      Effect.gen(function* () {
        const ports = new Set<number | undefined>()
        const { host } = yield* serve((request, response) => {
          ports.add(request.socket.remotePort)
          response.end(wire)
        })
        const calls = Effect.forEach(Array.from({ length: 8 }), () => TencentCloud.call(Query, input))
        yield* calls.pipe(at(host), Effect.provide(over(client)))
        // Two take turns, as the next call starts before the last one's connection is free again.
        assert.isAtMost(ports.size, 2)
      })
    )

    it.live.each([301, 302, 303, 307, 308])("a redirect (%s) is not followed", (status) =>
      Effect.gen(function* () {
        const other = yield* serve(answering(wire))
        const { host, seen } = yield* serve((_, response) => {
          response.writeHead(status, { location: `http://${other.host}/` }).end()
        })
        const { reason } = yield* failure.pipe(at(host))
        assert.strictEqual(reason._tag === "MalformedResponse" && reason.status, status)
        assert.strictEqual(seen.length, 1)
        assert.deepStrictEqual(other.seen, [])
      })
    )

    it.live("a connection that is refused is a Transport failure, which says so", () =>
      Effect.gen(function* () {
        const { host } = yield* Effect.scoped(serve(answering(wire)))
        const error = yield* failure.pipe(at(host))
        assert.strictEqual(error.reason._tag, "Transport")
        assert.match(error.message, /ECONNREFUSED/)
        assert.isTrue(error.isRetryable)
      })
    )

    it.live.each<readonly [what: string, act: (response: http.ServerResponse) => unknown]>([
      ["before the answer", (response) => response.destroy()],
      ["within the body", (response) => response.write(wire.slice(0, 20), () => response.destroy())],
      [
        "far before its Content-Length",
        (response) => {
          response.writeHead(200, { "content-length": "1000000000" })
          response.write(wire, () => response.destroy())
        }
      ]
    ])("a connection that is lost %s is a Transport failure", ([, act]) =>
      Effect.gen(function* () {
        const { host } = yield* serve((_, response) => void act(response))
        const error = yield* failure.pipe(at(host))
        assert.strictEqual(error.reason._tag, "Transport")
        assert.isTrue(error.isRetryable)
      })
    )

    it.live("a connection that is lost is repaired by the retry", () =>
      Effect.gen(function* () {
        const { host, seen } = yield* serve((_, response) => {
          if (seen.length === 1) response.destroy()
          else response.end(wire)
        })
        assert.deepStrictEqual(yield* query.pipe(at(host)), { Status: "RUN" })
        assert.strictEqual(seen.length, 2)
      })
    )

    it.live.each<readonly [what: string, act: (response: http.ServerResponse) => unknown]>([
      ["with no answer", () => undefined],
      ["with half a body", (response) => response.write(wire.slice(0, 20))],
      [
        "short of its Content-Length",
        (response) => {
          response.writeHead(200, { "content-length": "1000000000" })
          response.write(wire)
        }
      ]
    ])("a server that goes silent %s is a Timeout, and sees its connection closed", ([, act]) =>
      Effect.gen(function* () {
        const { host, seen } = yield* serve((_, response) => void act(response))
        const error = yield* Effect.flip(query).pipe(within("100 millis"), at(host))
        assert.strictEqual(error.reason._tag, "Timeout")
        yield* eventually(() => seen[0]?.closed === true)
      })
    )

    it.live("a server that never stops sending is cut off, and sees its connection closed", () =>
      Effect.gen(function* () {
        const { host, seen } = yield* serve((_, response) => {
          const chunk = Buffer.alloc(16_384, "x")
          const more = (): void => void (response.destroyed || response.write(chunk, more))
          more()
        })
        const { reason } = yield* failure.pipe(at(host))
        assert.strictEqual(reason._tag === "MalformedResponse" && reason.description, "it is larger than 1 MiB")
        yield* eventually(() => seen[0]?.closed === true)
      })
    )

    it.live.each<readonly [what: string, act: (response: http.ServerResponse) => unknown]>([
      ["before the answer", () => undefined],
      ["within the body", (response) => response.write(wire.slice(0, 20))]
    ])("an interruption %s closes the connection", ([, act]) =>
      Effect.gen(function* () {
        const { host, seen } = yield* serve((_, response) => void act(response))
        const fiber = yield* Effect.forkChild(query.pipe(at(host)))
        yield* eventually(() => (seen[0]?.body.length ?? 0) > 0)
        yield* Effect.sleep("20 millis")
        yield* Fiber.interrupt(fiber)
        yield* eventually(() => seen[0]?.closed === true)
        assert.strictEqual(seen.length, 1)
      })
    )

    it.live.each<readonly [what: string, status: number, text: string]>([
      ["204", 204, ""],
      ["an empty 200", 200, ""],
      ["an error page", 502, "<html>Bad Gateway</html>"]
    ])("%s is a MalformedResponse", ([, status, text]) =>
      Effect.gen(function* () {
        const { host } = yield* serve((_, response) => void response.writeHead(status).end(text))
        const { reason } = yield* failure.pipe(at(host))
        assert.strictEqual(reason._tag === "MalformedResponse" && reason.status, status)
      })
    )

    it.live.each(["hello\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", "HTTP/1.1 999999 \r\n\r\n", ""])(
      "a server that does not speak HTTP (%j) is a Transport failure",
      (text) =>
        Effect.gen(function* () {
          const server = net.createServer((socket) => void socket.on("error", () => {}).end(text))
          yield* Effect.acquireRelease(
            Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
            () => Effect.sync(() => server.close())
          )
          assert.strictEqual((yield* failure.pipe(at(hostOf(server)))).reason._tag, "Transport")
        })
    )
  })
}

describe("options of fetch", () => {
  const follow = Layer.succeed(FetchHttpClient.RequestInit, { redirect: "follow", headers: { "x-own": "1" } })
  const call = TencentCloud.call(Query, input)

  it.live.each<readonly [where: string, call: Effect.Effect<{ readonly Status: string }, ApiError.ApiError>]>([
    ["beneath the layer", call.pipe(Effect.provide(over(FetchHttpClient.layer).pipe(Layer.provide(follow))))],
    ["beneath the client", call.pipe(Effect.provide(over(FetchHttpClient.layer.pipe(Layer.provide(follow)))))],
    ["around the call", call.pipe(Effect.provide(over(FetchHttpClient.layer)), Effect.provide(follow))]
  ])("given %s do not make it follow a redirect", ([, call]) =>
    Effect.gen(function* () {
      const other = yield* serve(answering(wire))
      const { host } = yield* serve((_, response) => {
        response.writeHead(307, { location: `http://${other.host}/` }).end()
      })
      const { reason } = yield* Effect.flip(call).pipe(within("2 seconds"), at(host))
      assert.strictEqual(reason._tag, "MalformedResponse")
      assert.deepStrictEqual(other.seen, [])
    })
  )

  it.live("given beneath the layer are kept otherwise", () =>
    Effect.gen(function* () {
      const { host, seen } = yield* serve(answering(wire))
      yield* call.pipe(Effect.provide(over(FetchHttpClient.layer).pipe(Layer.provide(follow))), at(host))
      assert.strictEqual(seen[0]?.headers["x-own"], "1")
    })
  )
})

// -----------------------------------------------------------------------------
// Secrets
// -----------------------------------------------------------------------------

describe("secrets", () => {
  /** What the wire carries comes back in every place of an answer. */
  const echo: Answer = ({ request }) => {
    const { authorization, "x-tc-token": token } = request.headers
    return Effect.sync(() => Response.json({ Response: { Status: [authorization], RequestId: { token } }, token }))
  }

  const scenarios: ReadonlyArray<readonly [what: string, answer: Answer]> = [
    ["succeeds", running],
    ["is refused", refused("AuthFailure.SignatureFailure")],
    ["is refused for its time", refused("AuthFailure.SignatureExpire", { headers: { date: httpDate(1e12) } })],
    ["loses its connection", dropped()],
    ["has no answer", silence],
    ["has its headers for an answer", echo]
  ]

  /** Runs a call, and returns all that it logs, traces and fails with, and the signatures that it sent. */
  const traced = Effect.fnUntraced(function* (answer: Answer) {
    const { client, sent } = yield* transport(answer)
    // An application that logs requests, records all headers in spans, and has its own list of what to redact.
    const logging = client.pipe(
      HttpClient.tapRequest((request) => Effect.logTrace("sending", request, request.headers)),
      HttpClient.tap((response) => Effect.logTrace("received", response, response.request.headers))
    )
    const lines: Array<unknown> = []
    const keep = (line: unknown) => void lines.push(line)
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    const exit = yield* settled(Effect.exit(TencentCloud.call(Query, input))).pipe(
      Effect.tap((exit) => Effect.logTrace("ended", exit)),
      Effect.provide(over(Layer.succeed(HttpClient.HttpClient, logging))),
      Effect.provide(
        Logger.layer([
          Logger.map(Logger.formatSimple, keep),
          Logger.map(Logger.formatLogFmt, keep),
          Logger.map(Logger.formatJson, keep)
        ])
      ),
      Effect.provideService(References.MinimumLogLevel, "All"),
      Effect.provideService(HttpClient.TracerHeaderFilter, () => true),
      Effect.provideService(Headers.CurrentRedactedNames, ["x-own"]),
      Effect.provideService(Tracer.Tracer, tracer)
    )
    return { exit, lines, spans, sent: yield* sent }
  })

  const failureOf = (exit: Exit.Exit<unknown, unknown>) =>
    Exit.isFailure(exit) ? [printed(exit.cause), Cause.pretty(exit.cause), printed(Cause.squash(exit.cause))] : []

  it.effect.each(scenarios)("are in no log, span or error of a call that %s", ([, answer]) =>
    Effect.gen(function* () {
      const { exit, lines, sent, spans } = yield* traced(answer)
      const signatures = authorizations(sent).map((header) => header.slice(-64))
      assert.isNotEmpty(signatures)
      assert.isTrue(signatures.every((signature) => /^[0-9a-f]{64}$/.test(signature)))
      assert.isAtLeast(lines.length, 6)
      assert.include(
        spans.map((span) => span.name),
        "TencentCloud.call"
      )
      const attributes = spans.flatMap((span) => [...span.attributes])
      assert.isTrue(attributes.some(([name]) => name === "http.request.header.x-tc-token"))
      const texts = {
        exit: printed(exit),
        error: failureOf(exit).join("\n"),
        logs: lines.map(printed).join("\n"),
        spans: spans.map((span) => printed([...span.attributes, span.events])).join("\n"),
        failures: spans.flatMap(({ status }) => (status._tag === "Ended" ? failureOf(status.exit) : [])).join("\n")
      }
      const leaks = Object.entries(texts)
        .filter(([, text]) => [secretKey, token, ...signatures].some((secret) => text.includes(secret)))
        .map(([place]) => place)
      assert.deepStrictEqual(leaks, [])
    })
  )

  it.live.each([
    ["fetch", FetchHttpClient.layer],
    ["undici", NodeHttpClient.layerUndici]
  ] as const)("that %s cannot send are in no error", ([, client]) =>
    Effect.gen(function* () {
      const { host, seen } = yield* serve(answering(wire))
      const broken = [
        { ...credential, secretId: "AKID\nEXAMPLE" },
        { ...credential, token: Redacted.make(`${token}\n${token}`) }
      ]
      for (const credential of broken) {
        const error = yield* Effect.flip(TencentCloud.call(Query, input)).pipe(
          at(host),
          Effect.provide(TencentCloud.layer.pipe(Layer.provide([client, Credentials.layer(credential)])))
        )
        assert.strictEqual(error.reason._tag, "Authentication")
        assert.isFalse(printed(error).includes(token))
        assert.notMatch(printed(error), /[0-9a-f]{64}/)
      }
      assert.deepStrictEqual(seen, [])
    })
  )
})
