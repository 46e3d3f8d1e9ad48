import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, Ref, Result, Schedule } from "effect"
import { TestClock } from "effect/testing"
import * as Credentials from "../../../src/cloud/Credentials.ts"
import * as CredentialsError from "../../../src/cloud/CredentialsError.ts"
import * as Policy from "../../../src/cloud/Policy.ts"
import * as RateLimit from "../../../src/cloud/RateLimit.ts"
import * as Signer from "../../../src/cloud/Signer.ts"
import * as Tc3 from "../../../src/cloud/Tc3.ts"
import * as TencentCloud from "../../../src/cloud/TencentCloud.ts"
import { besidesAttempts, withLogs } from "../../support/logs.ts"
import {
  type Answer,
  cloud,
  credential,
  dropped,
  httpDate,
  input,
  layerLimiter,
  layerStoreDown,
  once,
  Query,
  refused,
  respond,
  running,
  type Sent,
  settled,
  silence,
  slow,
  Submit,
  token,
  transport
} from "../../support/wire.ts"

const timestamps = (sent: ReadonlyArray<Sent>) => sent.map(({ headers }) => Number(headers["x-tc-timestamp"]))
const times = (sent: ReadonlyArray<Sent>) => sent.map(({ at }) => at)

const verifies = ({ body, headers, method, url }: Sent) =>
  Tc3.verify({
    method,
    host: url.host,
    headers,
    payload: body,
    authorization: Result.getOrThrow(Tc3.parseAuthorization(headers["authorization"] ?? "")),
    timestamp: Number(headers["x-tc-timestamp"]),
    credential
  })

/** `TencentCloud` over these answers, with a limiter and a source of credentials of its own. */
const cloudWith = Effect.fnUntraced(function* (
  parts: { limiter?: Layer.Layer<RateLimit.RateLimit>; credentials?: Layer.Layer<Credentials.Credentials> },
  ...answers: ReadonlyArray<Answer>
) {
  const { layer: client, sent } = yield* transport(...answers)
  const { limiter = RateLimit.layerNone, credentials = Credentials.layer(credential) } = parts
  const layer = TencentCloud.layerNoDeps.pipe(
    Layer.provide([client, limiter, Signer.layer.pipe(Layer.provide(credentials))])
  )
  return { layer, sent }
})

const query = TencentCloud.call(Query, input)

describe("each attempt", () => {
  it.effect("takes a permit of its own, under host and action", () =>
    Effect.gen(function* () {
      const keys: Array<string> = []
      const limiter = layerLimiter((key) => Effect.sync(() => void keys.push(key)))
      const { layer } = yield* cloudWith({ limiter }, refused("InternalError"), running)
      yield* settled(Effect.provide(query, layer))
      const key = "hunyuan.intl.tencentcloudapi.com/QueryHunyuanTo3DProJob"
      assert.deepStrictEqual(keys, [key, key])
    })
  )

  it.effect("is signed when its permit is granted, so that no signature ages in the queue", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_775_554_903_250)
      const limiter = layerLimiter(() => Effect.sleep("10 minutes"))
      const { layer, sent } = yield* cloudWith({ limiter }, refused("InternalError"), dropped(), running)
      yield* settled(Effect.provide(query, layer))
      const all = yield* sent
      assert.strictEqual(all.length, 3)
      assert.deepStrictEqual(
        timestamps(all),
        times(all).map((at) => Math.floor(at / 1000))
      )
      assert.isTrue(all.every(verifies))
      assert.isTrue(all.every(({ headers }) => headers["x-tc-token"] === token))
    })
  )

  it.effect("gets its credential once, when it has its permit", () =>
    Effect.gen(function* () {
      const events: Array<string> = []
      const rotating = Effect.sync(() => {
        events.push("credential")
        return { ...credential, secretId: `AKID${events.length}` }
      })
      const { layer, sent } = yield* cloudWith(
        {
          limiter: layerLimiter(() => Effect.sync(() => void events.push("permit"))),
          credentials: Layer.succeed(Credentials.Credentials, { get: rotating })
        },
        refused("InternalError"),
        dropped(),
        running
      )
      yield* settled(Effect.provide(query, layer))
      assert.deepStrictEqual(events, ["permit", "credential", "permit", "credential", "permit", "credential"])
      assert.deepStrictEqual(
        (yield* sent).map(({ headers }) => /Credential=(\w+)/.exec(headers["authorization"] ?? "")?.[1]),
        ["AKID2", "AKID4", "AKID6"]
      )
    })
  )

  it.effect("has the time of the policy from the moment of its permit", () =>
    Effect.gen(function* () {
      const limiter = layerLimiter(() => Effect.sleep("1 minute"))
      const { layer, sent } = yield* cloudWith({ limiter }, slow("9 seconds"))
      assert.deepStrictEqual(yield* settled(Effect.provide(query, layer)), { Status: "RUN" })
      assert.deepStrictEqual(times(yield* sent), [60_000])
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

  it.effect("is aborted when its caller is interrupted, and not made again", () =>
    Effect.gen(function* () {
      const { call, sent } = yield* cloud(silence)
      const fiber = yield* Effect.forkChild(call(Query, input))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(
        (yield* sent).map(({ signal }) => signal.aborted),
        [true]
      )
    })
  )
})

describe("an attempt that is not sent", () => {
  it.effect("fails with NoPermit when the limiter's store is down", () =>
    Effect.gen(function* () {
      const { layer, sent } = yield* cloudWith({ limiter: layerStoreDown }, running)
      const { message, reason } = yield* Effect.flip(query).pipe(once, Effect.provide(layer))
      if (reason._tag !== "NoPermit") return assert.fail(reason._tag)
      assert.instanceOf(reason.cause, RateLimit.RateLimitUnavailable)
      assert.match(message, /^QueryHunyuanTo3DProJob: Nothing was sent: .*store/)
      assert.deepStrictEqual(yield* sent, [])
    })
  )

  it.effect.each([false, true])("fails with NoCredentials as its source failed (for a moment: %s)", (isRetryable) =>
    Effect.gen(function* () {
      const get = Effect.fail(
        new CredentialsError.CredentialsError({
          reason: new CredentialsError.SourceFailed({ description: "The role was taken away.", isRetryable })
        })
      )
      const credentials = Layer.succeed(Credentials.Credentials, { get })
      const { layer, sent } = yield* cloudWith({ credentials }, running)
      const { message, reason } = yield* Effect.flip(query).pipe(once, Effect.provide(layer))
      assert.strictEqual(reason._tag, "NoCredentials")
      assert.strictEqual(reason.isRetryable, isRetryable)
      assert.strictEqual(message, "QueryHunyuanTo3DProJob: Nothing was sent: The role was taken away.")
      assert.deepStrictEqual(yield* sent, [])
    })
  )

  it.effect("fails with NoCredentials when no header can carry the token", () =>
    Effect.gen(function* () {
      const credentials = Credentials.layer({ ...credential, token: Redacted.make(`${token}\n${token}`) })
      const { layer, sent } = yield* cloudWith({ credentials }, running)
      const { message, reason } = yield* Effect.flip(query).pipe(once, Effect.provide(layer))
      assert.strictEqual(reason._tag, "NoCredentials")
      assert.notInclude(message, token)
      assert.deepStrictEqual(yield* sent, [])
    })
  )
})

/** A service whose clock is ahead of ours, and which refuses signatures that are more than five minutes off. */
const ahead =
  (hours: () => number): Answer =>
  (sent) => {
    const now = sent.at + hours() * 3_600_000
    const off = Math.abs(now / 1000 - Number(sent.headers["x-tc-timestamp"]))
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

  it.effect("is repaired with a debug line, which names the request where it has a name", () =>
    Effect.gen(function* () {
      const nameless: Answer = () =>
        Effect.succeed(
          Response.json(
            { Response: { Error: { Code: "AuthFailure.SignatureExpire", Message: "said" } } },
            { headers: { date: httpDate(8 * 3_600_000) } }
          )
        )
      for (const [answer, request] of [
        [ahead(() => 8), " [request e7c1aa24]"],
        [nameless, ""]
      ] as const) {
        const { call } = yield* cloud(answer, running)
        const { lines } = yield* withLogs(call(Query, input))
        assert.deepStrictEqual(
          besidesAttempts(lines).map(({ level, text }) => `${level}: ${text}`),
          [
            "Debug: Retry at once, signed with the service's time. QueryHunyuanTo3DProJob: The signature's time was not " +
              `accepted. Set this machine's clock. (AuthFailure.SignatureExpire: said)${request}`
          ]
        )
      }
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

  it.effect("costs each of many calls at once one attempt at most, and later ones none", () =>
    Effect.gen(function* () {
      const { layer, sent } = yield* cloudWith(
        {},
        ahead(() => 8)
      )
      yield* Effect.gen(function* () {
        const calls = Effect.forEach(Array.from({ length: 50 }), () => query, { concurrency: "unbounded" })
        yield* settled(calls)
        assert.isAtMost((yield* sent).length, 100)
        const before = (yield* sent).length
        yield* settled(calls)
        assert.strictEqual((yield* sent).length, before + 50)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect.each<readonly [what: string, message: string]>([
    ["alone", "Signature expired, please check the deviation between `Timestamp` and the server time 1775583703."],
    ["in Chinese words", "签名过期，服务器时间 1775583703。"],
    ["beside the one that was sent", "`Timestamp` 1775554903 is not near the server time 1775583703."],
    ["before the one that was sent", "The server time 1775583703 is not near `Timestamp` 1775554903."]
  ])("is repaired by the service's time in the refusal before the date of the answer: %s", ([, Message]) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_775_554_903_000)
      // A proxy answers from its own clock.
      const date = httpDate(1_775_554_903_000 + 3 * 3_600_000)
      const { call, sent } = yield* cloud(
        refused("AuthFailure.SignatureExpire", { Message, headers: { date } }),
        running
      )
      yield* call(Query, input)
      assert.deepStrictEqual(timestamps(yield* sent), [1_775_554_903, 1_775_554_903 + 28_800])
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
        const date = httpDate(sent.at + hours * 3_600_000)
        return refused("AuthFailure.SignatureExpire", { headers: { date } })(sent)
      }
      const { call, sent } = yield* cloud(always)
      assert.strictEqual((yield* settled(Effect.flip(call(Query, input)))).reason._tag, "ClockSkew")
      assert.deepStrictEqual(timestamps(yield* sent), [0, 28_800])
    })
  )
})

/** A source that has as many tokens as are given, and counts how often it was asked for another. */
const renewing = (...tokens: ReadonlyArray<string>) => {
  const all = tokens.map((token, index) => ({
    secretId: `AKID${index}`,
    secretKey: Redacted.make(`key ${index}`),
    token: Redacted.make(token)
  }))
  let current = 0
  let renewals = 0
  const renew = (refused: Credentials.Credential) =>
    Effect.suspend(() => {
      const last = all[all.length - 1] ?? refused
      renewals += 1
      current += 1
      return Effect.succeed(all[current] ?? last)
    }).pipe(Effect.delay("1 second"))
  const get = Effect.sync(() => all[current] ?? credential)
  return { layer: Layer.succeed(Credentials.Credentials, { get, renew }), renewals: () => renewals }
}

/** A service that takes one token only. */
const takes =
  (token: string): Answer =>
  (sent) =>
    (sent.headers["x-tc-token"] === token ? running : refused("AuthFailure.TokenFailure"))(sent)

const tokens = (sent: ReadonlyArray<Sent>) => sent.map(({ headers }) => headers["x-tc-token"])

describe("a token that the service refuses", () => {
  it.effect.each([Query, Submit])("is renewed once, and the request signed again at once (%#)", (operation) =>
    Effect.gen(function* () {
      const source = renewing("first", "second")
      const { layer, sent } = yield* cloudWith({ credentials: source.layer }, takes("second"))
      yield* settled(TencentCloud.call(operation, input)).pipe(Effect.provide(layer))
      assert.deepStrictEqual(tokens(yield* sent), ["first", "second"])
      assert.strictEqual(source.renewals(), 1)
    })
  )

  it.effect("is not renewed a second time when the new one is refused too", () =>
    Effect.gen(function* () {
      const source = renewing("first", "second", "third")
      const { layer, sent } = yield* cloudWith({ credentials: source.layer }, takes("third"))
      const error = yield* settled(Effect.flip(query)).pipe(Effect.provide(layer))
      assert.strictEqual(error.code, "AuthFailure.TokenFailure")
      assert.deepStrictEqual(tokens(yield* sent), ["first", "second"])
    })
  )

  it.effect("is final where the source has no other, or no other token", () =>
    Effect.gen(function* () {
      for (const credentials of [Credentials.layer(credential), renewing("first", "first").layer]) {
        const { layer, sent } = yield* cloudWith({ credentials }, refused("AuthFailure.TokenFailure"))
        const error = yield* settled(Effect.flip(query)).pipe(Effect.provide(layer))
        assert.strictEqual(error.code, "AuthFailure.TokenFailure")
        assert.strictEqual((yield* sent).length, 1)
      }
    })
  )

  it.effect("is told as the source's failure when the source has no other for a moment", () =>
    Effect.gen(function* () {
      const reason = new CredentialsError.SourceFailed({ description: "The role was taken away." })
      const failing = Layer.succeed(Credentials.Credentials, {
        get: Effect.succeed(credential),
        renew: () => Effect.fail(new CredentialsError.CredentialsError({ reason }))
      })
      const { layer } = yield* cloudWith({ credentials: failing }, refused("AuthFailure.TokenFailure"))
      const { message } = yield* settled(Effect.flip(query)).pipe(Effect.provide(layer))
      assert.strictEqual(message, "QueryHunyuanTo3DProJob: Nothing was sent: The role was taken away.")
    })
  )

  it.effect("can be renewed no longer once a submission is interrupted", () =>
    Effect.gen(function* () {
      const source = Layer.succeed(Credentials.Credentials, {
        get: Effect.succeed(credential),
        renew: () => Effect.never
      })
      const { layer } = yield* cloudWith({ credentials: source }, refused("AuthFailure.TokenFailure"))
      const call = Effect.uninterruptible(TencentCloud.call(Submit, input))
      const fiber = yield* Effect.forkChild(Effect.provide(call, layer))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
    })
  )
})

describe("an operation that is not safe to repeat, called so that its answer is not lost,", () => {
  const submit = TencentCloud.call(Submit, input).pipe(Effect.uninterruptible)

  it.effect("can be interrupted while it queues for a permit", () =>
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

  it.effect("keeps a failure after which it may have run, though its caller is interrupted", () =>
    Effect.gen(function* () {
      const failure = yield* Ref.make<unknown>(undefined)
      const { layer } = yield* cloud(slow("5 seconds", respond('{"Response":')))
      const fiber = yield* submit.pipe(
        Effect.tapError((error) => Ref.set(failure, error.reason._tag)),
        Effect.uninterruptible,
        Effect.provide(layer),
        Effect.forkChild
      )
      yield* TestClock.adjust("1 second")
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(interrupting)
      assert.strictEqual(yield* Ref.get(failure), "MalformedResponse")
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
      const patient = Policy.layer({ retry: Schedule.recurs(3) })
      const fiber = yield* Effect.forkChild(submit.pipe(Effect.flip, Effect.provide(layer), Effect.provide(patient)))
      yield* TestClock.adjust("10 seconds")
      assert.isDefined(fiber.pollUnsafe())
      assert.strictEqual((yield* Fiber.join(fiber)).reason._tag, "Timeout")
    })
  )
})
