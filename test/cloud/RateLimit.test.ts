import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import {
  atOnce,
  crowd,
  crowded,
  type Grant,
  play,
  ragged,
  type Scenario,
  scenario,
  start,
  times
} from "../support/callers.ts"
import { property } from "../support/property.ts"

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
      // By default the clock waits for at most a second, which a busy machine needs for so many.
    }).pipe(Effect.provide(TestClock.layer({ warningDelay: "1 minute" })))
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
        const cause = yield* Effect.flip(Effect.sandbox(start(RateLimit.layer(options))))
        assert.isTrue(Cause.hasDies(cause))
        const defect = Cause.squash(cause)
        assert.instanceOf(defect, RangeError)
        assert.include(defect.message, name)
      })
    )
  }
})
