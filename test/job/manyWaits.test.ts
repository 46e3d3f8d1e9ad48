/** Many waits of one process, which share the rate limit. A job answers as its number says, after some time. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Duration, Effect, Exit, Fiber, Layer, Metric, Ref, Schedule, Scope } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobApi from "../../src/job/JobApi.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import { passing, running, waiting } from "../support/jobs.ts"
import { property } from "../support/property.ts"

const base = 1_375_367_755_519_600_000n

const jobId = (nth: number) => Job.JobId.make(String(base + BigInt(nth)))

interface Options {
  /** Looks a second. */
  readonly limit?: number
  /** How long an answer takes, in milliseconds. */
  readonly takes?: number
  readonly answer?: (nth: number) => Effect.Effect<Job.Job, typeof passing>
}

/** `QueryJob` under a rate limit, and the times in milliseconds at which each job was looked at. */
const makeFleet = Effect.fnUntraced(function* ({
  limit = 20,
  takes = 0,
  answer = () => Effect.succeed(running)
}: Options) {
  const times: Array<Array<number>> = []
  const Limited = Layer.effect(
    JobApi.JobApi,
    Effect.map(RateLimit.RateLimit, ({ acquireScoped }) => ({
      submit: () => Effect.die("nothing is submitted"),
      query: Effect.fnUntraced(function* ({ jobId }) {
        yield* Effect.orDie(acquireScoped("host/Query"))
        const nth = Number(BigInt(jobId) - base)
        ;(times[nth] ??= []).push(yield* Clock.currentTimeMillis)
        if (takes > 0) yield* Effect.sleep(takes)
        return yield* answer(nth)
      }, Effect.scoped)
    }))
  )
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const Live = QueryJob.layerNoDeps.pipe(Layer.provide(Limited), Layer.provide(RateLimit.layer({ limit })))
  const jobs = Context.get(yield* Layer.buildWithScope(Live, scope), QueryJob.QueryJob)
  return { jobs, times, close: Scope.close(scope, Exit.void) }
})

const numbers = (count: number) => Array.from({ length: count }, (_, nth) => nth)

/** Starts a wait for each job. */
const startAll = (jobs: QueryJob.QueryJob["Service"], count: number, options?: QueryJob.WaitOptions) =>
  Effect.forEach(numbers(count), (nth) => Effect.forkChild(jobs.wait(jobId(nth), { deadline: "1 day", ...options })))

/** The longest time from one look at a job to the next: from the start, and to the end. */
const longestGap = (times: ReadonlyArray<number> = [], start: number, end: number) =>
  Math.max(...[...times, end].map((time, nth) => time - (times[nth - 1] ?? start)))

describe("many waits", () => {
  property(
    "each job is looked at again within jobs by rate, and its interval, whoever else leaves",
    [
      fc.record({
        count: fc.integer({ min: 1, max: 150 }),
        limit: fc.integer({ min: 1, max: 20 }),
        interval: fc.integer({ min: 1000, max: 20_000 }),
        takes: fc.constantFrom(0, 0, 40, 700)
      }),
      fc.array(fc.record({ nth: fc.nat(149), at: fc.nat(60_000) }), { maxLength: 20 })
    ],
    ({ count, interval, limit, takes }, leaving) =>
      Effect.gen(function* () {
        const { jobs, times } = yield* makeFleet({ limit, takes })
        const start = yield* Clock.currentTimeMillis
        const fibers = yield* startAll(jobs, count, { schedule: Schedule.spaced(interval) })
        for (const { at, nth } of leaving) {
          const fiber = fibers[nth]
          if (fiber !== undefined) yield* Effect.forkChild(Effect.delay(Fiber.interrupt(fiber), at))
        }
        // A permit counts from the answer. What a timer rounds up comes to a millisecond for each window.
        const windows = Math.ceil(count / limit)
        const round = (count / limit) * (1000 + takes) + takes + windows
        yield* TestClock.adjust(3 * (round + interval))
        const end = yield* Clock.currentTimeMillis
        const left = new Set(leaving.map(({ nth }) => nth))
        for (const nth of numbers(count)) {
          if (!left.has(nth)) assert.isAtMost(longestGap(times[nth], start, end), round + interval)
        }
      }),
    { runs: 60 }
  )

  it.effect("a thousand at 20 looks a second are looked at within 50 seconds, and then equally often", () =>
    Effect.gen(function* () {
      const { jobs, times } = yield* makeFleet({})
      yield* startAll(jobs, 1000)
      yield* TestClock.adjust("49 seconds")
      const all = numbers(1000).map((nth) => times[nth]?.length)
      assert.deepStrictEqual([...new Set(all)], [1])
      yield* TestClock.adjust("4 minutes")
      const looks = times.map(({ length }) => length)
      assert.isAtLeast(Math.min(...looks), 4)
      // The first pauses differ by five seconds, which lets some jobs overtake others.
      assert.isAtMost(Math.max(...looks) - Math.min(...looks), 2)
    })
  )

  property(
    "jobs that wait for a task slot are looked at less often than jobs that run",
    [fc.integer({ min: 2, max: 300 })],
    (count) =>
      Effect.gen(function* () {
        const { jobs, times } = yield* makeFleet({ answer: (nth) => Effect.succeed(nth % 2 === 0 ? waiting : running) })
        yield* startAll(jobs, count)
        yield* TestClock.adjust("5 minutes")
        const looks = (state: number) =>
          numbers(count).flatMap((nth) => (nth % 2 === state ? (times[nth]?.length ?? 0) : []))
        assert.isBelow(Math.max(...looks(0)), Math.min(...looks(1)))
      }),
    { runs: 20 }
  )
})

/** Counts the fibers that live in an effect and in what it forks. */
const makeCounted = Effect.map(Ref.make(0), (count) => {
  const change = (by: number) => () => Effect.runSync(Ref.update(count, (fibers) => fibers + by))
  const counted = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.provideService(effect, Metric.FiberRuntimeMetrics, {
      recordFiberStart: change(1),
      recordFiberEnd: change(-1)
    })
  return { counted, fibers: Ref.get(count) }
})

describe("when all waits end", () => {
  property(
    "no fiber, no loop and no place in the queue of permits is left, at any moment, whether interrupted or out of scope",
    [
      fc.record({
        count: fc.integer({ min: 1, max: 200 }),
        at: fc.integer({ min: 0, max: 90_000 }),
        takes: fc.constantFrom(0, 300),
        ending: fc.constantFrom("interrupt", "deadline", "close")
      }),
      fc.func(fc.constantFrom("run", "wait", "fail"))
    ],
    ({ at, count, ending, takes }, stateOf) =>
      Effect.gen(function* () {
        const states = { run: Effect.succeed(running), wait: Effect.succeed(waiting), fail: Effect.fail(passing) }
        const { close, jobs, times } = yield* makeFleet({ takes, answer: (nth) => states[stateOf(nth)] })
        const { counted, fibers } = yield* makeCounted
        const deadline = ending === "deadline" ? Duration.millis(at) : "1 day"
        // Two for each job, so that they share a loop.
        const waits = yield* counted(
          Effect.zipWith(startAll(jobs, count, { deadline }), startAll(jobs, count, { deadline }), (one, other) => [
            ...one,
            ...other
          ])
        )
        yield* TestClock.adjust(at)
        if (ending === "close") yield* close
        if (ending === "interrupt") yield* Fiber.interruptAll(waits)
        yield* TestClock.adjust(0)
        for (const wait of waits) assert.isDefined(wait.pollUnsafe())
        assert.strictEqual(yield* fibers, 0)

        const before = times.flat().length
        if (ending === "close") {
          yield* TestClock.adjust("1 hour")
          assert.strictEqual(times.flat().length, before)
          return
        }
        // A new wait finds no queue: it waits for permits that were used, and for nobody else. Its loop is its own.
        const again = yield* Effect.forkChild(Effect.exit(jobs.wait(jobId(0), { deadline: 1001 })))
        yield* TestClock.adjust(1001)
        const error = yield* Effect.flip(yield* Fiber.join(again))
        assert.strictEqual(error._tag, "WaitTimeout")
        const looks = times.flat().length
        assert.isAtLeast(looks, before + 1)
        assert.strictEqual(error._tag === "WaitTimeout" && error.looks, looks - before)
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(times.flat().length, looks)
      }),
    { runs: 60 }
  )
})
