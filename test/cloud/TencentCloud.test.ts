import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schedule, Tracer } from "effect"
import * as fc from "fast-check"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as CredentialsError from "../../src/cloud/CredentialsError.ts"
import * as Policy from "../../src/cloud/Policy.ts"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as Signer from "../../src/cloud/Signer.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as Job from "../../src/job/Job.ts"
import { withLogs } from "../support/logs.ts"
import { property } from "../support/property.ts"
import { keepSpans } from "../support/spans.ts"
import {
  type Answer,
  cloud,
  credential,
  dropped,
  httpDate,
  input,
  json,
  layerLimiter,
  layerStoreDown,
  once,
  over,
  Query,
  refused,
  refusedConnection,
  respond,
  running,
  settled,
  silence,
  slow,
  Submit,
  token,
  transport
} from "../support/wire.ts"

describe("a call", () => {
  it.effect("posts the input to the product's host, signed for its service, and decodes the answer", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(running)
      assert.deepStrictEqual(yield* call(Query, input), { Status: "RUN" })
      const [one, ...others] = yield* sent
      assert.deepStrictEqual(others, [])
      if (one === undefined) return assert.fail("nothing was sent")
      assert.strictEqual(`${one.method} ${one.url}`, "POST https://hunyuan.intl.tencentcloudapi.com/")
      assert.strictEqual(one.body, `{"JobId":"1375367755519696896"}`)
      assert.include(one.headers["authorization"], "/1970-01-01/hunyuan/tc3_request")
      assert.strictEqual(one.headers["x-tc-token"], token)
    })
  )

  it.effect("with an input that cannot be sent fails with InvalidInput and sends nothing", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(running)
      const error = yield* Effect.flip(call(Query, { JobId: "my-job" }))
      assert.strictEqual(error.reason._tag, "InvalidInput")
      assert.deepStrictEqual([error.action, error.region], ["QueryHunyuanTo3DProJob", "ap-singapore"])
      assert.deepStrictEqual(yield* sent, [])
    })
  )

  it.effect("that is refused names action, region, code and request id in its error", () =>
    Effect.gen(function* () {
      const { call } = yield* cloud(refused("InvalidParameter"))
      const { action, code, region, requestId } = yield* Effect.flip(call(Query, input))
      assert.deepStrictEqual(
        { action, code, region, requestId },
        { action: "QueryHunyuanTo3DProJob", code: "InvalidParameter", region: "ap-singapore", requestId: "e7c1aa24" }
      )
    })
  )

  it.effect.each<readonly [what: string, answer: Answer]>([
    ["no body", respond(null)],
    ["an empty body", respond("")],
    ["204", respond(null, { status: 204 })],
    ["304", respond(null, { status: 304 })],
    ["bytes that are no text", respond(new Uint8Array([0xff, 0xfe, 0x80, 0xc0]))],
    ["text in UTF-16", respond(new Uint8Array(Buffer.from(`{"Response":{"Status":"RUN"}}`, "utf16le")))]
  ])("whose answer is %s fails with MalformedResponse", ([, answer]) =>
    Effect.gen(function* () {
      const { call } = yield* cloud(answer)
      assert.strictEqual((yield* Effect.flip(call(Query, input)).pipe(once)).reason._tag, "MalformedResponse")
    })
  )

  it.effect("whose answer begins with a byte order mark is read", () =>
    Effect.gen(function* () {
      const { call } = yield* cloud(respond(`\uFEFF{"Response":{"Status":"RUN"}}`))
      assert.deepStrictEqual(yield* call(Query, input), { Status: "RUN" })
    })
  )
})

describe("a RateLimit beneath TencentCloud.layer", () => {
  it.effect("takes the place of the default one", () =>
    Effect.gen(function* () {
      const { layer: client } = yield* transport(running)
      const keys: Array<string> = []
      const layer = TencentCloud.layer.pipe(
        Layer.provide(layerLimiter((key) => Effect.sync(() => void keys.push(key)))),
        Layer.provide([client, Credentials.layer(credential)])
      )
      yield* Effect.provide(TencentCloud.call(Query, input), layer)
      assert.deepStrictEqual(keys, ["hunyuan.intl.tencentcloudapi.com/QueryHunyuanTo3DProJob"])
    })
  )
})

/** Answers after which the service may have carried the request out. */
const mayHaveRun: ReadonlyArray<readonly [what: string, answer: Answer]> = [
  ["a dropped connection", dropped()],
  ["no answer in time", silence],
  ["a gateway's error page", respond("<html>502 Bad Gateway</html>", { status: 502 })],
  ["an empty 503", respond(null, { status: 503 })],
  ["a body that is not the envelope", json({ message: "hello" })],
  ["an answer without the fields it must have", json({ Response: { RequestId: "e7c1aa24" } })],
  ["InternalError", refused("InternalError")],
  ["FailedOperation.EngineServerError", refused("FailedOperation.EngineServerError")]
]

/** Answers after which it surely has not, and the same request may succeed later. */
const notRun: ReadonlyArray<readonly [what: string, answer: Answer]> = [
  ["a refused connection", refusedConnection],
  ["RequestLimitExceeded", refused("RequestLimitExceeded")],
  ["RequestLimitExceeded.X", refused("RequestLimitExceeded.X")]
]

describe("a failed attempt", () => {
  it.effect.each([...mayHaveRun, ...notRun])("of a query is retried after %s", ([, answer]) =>
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
  ])("is not retried after %s, which does not pass", (code) =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(refused(code), running)
      assert.strictEqual((yield* settled(Effect.flip(call(Query, input)))).code, code)
      assert.strictEqual((yield* sent).length, 1)
    })
  )

  it.effect("is not retried when the transport's cause says that it is of no use", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(dropped({ isRetryable: false }), running)
      assert.strictEqual((yield* settled(Effect.flip(call(Query, input)))).reason._tag, "Transport")
      assert.strictEqual((yield* sent).length, 1)
    })
  )

  it.effect("is retried three times, after pauses that grow and differ, and then is the call's error", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(refused("InternalError"))
      const pauses: Array<ReadonlyArray<number>> = []
      for (let round = 1; round <= 20; round++) {
        assert.strictEqual((yield* settled(Effect.flip(call(Query, input)))).code, "InternalError")
        assert.strictEqual((yield* sent).length, round * 4)
        const times = (yield* sent).slice(-4).map(({ at }) => at)
        pauses.push(times.slice(1).map((time, index) => time - (times[index] ?? 0)))
      }
      for (const [first = 0, second = 0, third = 0] of pauses) {
        assert.isTrue(first >= 200 && first <= 300, `${first}`)
        assert.isTrue(second >= 800 && second <= 1200, `${second}`)
        assert.isTrue(third >= 2400 && third <= 3600, `${third}`)
      }
      assert.isAbove(new Set(pauses.map(([first]) => first)).size, 5)
    })
  )

  it.effect("is retried as the policy says", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(refused("InternalError"))
      const retry = Schedule.spaced("10 seconds").pipe(Schedule.upTo({ times: 5 }))
      yield* settled(Effect.flip(call(Query, input))).pipe(Effect.provide(Policy.layer({ retry })))
      assert.deepStrictEqual(
        (yield* sent).map(({ at }) => at),
        [0, 10_000, 20_000, 30_000, 40_000, 50_000]
      )
    })
  )
})

describe("a failed attempt of an operation that is not safe to repeat", () => {
  it.effect.each(mayHaveRun)("is not retried after %s, since it may have run", ([, answer]) =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(answer, running)
      const error = yield* settled(Effect.flip(call(Submit, input)))
      assert.deepStrictEqual([error.isRetryable, error.mayHaveRun], [true, true])
      assert.strictEqual((yield* sent).length, 1)
    })
  )

  it.effect.each(notRun)("is retried after %s, since it has surely not run", ([, answer]) =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(answer, answer, running)
      assert.deepStrictEqual(yield* settled(call(Submit, input)), { Status: "RUN" })
      assert.strictEqual((yield* sent).length, 3)
    })
  )

  it.effect("is retried when the limiter's store was down, and when there were no credentials for a moment", () =>
    Effect.gen(function* () {
      const { layer: client, sent } = yield* transport(running)
      const down = yield* Effect.provide(RateLimit.RateLimit, layerStoreDown)
      let attempts = 0
      const limiter = layerLimiter((key) => Effect.suspend(() => (attempts++ === 0 ? down.acquire(key) : Effect.void)))
      let looks = 0
      const get = Effect.suspend(() =>
        looks++ === 0
          ? Effect.fail(
              new CredentialsError.CredentialsError({
                reason: new CredentialsError.SourceFailed({ description: "no answer yet", isRetryable: true })
              })
            )
          : Effect.succeed(credential)
      )
      const signer = Signer.layer.pipe(Layer.provide(Layer.succeed(Credentials.Credentials, { get })))
      const layer = TencentCloud.layerNoDeps.pipe(Layer.provide([client, limiter, signer]))
      const answer = yield* settled(Effect.provide(TencentCloud.call(Submit, input), layer))
      assert.deepStrictEqual(answer, { Status: "RUN" })
      assert.deepStrictEqual([attempts, looks, (yield* sent).length], [3, 2, 1])
    })
  )

  it.effect.each(["RequestLimitExceeded", "RequestLimitExceeded.JobNumExceed", "InternalError"])(
    "is not retried after FailedOperation.InnerError, whose message names %s, though a query is",
    (named) =>
      Effect.gen(function* () {
        const inner = refused("FailedOperation.InnerError", { Message: `code: ${named}, message: too many` })
        const submission = yield* cloud(inner, running)
        const error = yield* settled(Effect.flip(submission.call(Submit, input)))
        assert.deepStrictEqual([error.reason._tag, error.mayHaveRun], ["Other", true])
        assert.strictEqual((yield* submission.sent).length, 1)
        const query = yield* cloud(inner, running)
        yield* settled(Effect.exit(query.call(Query, input)))
        assert.strictEqual((yield* query.sent).length, named === "RequestLimitExceeded.JobNumExceed" ? 1 : 2)
      })
  )

  const code = fc.string().map((text) => `FailedOperation.${text}`)
  const unclear = fc.oneof(
    fc.constantFrom(...mayHaveRun.map(([, answer]) => answer)),
    code.filter((code) => !/^FailedOperation\.(Engine|[A-Z])/.test(code)).map((code) => refused(code)),
    fc.string().map((Message) => refused("FailedOperation.InnerError", { Message })),
    fc
      .constantFrom("RequestLimitExceeded", "InvalidParameter")
      .map((Message) => refused("FailedOperation.InnerError", { Message }))
  )
  const clear = fc.constantFrom(
    ...notRun.map(([, answer]) => answer),
    refused("AuthFailure.SignatureExpire", { headers: { date: httpDate(1e12) } }),
    refused("RequestLimitExceeded.JobNumExceed"),
    refused("InvalidParameter")
  )
  const step = fc.oneof(
    unclear.map((answer) => ({ answer, mayHaveRun: true })),
    clear.map((answer) => ({ answer, mayHaveRun: false })),
    fc.constant({ answer: running, mayHaveRun: true })
  )

  property(
    "is never sent again once a request may have run, whatever the answers are",
    [fc.array(step, { minLength: 1, maxLength: 6 })],
    Effect.fnUntraced(function* (steps) {
      const { call, sent } = yield* cloud(...steps.map(({ answer }) => answer))
      const exit = yield* settled(Effect.result(call(Submit, input)))
      const requests = (yield* sent).length
      const before = steps.slice(0, requests - 1)
      assert.deepStrictEqual(
        before.map(({ mayHaveRun }) => mayHaveRun),
        before.map(() => false)
      )
      const last = steps[Math.min(requests, steps.length) - 1]
      if (exit._tag === "Failure") assert.strictEqual(exit.failure.mayHaveRun, last?.mayHaveRun)
    }),
    { runs: 400 }
  )
})

describe("every attempt and every retry", () => {
  it.effect("is one debug line, with what came of it, how long it took, and its request id", () =>
    Effect.gen(function* () {
      const { call } = yield* cloud(refused("InternalError"), refusedConnection, slow("300 millis"))
      const retry = Schedule.spaced("2 seconds")
      const operation = { ...Query, output: Job.Response }
      const { lines } = yield* withLogs(settled(call(operation, input))).pipe(Effect.provide(Policy.layer({ retry })))
      assert.deepStrictEqual(
        lines.map(({ level, text }) => `${level}: ${text}`),
        [
          "Debug: QueryHunyuanTo3DProJob, attempt 1: Server (InternalError) after 0 ms [request e7c1aa24]",
          "Debug: Retry 1 in 2s. QueryHunyuanTo3DProJob: The service failed. Try again later. (InternalError: said) [request e7c1aa24]",
          "Debug: QueryHunyuanTo3DProJob, attempt 2: Transport (Client.Transport) after 0 ms",
          "Debug: Retry 2 in 2s. QueryHunyuanTo3DProJob: https://hunyuan.intl.tencentcloudapi.com/ could not be reached " +
            "(connect ECONNREFUSED 127.0.0.1:9). Check the network and the endpoint.",
          "Debug: QueryHunyuanTo3DProJob, attempt 3: answered after 300 ms [request e7c1aa24]"
        ]
      )
    })
  )

  it.effect("is one debug line by the default policy too", () =>
    Effect.gen(function* () {
      const always = yield* cloud(refused("InternalError"))
      const { lines } = yield* withLogs(settled(Effect.flip(always.call(Query, input))))
      const attempts = lines.filter(({ text }) => / attempt [1234]: /.test(text))
      const retries = lines.filter(({ text }) => /^Retry [123] in [0-9]+(ms|s)/.test(text))
      assert.strictEqual(attempts.length, (yield* always.sent).length)
      assert.strictEqual(attempts.length, Policy.defaultRetries + 1)
      assert.strictEqual(retries.length, Policy.defaultRetries)
      assert.strictEqual(lines.length, attempts.length + retries.length)
    })
  )

  it.effect("says how long the attempt waited for its permit", () =>
    Effect.gen(function* () {
      const { call } = yield* cloud(running)
      const calls = Effect.all(
        Array.from({ length: 21 }, () => call(Query, input)),
        { concurrency: "unbounded" }
      )
      const { lines } = yield* withLogs(settled(calls))
      assert.deepStrictEqual(
        lines.map(({ text }) => text).filter((text) => text.includes("permit")),
        ["QueryHunyuanTo3DProJob: permit after 1000 ms"]
      )
    })
  )

  it.effect("does not step the schedule of retries when its failure is not retried", () =>
    Effect.gen(function* () {
      let steps = 0
      const retry = Schedule.tap(Schedule.spaced("1 second"), () => Effect.sync(() => steps++))
      const { call } = yield* cloud(silence)
      yield* settled(Effect.flip(call(Submit, input))).pipe(Effect.provide(Policy.layer({ retry })))
      assert.strictEqual(steps, 0)
    })
  )
})

describe("the span of a call", () => {
  const link = "https://bucket.example/a.glb?q-sign-time=1;2&q-signature=53c4e7"

  /** The spans of a call, as a program that stores traces could write them. */
  const spansOf = Effect.fnUntraced(function* (...answers: ReadonlyArray<Answer>) {
    const { spans, tracer } = keepSpans()
    const { call } = yield* cloud(...answers)
    yield* settled(Effect.exit(call({ ...Query, output: Job.Response }, input))).pipe(
      Effect.provideService(Tracer.Tracer, tracer)
    )
    return spans
  })

  it.effect("has the action, the region and the request id of the answer", () =>
    Effect.gen(function* () {
      const spans = yield* spansOf(running)
      const span = spans.find(({ name }) => name === "TencentCloud.call")
      assert.deepStrictEqual(Object.fromEntries(span?.attributes ?? []), {
        action: "QueryHunyuanTo3DProJob",
        region: "ap-singapore",
        requestId: "e7c1aa24"
      })
    })
  )

  const file = { Type: "GLB", Url: link, PreviewImageUrl: link, TextureUrl: link }
  const done = { Status: "DONE", RequestId: "e7c1aa24", ResultFile3Ds: [file], More: link }
  it.effect.each<readonly [what: string, answer: Answer]>([
    ["succeeds", json({ Response: done })],
    ["is malformed", json({ Response: { ...done, Status: 1 } })],
    ["is no envelope", json({ ...done, [link]: link })],
    ["is refused", refused("FailedOperation.InnerError", { Message: `cannot read ${link}` })],
    [
      "has its own headers for an answer",
      ({ headers }) => Effect.sync(() => Response.json({ Response: { ...headers } }))
    ],
    ["loses its connection", dropped()]
  ])("holds no link and no token in its exit, when a call %s", ([, answer]) =>
    Effect.gen(function* () {
      const spans = yield* spansOf(answer)
      assert.isNotEmpty(spans)
      // Times are bigints.
      const text = JSON.stringify(
        spans.map(({ attributes, events, status }) => [[...attributes], events, status]),
        (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value)
      )
      assert.include(text, "Ended")
      assert.notInclude(text, "q-signature")
      assert.notInclude(text, token)
    })
  )
})

describe("layerFreshConnections", () => {
  it.effect("sends what is not safe to repeat over the other client, and everything else over its own", () =>
    Effect.gen(function* () {
      const kept = yield* transport(running)
      const fresh = yield* transport(running)
      const client = TencentCloud.layerFreshConnections(fresh.layer).pipe(Layer.provide(kept.layer))
      yield* Effect.andThen(TencentCloud.call(Query, input), TencentCloud.call(Submit, input)).pipe(
        Effect.provide(over(client))
      )
      const actions = (sent: typeof kept.sent) =>
        Effect.map(sent, (all) => all.map(({ headers }) => headers["x-tc-action"]))
      assert.deepStrictEqual(yield* actions(kept.sent), [Query.action])
      assert.deepStrictEqual(yield* actions(fresh.sent), [Submit.action])
    })
  )
})
