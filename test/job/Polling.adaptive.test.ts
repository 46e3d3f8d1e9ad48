import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, DateTime, Duration, Effect, Fiber, Layer, Random, Schedule } from "effect"
import { KeyValueStore } from "effect/persistence"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { logNormal, minutes, shifts } from "../../bench/src/durations.ts"
import { drawn, follow, type Followed, type Seen, summary } from "../../bench/src/follow.ts"
import { fewestLooks } from "../../bench/src/optimum.ts"
import * as Job from "../../src/job/Job.ts"
import * as Polling from "../../src/job/Polling.ts"
import { done, failed, id, looking, running, waiting } from "../support/jobs.ts"
import { withLogs } from "../support/logs.ts"
import { property } from "../support/property.ts"

const key = "effect-hunyuan3d/Polling"

const adaptive = (options?: Polling.AdaptiveOptions) => Effect.scoped(Polling.adaptive(options))

/** What seeds from 1 on give, all together. */
const seeded = <E>(count: number, run: Effect.Effect<ReadonlyArray<Seen>, E>) =>
  Effect.map(
    Effect.forEach(
      Array.from({ length: count }, (_, nth) => nth + 1),
      (seed) => Random.withSeed(run, seed)
    ),
    (all) => all.flat()
  )

/** The ticket of a job that was submitted at this time, in milliseconds. */
const ticketOf = (submittedAt: number, kind = "Pro") =>
  new Job.JobTicket({ jobId: id, kind, region: "ap-singapore", submittedAt: DateTime.makeUnsafe(submittedAt) })

/** Steps a wait by times and jobs that were seen, and gives the pauses in milliseconds. */
const pausesOf = Effect.fnUntraced(function* (
  schedule: Polling.PollingOptions["schedule"],
  ticket: Job.JobTicket,
  seen: ReadonlyArray<readonly [now: number, job: Job.Job]>
) {
  const step = yield* Effect.provideService(Schedule.toStep(schedule), Polling.CurrentTicket, ticket)
  return yield* Effect.forEach(seen, ([now, job]) =>
    Effect.map(step(now, job), ([, pause]) => Duration.toMillis(pause))
  )
})

/** A schedule that has seen so many jobs of 100 to 140 seconds end. */
const taught = Effect.fnUntraced(function* (options?: Polling.AdaptiveOptions, jobs = 50) {
  const schedule = yield* adaptive(options)
  yield* follow(schedule, yield* drawn(logNormal(120, 0.08), jobs))
  return schedule
})

describe("adaptive polling", () => {
  const limit = fewestLooks(minutes)

  it("is measured by a limit: 21.8 looks for a mean delay of 2.6 seconds, and 8.8 for 7.1", () => {
    assert.closeTo(limit(2.6), 21.8, 0.2)
    assert.closeTo(limit(7.1), 8.8, 0.1)
  })

  for (const delay of ["2.6 seconds", "7.1 seconds", undefined] as const) {
    it.effect(
      `takes within 10 % of the fewest looks possible after 50 jobs, for a mean delay of ${delay ?? "its own choice"}`,
      () =>
        Effect.gen(function* () {
          const learnt = Effect.gen(function* () {
            return (yield* follow(yield* adaptive({ delay }), yield* drawn(minutes, 150))).slice(50)
          })
          const ours = summary(yield* seeded(25, learnt))
          assert.isBelow(ours.looks, 1.1 * limit(ours.delay))
          const aimed = delay === undefined ? 4.85 : Duration.toSeconds(delay)
          assert.isTrue(ours.delay > 0.85 * aimed && ours.delay < 1.05 * aimed, `${ours.delay} for ${aimed}`)
        })
    )
  }

  for (const [title, durations] of Object.entries(shifts)) {
    it.effect(
      `takes at most 10 % more looks and delay than the default over the 100 jobs after a shift to ${title}`,
      () =>
        Effect.gen(function* () {
          const jobs = Effect.all([drawn(minutes, 100), drawn(durations, 100, 2_000_000)])
          const adapted = Effect.gen(function* () {
            const [before, after] = yield* jobs
            return (yield* follow(yield* adaptive(), [...before, ...after])).slice(100)
          })
          const byDefault = Effect.flatMap(jobs, ([, after]) => follow(Polling.steady, after))
          const ours = summary(yield* seeded(8, adapted))
          const theirs = summary(yield* seeded(8, byDefault))
          assert.isBelow(ours.looks, 1.1 * theirs.looks)
          assert.isBelow(ours.delay, 1.1 * theirs.delay)
        })
    )
  }

  it.effect("takes no more looks and no more delay than the default when twenty jobs run at once", () =>
    Effect.gen(function* () {
      const jobs = drawn(minutes, 150, 0, 7)
      const adapted = Effect.gen(function* () {
        return (yield* follow(yield* adaptive(), yield* jobs)).slice(50)
      })
      const ours = summary(yield* seeded(5, adapted))
      const theirs = summary(
        yield* seeded(
          5,
          Effect.flatMap(jobs, (all) => follow(Polling.steady, all.slice(50)))
        )
      )
      assert.isBelow(ours.looks, theirs.looks)
      assert.isBelow(ours.delay, theirs.delay)
    })
  )

  it.effect("is the default until ten jobs of the kind have ended", () =>
    Effect.gen(function* () {
      const schedule = yield* taught({}, 9)
      const looks = [0, 35_000, 45_000].map((now) => [now, running] as const)
      const [first = 0, ...others] = yield* pausesOf(schedule, ticketOf(0), looks)
      assert.isTrue(first >= 33_000 && first <= 38_000)
      assert.deepStrictEqual(others, [9700, 9700])
    })
  )

  it.effect("is the default for kinds of which it has seen nothing", () =>
    Effect.gen(function* () {
      const looks = [0, 35_000].map((now) => [now, running] as const)
      assert.deepStrictEqual((yield* pausesOf(yield* taught(), ticketOf(0, "Rapid"), looks))[1], 9700)
    })
  )

  it.effect("is the default for a job whose age nobody knows, and learns nothing from it", () =>
    Effect.gen(function* () {
      const schedule = yield* adaptive()
      const ticket = new Job.JobTicket({ jobId: id, kind: "Pro", region: "ap-singapore" })
      for (let nth = 0; nth < 20; nth++) {
        yield* pausesOf(schedule, ticket, [
          [0, running],
          [60_000, running],
          [70_000, done]
        ])
      }
      const looks = [0, 35_000].map((now) => [now, running] as const)
      assert.deepStrictEqual((yield* pausesOf(schedule, ticketOf(0), looks))[1], 9700)
      assert.deepStrictEqual((yield* pausesOf(yield* taught(), ticket, looks))[1], 9700)
    })
  )

  it.effect("looks soon when a wait begins at the age at which jobs end, and late when it begins before", () =>
    Effect.gen(function* () {
      const schedule = yield* taught()
      const [late = 0] = yield* pausesOf(schedule, ticketOf(0), [[110_000, running]])
      const [early = 0] = yield* pausesOf(schedule, ticketOf(0), [[2000, running]])
      assert.isBelow(late, 15_000)
      assert.isAbove(early, 40_000)
    })
  )

  it.effect(
    "keeps its mean delay in waits that begin when the job has run for a while, by as many looks as relaxed",
    () =>
      Effect.gen(function* () {
        const joined = Effect.map(drawn(minutes, 150), (jobs) =>
          jobs.map((job, nth): Followed => ({ ...job, joined: (nth * 37) % 90 }))
        )
        const late = Effect.gen(function* () {
          return (yield* follow(yield* adaptive(), yield* joined)).slice(50)
        })
        const relaxed = Effect.flatMap(joined, (jobs) => follow(Polling.relaxed, jobs.slice(50)))
        const ours = summary(yield* seeded(8, late))
        const theirs = summary(yield* seeded(8, relaxed))
        assert.isBelow(ours.looks, 1.1 * theirs.looks)
        assert.isBelow(ours.delay, 5.5)
      })
  )

  it.effect("begins no wait with a pause of more than 47 seconds, unless a delay is chosen", () =>
    Effect.gen(function* () {
      const firstOf = Effect.fnUntraced(function* (options: Polling.AdaptiveOptions) {
        const schedule = yield* adaptive(options)
        yield* follow(schedule, yield* drawn([240], 50))
        const [first = 0, next = 0] = yield* pausesOf(
          schedule,
          ticketOf(0),
          [0, 45_000].map((now) => [now, running])
        )
        return { first, next }
      })
      const { first, next } = yield* firstOf({})
      assert.isTrue(first > 41_000 && first < 47_000 && next === 60_000, `pauses of ${first} and ${next} ms`)
      assert.isAbove((yield* firstOf({ delay: "5 seconds" })).first, 53_000)
    })
  )

  it.effect("looks less often at a job that waits for a task slot than at one that runs", () =>
    Effect.gen(function* () {
      const schedule = yield* taught()
      const times = Array.from({ length: 10 }, (_, nth) => 60_000 * nth)
      const pauses = yield* pausesOf(
        schedule,
        ticketOf(0),
        times.map((now) => [now, waiting])
      )
      assert.isAbove(Math.min(...pauses), 40_000)
    })
  )

  it.effect("counts the age of a job from when it left the queue for task slots", () =>
    Effect.gen(function* () {
      const schedule = yield* taught()
      const [, , young = 0, old = 0] = yield* pausesOf(schedule, ticketOf(0), [
        [0, waiting],
        [600_000, waiting],
        [602_000, running],
        [711_000, running]
      ])
      assert.isAbove(young, 50_000)
      assert.isBelow(old, 10_000)
    })
  )

  it.effect("takes fewer looks than the default for jobs that wait for a task slot first, and the same delay", () =>
    Effect.gen(function* () {
      const queued = Effect.map(drawn(minutes, 150), (jobs) =>
        jobs.map((job, nth): Followed => ({ ...job, queued: (nth * 97) % 300 }))
      )
      const adapted = Effect.gen(function* () {
        return (yield* follow(yield* adaptive(), yield* queued)).slice(50)
      })
      const ours = summary(yield* seeded(5, adapted))
      const theirs = summary(
        yield* seeded(
          5,
          Effect.flatMap(queued, (jobs) => follow(Polling.steady, jobs.slice(50)))
        )
      )
      assert.isBelow(ours.looks, 0.95 * theirs.looks)
      assert.isBelow(ours.delay, 1.05 * theirs.delay)
    })
  )

  it.effect("looks at jobs that began together at different times", () =>
    Effect.gen(function* () {
      const schedule = yield* taught()
      const first = yield* Effect.forEach(Array.from({ length: 20 }), () =>
        pausesOf(schedule, ticketOf(0), [[0, running]])
      )
      assert.isAbove(new Set(first.map(([pause = 0]) => Math.round(pause / 100))).size, 10)
    })
  )

  it.effect("learns from waits for jobs, the end that other fibers wait for included, and keeps their deadlines", () =>
    Effect.gen(function* () {
      const schedule = yield* adaptive()
      for (let nth = 0; nth < 12; nth++) {
        const start = yield* Clock.currentTimeMillis
        const { jobs, looks } = yield* looking(() =>
          Effect.map(Clock.currentTimeMillis, (now) => (now - start < 120_000 ? running : done))
        )
        const wait = Effect.forkChild(jobs.wait(ticketOf(start), { schedule }))
        const waits = [yield* wait, yield* wait]
        yield* TestClock.adjust("3 minutes")
        for (const fiber of waits) assert.strictEqual((yield* Fiber.join(fiber))._tag, "Done")
        if (nth > 10) assert.isBelow(yield* looks, 12)
      }
      const start = yield* Clock.currentTimeMillis
      const { jobs } = yield* looking(() => Effect.succeed(running))
      const late = yield* Effect.forkChild(
        Effect.flip(jobs.wait(ticketOf(start), { schedule, deadline: "70 seconds" }))
      )
      yield* TestClock.adjust("70 seconds")
      const error = yield* Fiber.join(late)
      assert.strictEqual(error._tag === "WaitTimeout" && Duration.toSeconds(error.elapsed), 70)
    })
  )

  it.effect("is the same for the same seed", () =>
    Effect.gen(function* () {
      const run = Effect.gen(function* () {
        return yield* follow(yield* adaptive(), yield* drawn(minutes, 30))
      })
      assert.deepStrictEqual(yield* Random.withSeed(run, 7), yield* Random.withSeed(run, 7))
    })
  )
})

/** A store in memory, and what is in it. */
const makeStore = Effect.gen(function* () {
  const store = Context.get(yield* Layer.build(KeyValueStore.layerMemory), KeyValueStore.KeyValueStore)
  return { store, text: Effect.map(Effect.orDie(store.get(key)), (text) => text ?? "") }
})

// A clock that goes back, jumps by days, or stands still; a job that is seen in any state, ended more than once too.
const absurd = fc.array(
  fc.record({
    submittedAt: fc.oneof(fc.constant(0), fc.integer({ min: -1e12, max: 1e12 })),
    seen: fc.array(
      fc.tuple(
        fc.oneof(fc.integer({ min: -1000, max: 300_000 }), fc.integer({ min: -1e12, max: 1e12 })),
        fc.constantFrom<Job.Job>(waiting, running, done, failed)
      ),
      { maxLength: 8 }
    )
  }),
  { maxLength: 60 }
)

describe("whatever was seen", () => {
  property(
    "pauses are between a second and a minute, or four times the delay, and what is kept is small and can be read again",
    [absurd, fc.constantFrom(undefined, 0, 1, 2600, 60_000, 1e9, Infinity)],
    (jobs, delay) =>
      Effect.gen(function* () {
        const { store, text } = yield* makeStore
        const options = { ...(delay === undefined ? {} : { delay: Duration.millis(delay) }), store }
        const longest = Math.max(60_000, 4 * (delay ?? 60_000))
        yield* Effect.scoped(
          Effect.gen(function* () {
            const schedule = yield* Polling.adaptive(options)
            for (const { seen, submittedAt } of jobs) {
              for (const pause of yield* pausesOf(schedule, ticketOf(submittedAt), seen)) {
                assert.isTrue(pause >= 1000 && pause <= longest, `a pause of ${pause} ms`)
              }
            }
          })
        )
        assert.isBelow((yield* text).length, 2000)
        const { lines } = yield* withLogs(adaptive({ store }))
        assert.deepStrictEqual(lines, [])
      })
  )

  property(
    "a text in the store that is no text of ours is ignored with a warning, and replaced",
    [
      fc.oneof(
        fc.string(),
        fc.constantFrom("{}", '{"version":2,"kinds":{}}', '{"version":1,"kinds":{"Pro":{"ended":[1]}}}')
      )
    ],
    (text) =>
      Effect.gen(function* () {
        const { store } = yield* makeStore
        yield* store.set(key, text)
        const { lines } = yield* withLogs(Effect.scoped(taught({ store })))
        assert.deepStrictEqual(
          lines.map(({ level }) => level),
          ["Warn"]
        )
      }),
    { runs: 20 }
  )
})

describe("what was learnt", () => {
  it.effect("is known to the next process, where a store keeps it", () =>
    Effect.gen(function* () {
      const { store } = yield* makeStore
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* follow(yield* Polling.adaptive({ store }), yield* drawn(logNormal(120, 0.08), 30))
        })
      )
      const [late = 0] = yield* pausesOf(yield* adaptive({ store }), ticketOf(0), [[110_000, running]])
      assert.isBelow(late, 15_000)
    })
  )

  it.effect("is written within half a minute, and not when nothing was learnt", () =>
    Effect.gen(function* () {
      const { store } = yield* makeStore
      let writes = 0
      const counted = { ...store, set: (...args: Parameters<typeof store.set>) => (writes++, store.set(...args)) }
      const schedule = yield* Polling.adaptive({ store: counted })
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual(writes, 0)
      yield* follow(schedule, yield* drawn(minutes, 2))
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(writes, 1)
      yield* TestClock.adjust("5 minutes")
      assert.strictEqual(writes, 1)
    })
  )

  it.effect("can be written by two processes at once: the next one knows what either has learnt", () =>
    Effect.gen(function* () {
      const { store } = yield* makeStore
      const process = Effect.scoped(
        Effect.gen(function* () {
          const schedule = yield* Polling.adaptive({ store })
          yield* follow(schedule, yield* drawn(logNormal(120, 0.08), 30))
          yield* Effect.sleep("2 minutes")
        })
      )
      const both = yield* Effect.forkChild(Effect.all([process, process], { concurrency: 2 }))
      yield* TestClock.adjust("3 minutes")
      yield* Fiber.join(both)
      const [late = 0] = yield* pausesOf(yield* adaptive({ store }), ticketOf(0), [[110_000, running]])
      assert.isBelow(late, 15_000)
    })
  )

  for (const [title, answer] of [
    ["fails", Effect.fail(new KeyValueStore.KeyValueStoreError({ message: "EIO", method: "get" }))],
    ["hangs", Effect.never]
  ] as const) {
    it.effect(`is learnt without a store that ${title}, with a warning, and within seconds`, () =>
      Effect.gen(function* () {
        const store = { get: () => answer, set: () => answer }
        const fiber = yield* Effect.forkChild(withLogs(taught({ store })))
        yield* TestClock.adjust("10 seconds")
        const { lines } = yield* Fiber.join(fiber)
        assert.isTrue(lines.length > 0 && lines.every(({ level }) => level === "Warn"))
      })
    )
  }
})
