import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redis from "effect/persistence/Redis"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import { atOnce, type Caller, callers, crowd, limit, play, start, times } from "../support/callers.ts"
import { withLogs } from "../support/logs.ts"
import * as MemoryRedis from "../support/memoryRedis.ts"
import { property } from "../support/property.ts"
import { blockable, type Way } from "../support/redisStore.ts"
import { passTime } from "../support/virtualTime.ts"

type Memory = ReturnType<typeof MemoryRedis.make>

/** A process of a fleet, with its own way to the store. */
const join = Effect.fnUntraced(function* (memory: Memory, options?: RateLimit.SharedOptions, way: Way = (it) => it) {
  const redis = yield* MemoryRedis.redisOf((key, args) => way(memory.answer(key, args)))
  return yield* start(RateLimit.layerShared(options).pipe(Layer.provide(Layer.succeed(Redis.Redis, redis))))
})

interface Fate {
  /** How long a message takes to the store and back, in milliseconds. */
  readonly there: number
  readonly back: number
  readonly lost: "there" | "back" | "not"
}

/** The messages of a process have these fates, over and over, but for a loss that comes once. */
const fated = (fates: ReadonlyArray<Fate>, lossesEnd: boolean): Way => {
  let nth = 0
  return (answer) =>
    Effect.suspend(() => {
      const fate = fates[nth % fates.length] ?? { there: 0, back: 0, lost: "not" }
      const { there, back, lost } = nth >= fates.length && lossesEnd ? { ...fate, lost: "not" } : fate
      nth++
      if (lost === "there") return Effect.never
      return Effect.andThen(Effect.sleep(there), answer).pipe(
        Effect.tap(Effect.sleep(back)),
        Effect.tap(lost === "back" ? Effect.never : Effect.void)
      )
    })
}

const fates = (lost: ReadonlyArray<Fate["lost"]>) =>
  fc.array(fc.record({ there: fc.nat(40), back: fc.nat(40), lost: fc.constantFrom(...lost) }), {
    minLength: 1,
    maxLength: 8
  })

const shared = fc.record({
  limit,
  window: fc.integer({ min: 1, max: 1000 }),
  callers: callers(fc.nat(1000), fc.nat(600), fc.nat(1500))
})

const nanos = (millis: number) => Math.round(millis * 1_000_000)

/** Three processes with the callers in turn. What arrives at the service, and who had a permit. */
const playFleet = Effect.fnUntraced(
  function* (
    {
      callers,
      ...options
    }: { readonly limit: number; readonly window: number; readonly callers: ReadonlyArray<Caller> },
    ways: ReadonlyArray<ReadonlyArray<Fate>>,
    { restartAt, lossesEnd = false }: { readonly restartAt?: number | undefined; readonly lossesEnd?: boolean } = {}
  ) {
    const memory = MemoryRedis.make()
    const fleet = yield* Effect.forEach(ways, (fates) => join(memory, options, fated(fates, lossesEnd)))
    if (restartAt !== undefined) {
      // A process that the store has never heard of cannot know that the store lost its state.
      yield* Effect.forEach(fleet, ({ acquire }) => Effect.forkChild(acquire("key")))
      yield* TestClock.adjust("10 seconds")
      yield* Effect.forkChild(
        Effect.delay(
          Effect.sync(() => memory.restore()),
          restartAt
        )
      )
    }
    const { requests, grants } = yield* play(callers, (caller) => {
      const member = fleet[caller % fleet.length]
      return member === undefined ? Effect.die("no process") : member.acquireScoped("key")
    })
    yield* TestClock.adjust("1 minute")
    return {
      granted: new Set(grants.map(({ caller }) => caller)),
      arrivals: requests.map(({ caller, time, end }) => nanos(time + (end - time) * (callers[caller]?.arrives ?? 0)))
    }
  },
  Effect.provideService(References.MinimumLogLevel, "None")
)

/** Time passes in steps of 20 milliseconds, and the store counts whole milliseconds, so a grant may be that late. */
const assertTimes = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>) => {
  assert.strictEqual(actual.length, expected.length)
  for (const [index, time] of expected.entries()) {
    assert.isAtLeast(actual[index] ?? NaN, time)
    assert.isAtMost(actual[index] ?? NaN, time + 41)
  }
}

/** Sends requests that get no answer; they end with the test. */
const sendForGood = (
  count: number,
  acquire: (caller: number) => Effect.Effect<void, RateLimit.RateLimitUnavailable, Scope.Scope>
) =>
  Effect.gen(function* () {
    let sent = 0
    for (let caller = 0; caller < count; caller++) {
      const request = Effect.andThen(
        acquire(caller),
        Effect.sync(() => sent++)
      )
      yield* Effect.forkChild(Effect.scoped(Effect.andThen(request, Effect.never)))
    }
    return () => sent
  })

describe("layerShared, for any callers", () => {
  const runs = { runs: 60 }
  const ways = (...lost: ReadonlyArray<Fate["lost"]>) => fc.tuple(fates(lost), fates(lost), fates(lost))

  property(
    "a service sees no more requests of a fleet in any rolling window than the limit, however long the store's answers take",
    [shared, ways("not")],
    Effect.fnUntraced(function* (scenario, ways) {
      const { arrivals } = yield* playFleet(scenario, ways)
      assert.isAtMost(crowd(arrivals, nanos(scenario.window)), scenario.limit)
    }),
    runs
  )

  property(
    "a store that loses its state lets no fleet pass the limit",
    [shared, ways("not"), fc.nat(1500)],
    Effect.fnUntraced(function* (scenario, ways, restartAt) {
      const { arrivals } = yield* playFleet(scenario, ways, { restartAt })
      assert.isAtMost(crowd(arrivals, nanos(scenario.window)), scenario.limit)
    }),
    runs
  )

  property(
    "messages that are lost let no fleet pass the limit, when requests arrive at once",
    [shared, ways("not", "not", "there", "back")],
    Effect.fnUntraced(function* ({ callers, ...scenario }, ways) {
      const { arrivals } = yield* playFleet(
        { ...scenario, callers: callers.map((caller) => ({ ...caller, arrives: 0 })) },
        ways
      )
      assert.isAtMost(crowd(arrivals, nanos(scenario.window)), scenario.limit)
    }),
    runs
  )

  property(
    "everyone who stays gets a permit when messages go through again",
    [shared, ways("not", "there", "back"), fc.option(fc.nat(1500), { nil: undefined })],
    Effect.fnUntraced(function* (scenario, ways, restartAt) {
      const { granted } = yield* playFleet(scenario, ways, { restartAt, lossesEnd: true })
      assert.isTrue(scenario.callers.every(({ leavesAt }, caller) => leavesAt !== undefined || granted.has(caller)))
    }),
    runs
  )

  property(
    "with a share each, no fleet passes the limit when the store is lost and when it comes back, to each process at its time",
    [fc.integer({ min: 2, max: 20 }), fc.tuple(fc.nat(3000), fc.nat(3000)), fc.nat(40)],
    Effect.fnUntraced(
      function* (limit, back, delay) {
        const memory = MemoryRedis.make()
        const ways = [blockable(), blockable()]
        const fleet = yield* Effect.forEach(ways, ({ way }) =>
          join(memory, { limit, onStoreFailure: { policy: "share", processes: 2 } }, (answer) =>
            Effect.delay(way(answer), delay)
          )
        )
        const { grants } = yield* play(atOnce(600), (caller) => fleet[caller % 2]?.acquire("key") ?? Effect.void)
        yield* passTime(1500)
        for (const { block } of ways) block()
        yield* passTime(3000)
        memory.restore()
        for (const [nth, { open }] of ways.entries())
          yield* Effect.forkChild(Effect.delay(Effect.sync(open), back[nth] ?? 0))
        yield* passTime(8000)
        assert.isAtMost(crowd(times(grants), 1000), limit)
      },
      Effect.provideService(References.MinimumLogLevel, "None")
    ),
    { runs: 12 }
  )

  property(
    "while others wait, callers that leave without a permit leave no trace",
    [
      limit,
      callers(
        fc.constant(0),
        fc.constant(0),
        fc.nat(25).map((steps) => (steps + 1) * 20)
      )
    ],
    Effect.fnUntraced(function* (limit, callers) {
      const { acquire } = yield* join(MemoryRedis.make(), { limit, window: 99 })
      const { grants } = yield* play([...callers, { at: 0 }], () => acquire("key"))
      yield* passTime(2000)
      const gaps = times(grants).flatMap((time, index, all) =>
        index < limit ? [] : [time - (all[index - limit] ?? NaN)]
      )
      assert.isTrue(gaps.every((gap) => gap >= 99 && gap <= 140))
    }),
    runs
  )
})

describe("layerShared", () => {
  it.effect("two processes get twenty permits at once between them, and twenty more a window later", () =>
    Effect.gen(function* () {
      const memory = MemoryRedis.make()
      const here = yield* join(memory)
      const there = yield* join(memory)
      const { grants } = yield* play(atOnce(60), (caller) => (caller < 30 ? here.acquire("key") : there.acquire("key")))
      yield* passTime(3000)
      assertTimes(
        times(grants),
        Array.from({ length: 60 }, (_, index) => Math.floor(index / 20) * 1001)
      )
    })
  )

  it.effect(
    "processes that want permits all the time get the same number of them, whatever the number of their callers",
    () =>
      Effect.gen(function* () {
        const memory = MemoryRedis.make()
        const fleet = yield* Effect.forEach([0, 1, 2], () => join(memory))
        const owner = (caller: number) => (caller < 1000 ? 0 : caller < 1200 ? 1 : 2)
        const { grants } = yield* play(
          atOnce(1300),
          (caller) => fleet[owner(caller)]?.acquireScoped("key") ?? Effect.void
        )
        // The first process asks alone, and gets all permits of the first window.
        yield* passTime(900)
        assert.strictEqual(grants.length, 20)
        yield* passTime(5000)
        assert.isAtLeast(grants.length, 100)
        const later = grants.slice(20)
        for (const process of [0, 1, 2]) {
          const share = later.filter(({ caller }) => owner(caller) === process).length / later.length
          assert.closeTo(share, 1 / 3, 0.03)
        }
      })
  )

  it.effect("keys do not disturb one another", () =>
    Effect.gen(function* () {
      const { acquire } = yield* join(MemoryRedis.make(), { limit: 1, window: 100 })
      const { grants } = yield* play(atOnce(4), (caller) => acquire(caller % 2 === 0 ? "host/Query" : "host/Submit"))
      yield* passTime(3000)
      assertTimes(times(grants), [0, 0, 100, 100])
    })
  )

  it.effect("fleets with different prefixes do not disturb one another", () =>
    Effect.gen(function* () {
      const memory = MemoryRedis.make()
      const here = yield* join(memory, { limit: 1, prefix: "here:" })
      const there = yield* join(memory, { limit: 1, prefix: "there:" })
      const { grants } = yield* play(atOnce(2), (caller) => (caller === 0 ? here : there).acquire("key"))
      yield* passTime(100)
      assert.deepStrictEqual(times(grants), [0, 0])
    })
  )

  it.effect("after 180 interruptions the next caller does not wait for their places", () =>
    Effect.gen(function* () {
      const { acquire } = yield* join(MemoryRedis.make())
      yield* play(atOnce(20), () => acquire("key"))
      yield* passTime(0)
      const impatient = yield* Effect.forEach(atOnce(180), () => Effect.forkChild(acquire("key")))
      yield* passTime(500)
      yield* Fiber.interruptAll(impatient)
      const { grants: next } = yield* play([{ at: 0 }], () => acquire("key"))
      yield* passTime(3000)
      assertTimes(times(next), [501])
    })
  )

  it.effect("a permit that comes when its caller has left goes to another process at once", () =>
    Effect.gen(function* () {
      const memory = MemoryRedis.make()
      const far = yield* join(memory, { limit: 1 }, (answer) => Effect.tap(answer, Effect.sleep(40)))
      const near = yield* join(memory, { limit: 1 })
      const impatient = yield* Effect.forkChild(far.acquire("key"))
      yield* passTime(20)
      yield* Fiber.interrupt(impatient)
      const { grants } = yield* play([{ at: 0 }], () => near.acquire("key"))
      yield* passTime(3000)
      // It comes 20 ms later, is given back, and the other process speaks each 100 ms.
      assert.isAtMost(times(grants)[0] ?? Infinity, 100)
    })
  )

  it.effect("what a killed process held is free again a window and a quarter of a second after it was heard last", () =>
    Effect.gen(function* () {
      const memory = MemoryRedis.make()
      const { way, block } = blockable()
      const victim = yield* join(memory, {}, way)
      const other = yield* join(memory)
      const held = yield* sendForGood(50, () => victim.acquireScoped("key"))
      yield* passTime(140)
      assert.strictEqual(held(), 20)
      block()
      const { grants } = yield* play(atOnce(20), () => other.acquire("key"))
      yield* passTime(3000)
      // It was heard last at 100.
      assertTimes(
        times(grants),
        Array.from({ length: 20 }, () => 100 + 250 + 1001 - 140)
      )
    })
  )

  it.effect("fifty processes that wait for an exhausted limit send some ten messages a second each", () =>
    Effect.gen(function* () {
      const memory = MemoryRedis.make()
      const fleet = yield* Effect.forEach(atOnce(50), () => join(memory))
      yield* sendForGood(500, (caller) => fleet[caller % 50]?.acquireScoped("key") ?? Effect.void)
      yield* passTime(100)
      const before = memory.messages.length
      yield* passTime(2000)
      assert.isAtMost((memory.messages.length - before) / 50 / 2, 11)
    })
  )

  it.effect("a process that is idle sends nothing", () =>
    Effect.gen(function* () {
      const memory = MemoryRedis.make()
      const { acquire } = yield* join(memory)
      yield* play(atOnce(5), () => acquire("key"))
      yield* passTime(1000)
      const before = memory.messages.length
      yield* passTime(3000)
      assert.strictEqual(memory.messages.length, before)
    })
  )
})

describe("layerShared without its store", () => {
  const lines = (text: string) => (line: { readonly text: string }) => line.text.includes(text)

  it.effect("callers wait, and get their permits when it answers again", () =>
    Effect.gen(function* () {
      const { way, block, open } = blockable()
      const { acquire } = yield* join(MemoryRedis.make(), {}, way)
      block()
      const { grants } = yield* play(atOnce(5), () => acquire("key"))
      yield* passTime(9000)
      assert.strictEqual(grants.length, 0)
      open()
      yield* passTime(1000)
      assert.strictEqual(grants.length, 5)
    })
  )

  it.effect(
    "at the deadline all who wait fail with RateLimitUnavailable, and new callers fail at once, until it answers",
    () =>
      Effect.gen(function* () {
        const { way, block, open } = blockable()
        const { acquire } = yield* join(
          MemoryRedis.make(),
          { onStoreFailure: { policy: "wait", deadline: "5 seconds" } },
          way
        )
        block()
        const waiting = yield* Effect.forEach(atOnce(25), () => Effect.forkChild(Effect.flip(acquire("host/Action"))))
        yield* passTime(5000)
        for (const error of yield* Effect.forEach(waiting, Fiber.join)) {
          assert.instanceOf(error, RateLimit.RateLimitUnavailable)
          assert.isTrue(error.isRetryable)
          assert.strictEqual(error.key, "host/Action")
          assert.isTrue(Cause.isTimeoutError(error.cause))
          assert.include(error.message, "host/Action")
        }
        assert.instanceOf(yield* Effect.flip(acquire("host/Action")), RateLimit.RateLimitUnavailable)
        open()
        yield* passTime(1000)
        const { grants } = yield* play([{ at: 0 }], () => acquire("host/Action"))
        yield* passTime(100)
        assertTimes(times(grants), [0])
      })
  )

  it.effect("the cause of RateLimitUnavailable is the store's last failure", () =>
    Effect.gen(function* () {
      const cause = new Redis.RedisError({ cause: "connection refused" })
      const { acquire } = yield* join(MemoryRedis.make(), {}, () => Effect.fail(cause))
      const failed = yield* Effect.forkChild(Effect.flip(acquire("key")))
      yield* passTime(10000)
      assert.strictEqual((yield* Fiber.join(failed)).cause, cause)
    })
  )

  it.effect("its loss and its return are logged once each, whatever the number of callers and keys", () =>
    Effect.gen(function* () {
      const { way, block, open } = blockable()
      const { lines: logged } = yield* withLogs(
        Effect.gen(function* () {
          const { acquire } = yield* join(MemoryRedis.make(), {}, way)
          block()
          const { grants } = yield* play(atOnce(50), (caller) => acquire(`key ${caller % 5}`))
          yield* passTime(8000)
          open()
          yield* passTime(8000)
          assert.strictEqual(grants.length, 50)
        })
      )
      const warnings = logged.filter(({ level }) => level === "Warn")
      assert.deepStrictEqual(
        [
          warnings.length,
          warnings.filter(lines("does not answer")).length,
          warnings.filter(lines("answers again")).length
        ],
        [2, 1, 1]
      )
    })
  )

  it.effect("with a share, a process goes on with its part of the limit, and then with all of it", () =>
    Effect.gen(function* () {
      const { way, block, open } = blockable()
      const memory = MemoryRedis.make()
      const { acquire } = yield* join(memory, { onStoreFailure: { policy: "share", processes: 4 } }, way)
      block()
      const { grants } = yield* play(atOnce(200), () => acquire("key"))
      yield* passTime(10000)
      assert.strictEqual(crowd(times(grants), 1000), 5)
      // From a second and a little on.
      assert.isAtLeast(grants.length, 40)
      open()
      yield* passTime(5000)
      const before = grants.length
      yield* passTime(3000)
      assert.isAtLeast(grants.length - before, 40)
      assert.isAtMost(crowd(times(grants), 1000), 20)
    })
  )

  it.effect("a share of less than one permit is one in a longer time", () =>
    Effect.gen(function* () {
      const { way, block } = blockable()
      const { acquire } = yield* join(
        MemoryRedis.make(),
        { limit: 2, onStoreFailure: { policy: "share", processes: 5 } },
        way
      )
      block()
      const { grants } = yield* play(atOnce(10), () => acquire("key"))
      yield* passTime(20000)
      const [first = NaN, second = NaN] = times(grants)
      assertTimes([second - first], [2500])
    })
  )

  const bad: ReadonlyArray<[string, RateLimit.SharedOptions]> = [
    ["limit", { limit: 0 }],
    ["processes", { onStoreFailure: { policy: "share", processes: 0 } }],
    ["processes", { onStoreFailure: { policy: "share", processes: 1.5 } }],
    ["deadline", { onStoreFailure: { policy: "wait", deadline: 0 } }],
    ["deadline", { onStoreFailure: { policy: "wait", deadline: Infinity } }]
  ]
  for (const [name, options] of bad) {
    it.effect(`a layer with ${JSON.stringify(options)} dies with a RangeError that names ${name}`, () =>
      Effect.gen(function* () {
        const cause = yield* Effect.flip(Effect.sandbox(join(MemoryRedis.make(), options)))
        const defect = Cause.squash(cause)
        assert.instanceOf(defect, RangeError)
        assert.include(defect.message, name)
      })
    )
  }
})
