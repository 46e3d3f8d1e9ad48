import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted } from "effect"
import * as TestClock from "effect/testing/TestClock"
import * as RateLimit from "../../../../src/cloud/RateLimit.ts"
import * as Signer from "../../../../src/cloud/Signer.ts"
import * as TencentCloud from "../../../../src/cloud/TencentCloud.ts"
import * as JobKind from "../../../../src/job/JobKind.ts"
import * as Fake from "../../../../src/testing/Fake.ts"
import { makeCallLimit } from "../../../../src/testing/internal/fake/callLimit.ts"
import { App, codeOf } from "./calls.ts"

describe("The fake's limit of calls", () => {
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

  it.effect("the library's own limiter never passes the limit of calls", () =>
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

  it("a limit that is no limit admits 100 000 calls in the same second", () => {
    const limit = makeCallLimit(Infinity)
    const admitted = Array.from({ length: 100_000 }, (_, i) => limit.admits("action", i / 100))
    assert.isTrue(admitted.every((admits) => admits))
  })

  it("a clock that is set back keeps no call away", () => {
    const limit = makeCallLimit(1)
    assert.isTrue(limit.admits("action", 10_000))
    assert.isFalse(limit.admits("action", 9001))
    assert.isTrue(limit.admits("action", 9000))
  })
})
