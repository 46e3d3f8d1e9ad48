import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Exit, Fiber, Layer, Redacted, Scope } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import * as Credentials from "../../../src/cloud/Credentials.ts"
import { CredentialsError, SourceFailed } from "../../../src/cloud/CredentialsError.ts"
import * as Endpoint from "../../../src/cloud/Endpoint.ts"
import { withLogs } from "../../support/logs.ts"
import { property } from "../../support/property.ts"

const failure = new CredentialsError({
  reason: new SourceFailed({ description: "The vault is sealed.", isRetryable: true })
})

/** A source whose fetches are numbered, take `takes`, and fail while `fails` is set. */
const makeSource = Effect.fnUntraced(function* (
  lifetime: Duration.Input = "1 hour",
  takes: Duration.Input = "1 second"
) {
  const source = { fetches: 0, underway: 0, atOnce: 0, ended: 0, fails: false }
  const fetch = Effect.gen(function* () {
    const number = ++source.fetches
    source.atOnce = Math.max(source.atOnce, ++source.underway)
    yield* Effect.sleep(takes)
    if (source.fails) return yield* failure
    const expiresAt = DateTime.addDuration(yield* DateTime.now, lifetime)
    return {
      secretId: `AKID${number}`,
      secretKey: Redacted.make("key"),
      token: Redacted.make(`token${number}`),
      expiresAt
    }
  }).pipe(
    Effect.ensuring(
      Effect.sync(() => {
        source.underway--
        source.ended++
      })
    )
  )
  const credentials = yield* Credentials.makeRefreshing(fetch)
  return { source, ...credentials, id: Effect.map(credentials.get, ({ secretId }) => secretId) }
})

/** Runs an effect while the virtual time goes on by that much. */
const during = Effect.fnUntraced(function* <A, E, R>(time: Duration.Input, effect: Effect.Effect<A, E, R>) {
  const fiber = yield* Effect.forkChild(effect)
  yield* TestClock.adjust(time)
  return yield* Fiber.join(fiber)
})

/** The answer of an effect that needs no time. */
const atOnce = <A, E, R>(effect: Effect.Effect<A, E, R>) => during("0 seconds", effect)

describe("Credentials.makeRefreshing", () => {
  it.effect("fetches nothing until somebody calls", () =>
    Effect.gen(function* () {
      const { source } = yield* makeSource()
      yield* TestClock.adjust("1 day")
      assert.strictEqual(source.fetches, 0)
    })
  )

  it.effect("fetches once for a thousand fibers", () =>
    Effect.gen(function* () {
      const { id, source } = yield* makeSource()
      const ids = yield* during(
        "1 second",
        Effect.all(
          Array.from({ length: 1000 }, () => id),
          { concurrency: "unbounded" }
        )
      )
      assert.deepStrictEqual(new Set(ids), new Set(["AKID1"]))
      assert.strictEqual(source.fetches, 1)
    })
  )

  it.effect("lets a thousand fibers fail together, and keeps no failure", () =>
    Effect.gen(function* () {
      const { id, source } = yield* makeSource()
      source.fails = true
      const all = Effect.all(
        Array.from({ length: 1000 }, () => Effect.flip(id)),
        { concurrency: "unbounded" }
      )
      const errors = yield* during("1 second", all)
      assert.isTrue(errors.every((error) => error === failure))
      assert.strictEqual(source.fetches, 1)
      source.fails = false
      assert.strictEqual(yield* during("1 second", id), "AKID2")
    })
  )

  it.effect("answers at once while the credential is far from its expiry", () =>
    Effect.gen(function* () {
      const { id, source } = yield* makeSource()
      yield* during("1 second", id)
      yield* TestClock.adjust("53 minutes")
      assert.strictEqual(yield* atOnce(id), "AKID1")
      assert.strictEqual(source.fetches, 1)
    })
  )

  it.effect("refreshes in the background before the expiry, and answers with the old one meanwhile", () =>
    Effect.gen(function* () {
      const { id, source } = yield* makeSource()
      yield* during("1 second", id)
      yield* TestClock.adjust("57 minutes")
      const ids = yield* atOnce(
        Effect.all(
          Array.from({ length: 1000 }, () => id),
          { concurrency: "unbounded" }
        )
      )
      assert.deepStrictEqual(new Set(ids), new Set(["AKID1"]))
      assert.strictEqual(source.fetches, 2)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* atOnce(id), "AKID2")
      assert.strictEqual(source.fetches, 2)
    })
  )

  it.effect("keeps a credential that never expires", () =>
    Effect.gen(function* () {
      let fetches = 0
      const secretKey = Redacted.make("key")
      const { get } = yield* Credentials.makeRefreshing(
        Effect.sync(() => ({ secretId: `AKID${++fetches}`, secretKey }))
      )
      yield* get
      yield* TestClock.adjust("1000 days")
      assert.strictEqual((yield* get).secretId, "AKID1")
    })
  )

  it.effect("refreshes one that lives for seconds in the last quarter of its time", () =>
    Effect.gen(function* () {
      const { id, source } = yield* makeSource("20 seconds", 0)
      yield* atOnce(id)
      yield* TestClock.adjust("13 seconds")
      yield* atOnce(id)
      assert.strictEqual(source.fetches, 1)
      yield* TestClock.adjust("4 seconds")
      yield* atOnce(id)
      assert.strictEqual(source.fetches, 2)
    })
  )

  it.effect("keeps the old credential when a refresh fails, and tries again after a pause", () =>
    Effect.gen(function* () {
      const { id, source } = yield* makeSource()
      yield* during("1 second", id)
      yield* TestClock.adjust("57 minutes")
      source.fails = true
      assert.strictEqual(yield* during("1 second", id), "AKID1")
      // No storm of refreshes within the pause.
      assert.strictEqual(yield* during("20 seconds", id), "AKID1")
      assert.strictEqual(source.fetches, 2)
      source.fails = false
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(yield* during("1 second", id), "AKID1")
      assert.strictEqual(yield* atOnce(id), "AKID3")
    })
  )

  it.effect("warns of a refresh that failed, to the loggers that stood where it was made", () =>
    Effect.gen(function* () {
      const { lines } = yield* withLogs(
        Effect.gen(function* () {
          const { id, source } = yield* makeSource()
          yield* during("1 second", id)
          yield* TestClock.adjust("57 minutes")
          source.fails = true
          yield* during("1 second", id)
        })
      )
      assert.deepStrictEqual(
        lines.map(({ level }) => level),
        ["Warn"]
      )
      assert.match(lines[0]?.text ?? "", /could not be refreshed.*The vault is sealed/)
    })
  )

  it.effect("waits for a new credential once the old one has expired, and fails with the source's error", () =>
    Effect.gen(function* () {
      const { id, source } = yield* makeSource()
      yield* during("1 second", id)
      yield* TestClock.adjust("1 hour")
      source.fails = true
      assert.strictEqual(yield* during("1 second", Effect.flip(id)), failure)
      assert.strictEqual(yield* during("1 second", Effect.flip(id)), failure)
      source.fails = false
      assert.strictEqual(yield* during("1 second", id), "AKID4")
    })
  )

  it.effect("hands out what was just fetched though it has expired by this machine's clock", () =>
    Effect.gen(function* () {
      const { id } = yield* makeSource(Duration.negate(Duration.hours(8)))
      assert.strictEqual(yield* during("1 second", id), "AKID1")
    })
  )

  it.effect("renews a refused credential once for all fibers that saw the refusal", () =>
    Effect.gen(function* () {
      const { get, renew, source } = yield* makeSource()
      const refused = yield* during("1 second", get)
      const all = Effect.all(
        Array.from({ length: 1000 }, () => renew(refused)),
        { concurrency: "unbounded" }
      )
      const renewed = yield* during("1 second", all)
      assert.deepStrictEqual(new Set(renewed.map(({ secretId }) => secretId)), new Set(["AKID2"]))
      // One that saw the refusal late.
      assert.strictEqual((yield* atOnce(renew(refused))).secretId, "AKID2")
      assert.strictEqual(source.fetches, 2)
    })
  )

  it.effect("shares a refresh that is under way with a renewal", () =>
    Effect.gen(function* () {
      const { get, renew, source } = yield* makeSource()
      const refused = yield* during("1 second", get)
      yield* TestClock.adjust("57 minutes")
      yield* atOnce(get)
      assert.strictEqual((yield* during("1 second", renew(refused))).secretId, "AKID2")
      assert.strictEqual(source.fetches, 2)
    })
  )

  it.effect("goes on with a fetch for the others when the fiber that began it is interrupted", () =>
    Effect.gen(function* () {
      const { id, source } = yield* makeSource()
      const first = yield* Effect.forkChild(id, { startImmediately: true })
      const second = yield* Effect.forkChild(id, { startImmediately: true })
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(second), "AKID1")
      assert.strictEqual(source.fetches, 1)
    })
  )

  it.effect("ends a fetch when its scope closes, though an uninterruptible fiber began it", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { id, source } = yield* Scope.provide(makeSource("1 hour", "Infinity"), scope)
      const waiting = yield* Effect.forkChild(Effect.uninterruptible(Effect.exit(id)), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(source.underway, 1)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(source.underway, 0)
      assert.isTrue(Exit.isFailure(yield* Fiber.join(waiting)))
      // Nothing is begun any more.
      assert.isTrue(Exit.isFailure(yield* Effect.exit(id)))
      assert.strictEqual(source.fetches, 1)
    })
  )

  it.effect("fetches with the settings where it was made, not with those of the caller", () =>
    Effect.gen(function* () {
      const secretKey = Redacted.make("key")
      const fetch = Effect.map(Endpoint.Endpoint, ({ region }) => ({ secretId: region, secretKey }))
      const layer = Layer.effect(Credentials.Credentials, Credentials.makeRefreshing(fetch)).pipe(
        Layer.provide(Endpoint.layer({ region: "na-siliconvalley" }))
      )
      const region = Credentials.Credentials.use(({ get }) => get).pipe(
        Effect.map(({ secretId }) => secretId),
        Effect.provide(Endpoint.layer({ region: "eu-frankfurt" })),
        Effect.provide(layer)
      )
      assert.strictEqual(yield* region, "na-siliconvalley")
    })
  )

  it.effect("tries again after a fetch that died", () =>
    Effect.gen(function* () {
      let fetches = 0
      const { get } = yield* Credentials.makeRefreshing(
        Effect.suspend(() =>
          ++fetches === 1 ? Effect.die("a bug") : Effect.succeed({ secretId: "AKID2", secretKey: Redacted.make("key") })
        )
      )
      assert.isTrue(Exit.isFailure(yield* Effect.exit(get)))
      assert.strictEqual((yield* get).secretId, "AKID2")
    })
  )

  const step = fc.oneof(
    fc.record({ do: fc.constant("get" as const), by: fc.nat(3) }),
    fc.record({ do: fc.constant("renew" as const), by: fc.nat(3) }),
    fc.record({ do: fc.constant("interrupt" as const), by: fc.nat(3) }),
    fc.record({ do: fc.constant("fail" as const), fails: fc.boolean() }),
    fc.record({ do: fc.constant("wait" as const), millis: fc.oneof(fc.nat(3000), fc.nat(60_000)) })
  )

  property(
    "never has two fetches under way, however calls, renewals, failures and interruptions follow each other",
    [fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 5 })],
    (steps, lifetime, takes) =>
      Effect.gen(function* () {
        const { get, renew, source } = yield* makeSource(Duration.seconds(lifetime), Duration.seconds(takes))
        const fibers = new Map<number, Fiber.Fiber<Credentials.Credential, CredentialsError>>()
        let seen: Credentials.Credential = { secretId: "none", secretKey: Redacted.make("") }
        const fork = (by: number, effect: Effect.Effect<Credentials.Credential, CredentialsError>) =>
          Effect.gen(function* () {
            const asked = effect.pipe(Effect.tap((credential) => Effect.sync(() => void (seen = credential))))
            fibers.set(by, yield* Effect.forkChild(asked))
          })
        for (const step of steps) {
          if (step.do === "get") yield* fork(step.by, get)
          if (step.do === "renew") yield* fork(step.by, renew(seen))
          if (step.do === "fail") source.fails = step.fails
          if (step.do === "wait") yield* TestClock.adjust(Duration.millis(step.millis))
          const fiber = step.do === "interrupt" ? fibers.get(step.by) : undefined
          if (fiber !== undefined) yield* Fiber.interrupt(fiber)
        }
        source.fails = false
        yield* TestClock.adjust("1 minute")
        const { expiresAt } = yield* during(Duration.seconds(takes), get)
        assert.isAtMost(source.atOnce, 1)
        assert.isDefined(expiresAt)
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(source.underway, 0)
      })
  )
})
