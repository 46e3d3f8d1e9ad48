import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import { property } from "../support/property.ts"

/** The `acquire` of a new process: its own build of the layer. */
const start = <R>(layer: Layer.Layer<RateLimit.RateLimit, never, R>) =>
  Effect.map(Layer.build(Layer.fresh(layer)), (context) => Context.get(context, RateLimit.RateLimit).acquire)

interface Caller {
  readonly at: number
  readonly leavesAt?: number | undefined
}

interface Grant {
  readonly caller: number
  readonly time: number
}

/**
 * Lets each caller come at its time and leave at its time, in milliseconds from now. The grants fill in, in the order
 * they come, as the test moves the clock.
 */
const play = Effect.fnUntraced(function* <E>(
  callers: ReadonlyArray<Caller>,
  acquire: (caller: number) => Effect.Effect<void, E>
) {
  const grants: Array<Grant> = []
  const zero = yield* Clock.monotonicTimeNanos
  for (const [caller, { at, leavesAt }] of callers.entries()) {
    const fiber = yield* Effect.forkChild(
      Effect.gen(function* () {
        yield* Effect.sleep(at)
        yield* acquire(caller)
        grants.push({ caller, time: Number((yield* Clock.monotonicTimeNanos) - zero) / 1_000_000 })
      })
    )
    if (leavesAt !== undefined) yield* Effect.forkChild(Effect.delay(Fiber.interrupt(fiber), leavesAt))
  }
  yield* TestClock.adjust(0)
  return grants
})

const atOnce = (count: number): ReadonlyArray<Caller> => Array.from({ length: count }, () => ({ at: 0 }))

const times = (grants: ReadonlyArray<Grant>) => grants.map(({ time }) => time)

/** The most grants in any rolling window, its end not included. */
const crowd = (times: ReadonlyArray<number>, window: number) =>
  Math.max(0, ...times.map((start) => times.filter((time) => time >= start && time < start + window).length))

interface Scenario {
  readonly limit: number
  readonly window: number
  readonly callers: ReadonlyArray<Caller>
}

const callers = (time: fc.Arbitrary<number>, patience: fc.Arbitrary<number>): fc.Arbitrary<ReadonlyArray<Caller>> =>
  fc.array(
    fc
      .record({ at: time, patience: fc.option(patience) })
      .map(({ at, patience }) => ({ at, leavesAt: patience === null ? undefined : at + patience })),
    { maxLength: 30, size: "max" }
  )

const limit = fc.integer({ min: 1, max: 5 })

// Callers come and slots fall due on even milliseconds, callers leave on odd ones: what comes first is never open.
const even = (max: number) => fc.nat(max / 2).map((half) => half * 2)
const odd = (max: number) => even(max).map((even) => even + 1)

const scenario: fc.Arbitrary<Scenario> = fc.record({
  limit,
  window: even(58).map((window) => window + 2),
  callers: callers(even(160), odd(120))
})

const micros = (max: number) => fc.nat(max * 1000).map((micros) => micros / 1000)

/** Everything can fall together. */
const crowded: fc.Arbitrary<Scenario> = fc.record({
  limit,
  window: fc.integer({ min: 1, max: 60 }),
  callers: callers(fc.nat(160), fc.nat(120))
})

/** Everything can fall between two milliseconds. */
const ragged: fc.Arbitrary<Scenario> = fc.record({
  limit,
  window: micros(60).map((window) => window + 0.001),
  callers: callers(micros(160), micros(120))
})

const playLocal = Effect.fnUntraced(function* ({ limit, window, callers }: Scenario) {
  const acquire = yield* start(RateLimit.layer({ limit, window }))
  const grants = yield* play(callers, () => acquire("key"))
  yield* TestClock.adjust("1 minute")
  return grants
})

/** What the ceiling allows at best, first come first served: to each caller in turn, unless it has left by then. */
const model = ({ limit, window, callers }: Scenario) => {
  const grants: Array<Grant> = []
  const arrivals = [...callers.entries()].toSorted(([, a], [, b]) => a.at - b.at)
  for (const [caller, { at, leavesAt = Infinity }] of arrivals) {
    const time = Math.max(at, grants.at(-1)?.time ?? 0, (grants.at(-limit)?.time ?? -window) + window)
    if (time < leavesAt) grants.push({ caller, time })
  }
  return grants
}

/** A law of generated cases, each in a virtual time of its own. */
const law = <A>(
  title: string,
  arbitrary: fc.Arbitrary<A>,
  check: (a: A) => Effect.Effect<void, unknown, Scope.Scope>
) => property(title, [arbitrary], check, { runs: 300 })

describe("layer, for any callers", () => {
  law(
    "no rolling window holds more than the limit, at any date",
    fc.tuple(fc.oneof(crowded, ragged), fc.constantFrom(0, 1_790_000_000_000)),
    Effect.fnUntraced(function* ([scenario, date]) {
      yield* TestClock.setTime(date)
      const nanos = times(yield* playLocal(scenario)).map((time) => Math.round(time * 1_000_000))
      assert.isAtMost(crowd(nanos, Math.round(scenario.window * 1_000_000)), scenario.limit)
    })
  )

  law(
    "everyone who stays gets a slot",
    fc.oneof(crowded, ragged),
    Effect.fnUntraced(function* (scenario) {
      const granted = new Set((yield* playLocal(scenario)).map(({ caller }) => caller))
      assert.isTrue(scenario.callers.every(({ leavesAt }, caller) => leavesAt !== undefined || granted.has(caller)))
    })
  )

  law(
    "slots are granted in the order of arrival",
    scenario,
    Effect.fnUntraced(function* (scenario) {
      const granted = (yield* playLocal(scenario)).map(({ caller }) => caller)
      const at = (caller: number) => scenario.callers[caller]?.at ?? NaN
      assert.deepStrictEqual(
        granted,
        granted.toSorted((a, b) => at(a) - at(b) || a - b)
      )
    })
  )

  law(
    "every slot is granted at the earliest time that the ceiling allows",
    scenario,
    Effect.fnUntraced(function* (scenario) {
      assert.deepStrictEqual(yield* playLocal(scenario), model(scenario))
    })
  )

  law(
    "callers that leave without a slot leave no trace",
    scenario,
    Effect.fnUntraced(function* (scenario) {
      const grants = yield* playLocal(scenario)
      const granted = new Set(grants.map(({ caller }) => caller))
      const callers = scenario.callers.filter((_, caller) => granted.has(caller))
      assert.deepStrictEqual(times(yield* playLocal({ ...scenario, callers })), times(grants))
    })
  )
})

describe("layer", () => {
  it.effect("twenty slots go at once, and the next one second after the first", () =>
    Effect.gen(function* () {
      const acquire = yield* start(RateLimit.layer())
      const grants = yield* play(atOnce(21), () => acquire("key"))
      assert.deepStrictEqual(
        times(grants),
        Array.from({ length: 20 }, () => 0)
      )
      yield* TestClock.adjust(999)
      assert.strictEqual(grants.length, 20)
      yield* TestClock.adjust(1)
      assert.strictEqual(grants.length, 21)
    })
  )

  it.effect("an option that is undefined keeps its default", () =>
    Effect.gen(function* () {
      const acquire = yield* start(RateLimit.layer({ limit: undefined, window: undefined }))
      const grants = yield* play(atOnce(21), () => acquire("key"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants).slice(19), [0, 1000])
    })
  )

  it.effect("after 180 interruptions the next caller does not wait for their places", () =>
    Effect.gen(function* () {
      const acquire = yield* start(RateLimit.layer())
      yield* play(atOnce(20), () => acquire("key"))
      const impatient = yield* Effect.forEach(atOnce(180), () => Effect.forkChild(acquire("key")))
      yield* TestClock.adjust(500)
      yield* Fiber.interruptAll(impatient)
      const next = yield* play([{ at: 0 }], () => acquire("key"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(next), [500])
    })
  )

  it.effect("when the head of the queue leaves, the next caller gets its slot", () =>
    Effect.gen(function* () {
      const acquire = yield* start(RateLimit.layer({ limit: 1, window: 100 }))
      const grants = yield* play([{ at: 0 }, { at: 1, leavesAt: 99 }, { at: 2 }], () => acquire("key"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(grants, [
        { caller: 0, time: 0 },
        { caller: 2, time: 100 }
      ])
    })
  )

  it.effect("ten thousand waiters are served at twenty a second", () =>
    Effect.gen(function* () {
      const acquire = yield* start(RateLimit.layer())
      const grants = yield* play(atOnce(10_000), () => acquire("key"))
      yield* TestClock.adjust("499 seconds")
      assert.deepStrictEqual(
        times(grants),
        Array.from({ length: 10_000 }, (_, caller) => Math.floor(caller / 20) * 1000)
      )
    })
  )

  it.effect("ten thousand waiters whose slots fall due together are served together", () =>
    Effect.gen(function* () {
      const acquire = yield* start(RateLimit.layer({ limit: 10_000 }))
      const grants = yield* play(atOnce(20_000), () => acquire("key"))
      assert.strictEqual(grants.length, 10_000)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(grants.length, 20_000)
    })
  )

  it.effect("keys do not disturb one another", () =>
    Effect.gen(function* () {
      const acquire = yield* start(RateLimit.layer({ limit: 1, window: 100 }))
      const grants = yield* play(atOnce(6), (caller) => acquire(caller % 2 === 0 ? "host/Query" : "host/Submit"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants), [0, 0, 100, 100, 200, 200])
    })
  )

  it.effect("a wall clock that is set back does not stall the queue", () =>
    Effect.gen(function* () {
      const acquire = yield* start(RateLimit.layer({ limit: 1, window: 100 }))
      yield* TestClock.setTime(3_600_000)
      yield* acquire("key")
      yield* TestClock.setTime(0)
      const grants = yield* play([{ at: 0 }], () => acquire("key"))
      yield* TestClock.adjust(100)
      assert.deepStrictEqual(times(grants), [100])
    })
  )

  it.effect("a wall clock that is set forward breaks no ceiling", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const anHourAhead: Clock.Clock = {
        ...clock,
        currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + 3_600_000,
        currentTimeMillis: Effect.map(clock.currentTimeMillis, (millis) => millis + 3_600_000),
        currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe() + 3_600_000_000_000n,
        currentTimeNanos: Effect.map(clock.currentTimeNanos, (nanos) => nanos + 3_600_000_000_000n)
      }
      const acquire = yield* start(RateLimit.layer({ limit: 1, window: 100 }))
      yield* acquire("key")
      const grants = yield* play([{ at: 0 }], () => Effect.provideService(acquire("key"), Clock.Clock, anHourAhead))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants), [100])
    })
  )

  it.effect("a timer that fires early grants nothing early", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const hasty: Clock.Clock = { ...clock, sleep: (duration) => clock.sleep(Duration.times(duration, 0.9)) }
      const acquire = yield* start(RateLimit.layer({ limit: 1, window: 100 }))
      const grants = yield* play(atOnce(2), () => Effect.provideService(acquire("key"), Clock.Clock, hasty))
      yield* TestClock.adjust("1 minute")
      const [first = NaN, second = NaN] = times(grants)
      assert.isAtLeast(second - first, 100)
      assert.isBelow(second - first, 101)
    })
  )

  it.live("real timers keep the ceiling too", () =>
    Effect.gen(function* () {
      const acquire = yield* start(RateLimit.layer({ window: "100 millis" }))
      yield* acquire("warm up")
      const grants = yield* Effect.forEach(atOnce(60), () => Effect.map(acquire("key"), () => performance.now()), {
        concurrency: "unbounded"
      })
      // A busy machine can stop between a grant and its reading, so readings may lie a little closer than grants.
      assert.isAtMost(crowd(grants, 95), 20)
    })
  )
})

const storeInMemory = Effect.map(
  Layer.build(Layer.fresh(RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory)))),
  Context.get(RateLimiter.RateLimiter)
)

/** A process that shares the limiter with others. */
const startShared = (limiter: RateLimiter.RateLimiter, options?: RateLimit.Options) =>
  start(RateLimit.layerShared(options).pipe(Layer.provide(Layer.succeed(RateLimiter.RateLimiter, limiter))))

/** The limiter at a distance: each request and each answer takes `latency`. */
const far = (limiter: RateLimiter.RateLimiter, latency: number): RateLimiter.RateLimiter => ({
  ...limiter,
  consume: (options) => limiter.consume(options).pipe(Effect.delay(latency), Effect.tap(Effect.sleep(latency)))
})

describe("layerShared, for any callers", () => {
  law(
    "two processes with one store never pass the limit together, however far the store",
    fc.tuple(crowded, fc.constantFrom(0, 3, 40)),
    Effect.fnUntraced(function* ([{ limit, window, callers }, latency]) {
      const limiter = far(yield* storeInMemory, latency)
      const here = yield* startShared(limiter, { limit, window })
      const there = yield* startShared(limiter, { limit, window })
      const grants = yield* play(callers, (caller) => (caller % 2 === 0 ? here("key") : there("key")))
      yield* TestClock.adjust("1 minute")
      assert.isAtMost(crowd(times(grants), window), limit)
    })
  )

  law(
    "two busy processes use the whole limit, in whole milliseconds",
    fc.record({ limit, window: fc.integer({ min: 1, max: 200 }), count: fc.integer({ min: 1, max: 20 }) }),
    Effect.fnUntraced(function* ({ limit, window, count }) {
      const limiter = yield* storeInMemory
      const here = yield* startShared(limiter, { limit, window })
      const there = yield* startShared(limiter, { limit, window })
      const grants = yield* play(atOnce(2 * count), (caller) => (caller < count ? here("key") : there("key")))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(
        times(grants),
        Array.from({ length: 2 * count }, (_, index) => index * Math.ceil(window / limit))
      )
    })
  )

  law(
    "while others wait, callers that leave without a slot leave no trace",
    fc.record({ limit, slot: even(58).map((slot) => slot + 2), callers: callers(fc.constant(0), odd(500)) }),
    Effect.fnUntraced(function* ({ limit, slot, callers }) {
      const acquire = yield* startShared(yield* storeInMemory, { limit, window: limit * slot })
      const grants = yield* play([...callers, { at: 0 }], () => acquire("key"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(
        times(grants),
        grants.map((_, index) => index * slot)
      )
    })
  )
})

describe("layerShared", () => {
  it.effect("two processes get twenty slots in a second between them, one each 50 ms", () =>
    Effect.gen(function* () {
      const limiter = yield* storeInMemory
      const here = yield* startShared(limiter)
      const there = yield* startShared(limiter)
      const grants = yield* play(atOnce(40), (caller) => (caller < 20 ? here("key") : there("key")))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(
        times(grants),
        Array.from({ length: 40 }, (_, index) => index * 50)
      )
    })
  )

  it.effect("keys do not disturb one another", () =>
    Effect.gen(function* () {
      const acquire = yield* startShared(yield* storeInMemory)
      const grants = yield* play(atOnce(4), (caller) => acquire(caller % 2 === 0 ? "host/Query" : "host/Submit"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants), [0, 0, 50, 50])
    })
  )

  it.effect("after 180 interruptions the next caller does not wait for their places", () =>
    Effect.gen(function* () {
      const acquire = yield* startShared(yield* storeInMemory)
      yield* acquire("key")
      const impatient = yield* Effect.forEach(atOnce(180), () => Effect.forkChild(acquire("key")))
      yield* TestClock.adjust(25)
      yield* Fiber.interruptAll(impatient)
      const next = yield* play([{ at: 0 }], () => acquire("key"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(next), [25])
    })
  )

  it.effect("a slot that nobody used in time is not used later", () =>
    Effect.gen(function* () {
      const limiter = yield* storeInMemory
      const here = yield* startShared(limiter)
      const there = yield* startShared(limiter)
      yield* play([{ at: 0 }, { at: 0, leavesAt: 25 }], () => here("key"))
      yield* TestClock.adjust("1 minute")
      const grants = yield* play(atOnce(2), (caller) => (caller === 0 ? there("key") : here("key")))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants), [0, 50])
    })
  )

  it.effect("a store that loses its state lets no process pass the limit", () =>
    Effect.gen(function* () {
      const forgetful = yield* storeInMemory
      const acquire = yield* startShared({
        ...forgetful,
        consume: (options) => forgetful.consume({ ...options, onExceeded: "fail", limit: Infinity })
      })
      const grants = yield* play(atOnce(21), () => acquire("key"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants).slice(19), [0, 1000])
    })
  )

  it.effect("a store that fails is a RateLimitUnavailable with its cause, and costs no slot", () =>
    Effect.gen(function* () {
      const limiter = yield* storeInMemory
      const cause = new RateLimiter.RateLimiterError({
        reason: new RateLimiter.RateLimitStoreError({ message: "connection refused" })
      })
      let down = true
      const acquire = yield* startShared({
        ...limiter,
        consume: (options) => (down ? Effect.fail(cause) : limiter.consume(options))
      })
      const errors = yield* Effect.forEach(atOnce(25), () => Effect.flip(acquire("host/Action")), {
        concurrency: "unbounded"
      })
      for (const error of errors) {
        assert.instanceOf(error, RateLimit.RateLimitUnavailable)
        assert.strictEqual(error.key, "host/Action")
        assert.strictEqual(error.cause, cause)
        assert.include(error.message, "host/Action")
      }
      down = false
      assert.deepStrictEqual(times(yield* play([{ at: 0 }], () => acquire("host/Action"))), [0])
    })
  )
})

describe("layerNone", () => {
  it.effect("never waits", () =>
    Effect.gen(function* () {
      const acquire = yield* start(RateLimit.layerNone)
      assert.strictEqual((yield* play(atOnce(1000), () => acquire("key"))).length, 1000)
    })
  )
})

describe("options", () => {
  const bad: ReadonlyArray<RateLimit.Options> = [
    { limit: 0 },
    { limit: -1 },
    { limit: 1.5 },
    { limit: NaN },
    { limit: Infinity },
    { window: 0 },
    { window: "-1 second" },
    { window: Infinity },
    { window: NaN }
  ]
  for (const options of bad) {
    const [name = ""] = Object.keys(options)
    it.effect(`a layer with ${name} ${Object.values(options).join()} dies with a RangeError that names it`, () =>
      Effect.gen(function* () {
        for (const layer of [start(RateLimit.layer(options)), startShared(yield* storeInMemory, options)]) {
          const cause = yield* Effect.flip(Effect.sandbox(layer))
          assert.isTrue(Cause.hasDies(cause))
          const defect = Cause.squash(cause)
          assert.instanceOf(defect, RangeError)
          assert.include(defect.message, name)
        }
      })
    )
  }
})
