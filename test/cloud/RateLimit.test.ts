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

/** The limiter of a new process: its own build of the layer. */
const start = <R>(layer: Layer.Layer<RateLimit.RateLimit, never, R>) =>
  Effect.map(Layer.build(Layer.fresh(layer)), (context) => Context.get(context, RateLimit.RateLimit))

interface Caller {
  readonly at: number
  /** How long the answer to the caller's request takes. */
  readonly takes?: number | undefined
  /** When in that time the request arrives, from 0 to 1. */
  readonly arrives?: number | undefined
  readonly leavesAt?: number | undefined
}

interface Grant {
  readonly caller: number
  readonly time: number
}

interface Request extends Grant {
  /** When its answer came, or when it failed. */
  readonly end: number
}

/**
 * Lets each caller come at its time, send a request when it has its permit, and leave at its time, in milliseconds from
 * now. A request that is sent gets its answer, whether its caller leaves or not. The grants, and the requests that have
 * ended, fill in as the test moves the clock.
 */
const play = Effect.fnUntraced(function* <E>(
  callers: ReadonlyArray<Caller>,
  acquire: (caller: number) => Effect.Effect<void, E, Scope.Scope>
) {
  const grants: Array<Grant> = []
  const requests: Array<Request> = []
  const zero = yield* Clock.monotonicTimeNanos
  const now = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos - zero) / 1_000_000)
  for (const [caller, { at, takes = 0, leavesAt }] of callers.entries()) {
    const attempt = Effect.gen(function* () {
      yield* Effect.interruptible(acquire(caller))
      const grant = { caller, time: yield* now }
      grants.push(grant)
      if (takes > 0) yield* Effect.sleep(takes)
      requests.push({ ...grant, end: yield* now })
    }).pipe(Effect.scoped, Effect.uninterruptible)
    const fiber = yield* Effect.forkChild(Effect.andThen(Effect.sleep(at), attempt))
    if (leavesAt !== undefined) yield* Effect.forkChild(Effect.delay(Fiber.interrupt(fiber), leavesAt))
  }
  yield* TestClock.adjust(0)
  return { grants, requests }
})

const atOnce = (count: number): ReadonlyArray<Caller> => Array.from({ length: count }, () => ({ at: 0 }))

const times = (grants: ReadonlyArray<Grant>) => grants.map(({ time }) => time)

/** The most grants in any rolling window, its end not included. */
const crowd = (times: ReadonlyArray<number>, window: number) =>
  Math.max(0, ...times.map((start) => times.filter((time) => time >= start && time < start + window).length))

interface Scenario {
  readonly limit: number
  readonly window: number
  readonly countFrom: "answer" | "grant"
  readonly callers: ReadonlyArray<Caller>
}

const callers = (
  time: fc.Arbitrary<number>,
  takes: fc.Arbitrary<number>,
  patience: fc.Arbitrary<number>
): fc.Arbitrary<ReadonlyArray<Caller>> =>
  fc.array(
    fc
      .record({ at: time, takes, arrives: fc.constantFrom(0, 0.3, 0.9, 1), patience: fc.option(patience) })
      .map(({ patience, ...caller }) => ({
        ...caller,
        leavesAt: patience === null ? undefined : caller.at + patience
      })),
    { maxLength: 30, size: "max" }
  )

const limit = fc.integer({ min: 1, max: 5 })
const countFrom = fc.constantFrom<Scenario["countFrom"]>("answer", "grant")

// Callers come, requests end and permits fall due on even milliseconds, callers leave on odd ones: what comes first is
// never open.
const even = (max: number) => fc.nat(max / 2).map((half) => half * 2)
const odd = (max: number) => even(max).map((even) => even + 1)

const scenario: fc.Arbitrary<Scenario> = fc.record({
  limit,
  window: even(58).map((window) => window + 2),
  countFrom,
  callers: callers(even(160), even(100), odd(120))
})

const micros = (max: number) => fc.nat(max * 1000).map((micros) => micros / 1000)

/** Everything can fall together. */
const crowded: fc.Arbitrary<Scenario> = fc.record({
  limit,
  window: fc.integer({ min: 1, max: 60 }),
  countFrom,
  callers: callers(fc.nat(160), fc.nat(100), fc.nat(120))
})

/** Everything can fall between two milliseconds. */
const ragged: fc.Arbitrary<Scenario> = fc.record({
  limit,
  window: micros(60).map((window) => window + 0.001),
  countFrom,
  callers: callers(micros(160), micros(100), micros(120))
})

const playLocal = Effect.fnUntraced(function* ({ callers, ...options }: Scenario) {
  const { acquireScoped } = yield* start(RateLimit.layer(options))
  const played = yield* play(callers, () => acquireScoped("key"))
  yield* TestClock.adjust("1 minute")
  return played
})

/** What the ceiling allows at best, first come first served: to each caller in turn, unless it has left by then. */
const model = ({ limit, window, countFrom, callers }: Scenario) => {
  const grants: Array<Grant> = []
  const counting: Array<number> = []
  const arrivals = [...callers.entries()].toSorted(([, a], [, b]) => a.at - b.at)
  for (const [caller, { at, takes = 0, leavesAt = Infinity }] of arrivals) {
    const since = counting.toSorted((a, b) => a - b)[grants.length - limit] ?? -window
    const time = Math.max(at, grants.at(-1)?.time ?? 0, since + window)
    if (time >= leavesAt) continue
    grants.push({ caller, time })
    counting.push(countFrom === "answer" ? time + takes : time)
  }
  return grants
}

describe("layer, for any callers", () => {
  const runs = { runs: 200 }
  const nanos = (millis: number) => Math.round(millis * 1_000_000)

  property(
    "a service sees no more requests in any rolling window than the limit, whenever before its answer each arrives",
    [fc.oneof(crowded, ragged)],
    Effect.fnUntraced(function* (scenario) {
      const { requests } = yield* playLocal({ ...scenario, countFrom: "answer" })
      const arrives = (caller: number) => scenario.callers[caller]?.arrives ?? NaN
      const arrivals = requests.map(({ caller, time, end }) => nanos(time + (end - time) * arrives(caller)))
      assert.isAtMost(crowd(arrivals, nanos(scenario.window)), scenario.limit)
    }),
    runs
  )

  property(
    "no rolling window holds more grants than the limit, at any date",
    [fc.oneof(crowded, ragged), fc.constantFrom(0, 1_790_000_000_000)],
    Effect.fnUntraced(function* (scenario, date) {
      yield* TestClock.setTime(date)
      const { grants } = yield* playLocal(scenario)
      assert.isAtMost(crowd(times(grants).map(nanos), nanos(scenario.window)), scenario.limit)
    }),
    runs
  )

  property(
    "everyone who stays gets a permit",
    [fc.oneof(crowded, ragged)],
    Effect.fnUntraced(function* (scenario) {
      const granted = new Set((yield* playLocal(scenario)).grants.map(({ caller }) => caller))
      assert.isTrue(scenario.callers.every(({ leavesAt }, caller) => leavesAt !== undefined || granted.has(caller)))
    }),
    runs
  )

  property(
    "permits are granted in the order of arrival, each at the earliest time that the ceiling allows",
    [scenario],
    Effect.fnUntraced(function* (scenario) {
      assert.deepStrictEqual((yield* playLocal(scenario)).grants, model(scenario))
    }),
    runs
  )

  property(
    "callers that leave without a permit leave no trace",
    [scenario],
    Effect.fnUntraced(function* (scenario) {
      const { grants } = yield* playLocal(scenario)
      const granted = new Set(grants.map(({ caller }) => caller))
      const callers = scenario.callers.filter((_, caller) => granted.has(caller))
      assert.deepStrictEqual(times((yield* playLocal({ ...scenario, callers })).grants), times(grants))
    }),
    runs
  )
})

describe("layer", () => {
  it.effect("twenty permits are granted at once, and the next one second after the first", () =>
    Effect.gen(function* () {
      const { acquire } = yield* start(RateLimit.layer())
      const { grants } = yield* play(atOnce(21), () => acquire("key"))
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

  it.effect("a permit counts from the end of its scope, and is held until then", () =>
    Effect.gen(function* () {
      const { acquireScoped } = yield* start(RateLimit.layer({ limit: 2, window: 100 }))
      const callers = [{ at: 0, takes: 70 }, { at: 0, takes: 5000 }, { at: 0 }, { at: 0 }]
      const { grants } = yield* play(callers, () => acquireScoped("key"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants), [0, 0, 170, 270])
    })
  )

  it.effect("a permit counts from the end of an attempt that failed or was interrupted, too", () =>
    Effect.gen(function* () {
      const { acquireScoped } = yield* start(RateLimit.layer({ limit: 2, window: 100 }))
      const attempt = (outcome: Effect.Effect<void, string>) =>
        Effect.forkChild(Effect.scoped(Effect.andThen(acquireScoped("key"), outcome)))
      yield* attempt(Effect.delay(Effect.fail("no answer"), 30))
      const interrupted = yield* attempt(Effect.never)
      const { grants } = yield* play(atOnce(2), () => acquireScoped("key"))
      yield* TestClock.adjust(50)
      yield* Fiber.interrupt(interrupted)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants), [130, 150])
    })
  )

  it.effect("counted from the grant, a permit does not wait for the end of its scope", () =>
    Effect.gen(function* () {
      const { acquireScoped } = yield* start(RateLimit.layer({ limit: 1, window: 100, countFrom: "grant" }))
      const { grants } = yield* play([{ at: 0, takes: 5000 }, { at: 0 }], () => acquireScoped("key"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants), [0, 100])
    })
  )

  it.effect("both kinds of permit share one limit", () =>
    Effect.gen(function* () {
      const { acquire, acquireScoped } = yield* start(RateLimit.layer({ limit: 2, window: 100 }))
      const callers = Array.from({ length: 6 }, () => ({ at: 0, takes: 20 }))
      const { grants } = yield* play(callers, (caller) => (caller % 2 === 0 ? acquire("key") : acquireScoped("key")))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants), [0, 0, 100, 120, 200, 240])
    })
  )

  it.effect("a caller that cannot be interrupted waits on for its permit", () =>
    Effect.gen(function* () {
      const { acquire } = yield* start(RateLimit.layer({ limit: 1, window: 100 }))
      yield* acquire("key")
      const fiber = yield* Effect.forkChild(Effect.uninterruptible(acquire("key")))
      yield* Effect.forkChild(Effect.delay(Fiber.interrupt(fiber), 50))
      const { grants } = yield* play([{ at: 60 }], () => acquire("key"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants), [200])
    })
  )

  it.effect("an option that is undefined keeps its default", () =>
    Effect.gen(function* () {
      const { acquire } = yield* start(RateLimit.layer({ limit: undefined, window: undefined, countFrom: undefined }))
      const { grants } = yield* play(atOnce(21), () => acquire("key"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants).slice(19), [0, 1000])
    })
  )

  it.effect("after 180 interruptions the next caller does not wait for their places", () =>
    Effect.gen(function* () {
      const { acquire } = yield* start(RateLimit.layer())
      yield* play(atOnce(20), () => acquire("key"))
      const impatient = yield* Effect.forEach(atOnce(180), () => Effect.forkChild(acquire("key")))
      yield* TestClock.adjust(500)
      yield* Fiber.interruptAll(impatient)
      const { grants: next } = yield* play([{ at: 0 }], () => acquire("key"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(next), [500])
    })
  )

  it.effect("when the head of the queue leaves, the next caller gets its permit", () =>
    Effect.gen(function* () {
      const { acquire } = yield* start(RateLimit.layer({ limit: 1, window: 100 }))
      const { grants } = yield* play([{ at: 0 }, { at: 1, leavesAt: 99 }, { at: 2 }], () => acquire("key"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(grants, [
        { caller: 0, time: 0 },
        { caller: 2, time: 100 }
      ])
    })
  )

  it.effect("two thousand waiters are served at twenty a second", () =>
    Effect.gen(function* () {
      const { acquireScoped } = yield* start(RateLimit.layer())
      const { grants } = yield* play(atOnce(2000), () => acquireScoped("key"))
      yield* TestClock.adjust("99 seconds")
      assert.deepStrictEqual(
        times(grants),
        Array.from({ length: 2000 }, (_, caller) => Math.floor(caller / 20) * 1000)
      )
    })
  )

  it.effect("two thousand waiters whose permits fall due together are served together", () =>
    Effect.gen(function* () {
      const { acquireScoped } = yield* start(RateLimit.layer({ limit: 2000 }))
      const { grants } = yield* play(atOnce(4000), () => acquireScoped("key"))
      assert.strictEqual(grants.length, 2000)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(grants.length, 4000)
    })
  )

  it.effect("keys do not disturb one another", () =>
    Effect.gen(function* () {
      const { acquire } = yield* start(RateLimit.layer({ limit: 1, window: 100 }))
      const { grants } = yield* play(atOnce(6), (caller) => acquire(caller % 2 === 0 ? "host/Query" : "host/Submit"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants), [0, 0, 100, 100, 200, 200])
    })
  )

  it.effect("a wall clock that is set back does not stall the queue", () =>
    Effect.gen(function* () {
      const { acquire } = yield* start(RateLimit.layer({ limit: 1, window: 100 }))
      yield* TestClock.setTime(3_600_000)
      yield* acquire("key")
      yield* TestClock.setTime(0)
      const { grants } = yield* play([{ at: 0 }], () => acquire("key"))
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
      const { acquire } = yield* start(RateLimit.layer({ limit: 1, window: 100 }))
      yield* acquire("key")
      const { grants } = yield* play([{ at: 0 }], () => Effect.provideService(acquire("key"), Clock.Clock, anHourAhead))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants), [100])
    })
  )

  it.effect("a timer that fires early grants nothing early", () =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const hasty: Clock.Clock = { ...clock, sleep: (duration) => clock.sleep(Duration.times(duration, 0.9)) }
      const { acquire } = yield* start(RateLimit.layer({ limit: 1, window: 100 }))
      const { grants } = yield* play(atOnce(2), () => Effect.provideService(acquire("key"), Clock.Clock, hasty))
      yield* TestClock.adjust("1 minute")
      const [first = NaN, second = NaN] = times(grants)
      assert.isAtLeast(second - first, 100)
      assert.isBelow(second - first, 101)
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
  property(
    "two processes with one store never pass the limit together, however far the store",
    [crowded, fc.constantFrom(0, 3, 40)],
    Effect.fnUntraced(function* ({ limit, window, callers }, latency) {
      const limiter = far(yield* storeInMemory, latency)
      const here = yield* startShared(limiter, { limit, window })
      const there = yield* startShared(limiter, { limit, window })
      const { grants } = yield* play(callers, (caller) =>
        caller % 2 === 0 ? here.acquire("key") : there.acquire("key")
      )
      yield* TestClock.adjust("1 minute")
      assert.isAtMost(crowd(times(grants), window), limit)
    }),
    { runs: 200 }
  )

  property(
    "two busy processes use the whole limit, in whole milliseconds",
    [limit, fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 20 })],
    Effect.fnUntraced(function* (limit, window, count) {
      const limiter = yield* storeInMemory
      const here = yield* startShared(limiter, { limit, window })
      const there = yield* startShared(limiter, { limit, window })
      const { grants } = yield* play(atOnce(2 * count), (caller) =>
        caller < count ? here.acquire("key") : there.acquire("key")
      )
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(
        times(grants),
        Array.from({ length: 2 * count }, (_, index) => index * Math.ceil(window / limit))
      )
    }),
    { runs: 200 }
  )

  property(
    "while others wait, callers that leave without a permit leave no trace",
    [limit, even(58).map((pace) => pace + 2), callers(fc.constant(0), fc.constant(0), odd(500))],
    Effect.fnUntraced(function* (limit, pace, callers) {
      const { acquire } = yield* startShared(yield* storeInMemory, { limit, window: limit * pace })
      const { grants } = yield* play([...callers, { at: 0 }], () => acquire("key"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(
        times(grants),
        grants.map((_, index) => index * pace)
      )
    }),
    { runs: 200 }
  )
})

describe("layerShared", () => {
  it.effect("two processes get twenty permits in a second between them, one each 50 ms", () =>
    Effect.gen(function* () {
      const limiter = yield* storeInMemory
      const here = yield* startShared(limiter)
      const there = yield* startShared(limiter)
      const { grants } = yield* play(atOnce(40), (caller) => (caller < 20 ? here.acquire("key") : there.acquire("key")))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(
        times(grants),
        Array.from({ length: 40 }, (_, index) => index * 50)
      )
    })
  )

  it.effect("keys do not disturb one another", () =>
    Effect.gen(function* () {
      const { acquire } = yield* startShared(yield* storeInMemory)
      const { grants } = yield* play(atOnce(4), (caller) => acquire(caller % 2 === 0 ? "host/Query" : "host/Submit"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants), [0, 0, 50, 50])
    })
  )

  it.effect("after 180 interruptions the next caller does not wait for their places", () =>
    Effect.gen(function* () {
      const { acquire } = yield* startShared(yield* storeInMemory)
      yield* acquire("key")
      const impatient = yield* Effect.forEach(atOnce(180), () => Effect.forkChild(acquire("key")))
      yield* TestClock.adjust(25)
      yield* Fiber.interruptAll(impatient)
      const { grants: next } = yield* play([{ at: 0 }], () => acquire("key"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(next), [25])
    })
  )

  it.effect("a permit that nobody used in time is not used later", () =>
    Effect.gen(function* () {
      const limiter = yield* storeInMemory
      const here = yield* startShared(limiter)
      const there = yield* startShared(limiter)
      yield* play([{ at: 0 }, { at: 0, leavesAt: 25 }], () => here.acquire("key"))
      yield* TestClock.adjust("1 minute")
      const { grants } = yield* play(atOnce(2), (caller) => (caller === 0 ? there.acquire("key") : here.acquire("key")))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants), [0, 50])
    })
  )

  it.effect("a store that loses its state lets no process pass the limit", () =>
    Effect.gen(function* () {
      const forgetful = yield* storeInMemory
      const { acquire } = yield* startShared({
        ...forgetful,
        consume: (options) => forgetful.consume({ ...options, onExceeded: "fail", limit: Infinity })
      })
      const { grants } = yield* play(atOnce(21), () => acquire("key"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(times(grants).slice(19), [0, 1000])
    })
  )

  it.effect("a store that fails is a RateLimitUnavailable with its cause, and costs no permit", () =>
    Effect.gen(function* () {
      const limiter = yield* storeInMemory
      const cause = new RateLimiter.RateLimiterError({
        reason: new RateLimiter.RateLimitStoreError({ message: "connection refused" })
      })
      let down = true
      const { acquire } = yield* startShared({
        ...limiter,
        consume: (options) => (down ? Effect.fail(cause) : limiter.consume(options))
      })
      const errors = yield* Effect.forEach(atOnce(25), () => Effect.flip(acquire("host/Action")), {
        concurrency: "unbounded"
      })
      for (const error of errors) {
        assert.instanceOf(error, RateLimit.RateLimitUnavailable)
        assert.isTrue(error.isRetryable)
        assert.strictEqual(error.key, "host/Action")
        assert.strictEqual(error.cause, cause)
        assert.include(error.message, "host/Action")
      }
      down = false
      assert.deepStrictEqual(times((yield* play([{ at: 0 }], () => acquire("host/Action"))).grants), [0])
    })
  )
})

describe("layerNone", () => {
  it.effect("never waits", () =>
    Effect.gen(function* () {
      const { acquire, acquireScoped } = yield* start(RateLimit.layerNone)
      for (const wait of [acquire, acquireScoped]) {
        const { grants } = yield* play(atOnce(1000), () => wait("key"))
        assert.strictEqual(grants.length, 1000)
      }
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
