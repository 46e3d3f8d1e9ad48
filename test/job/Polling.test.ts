import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Layer, Random, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { minutes } from "../../bench/src/durations.ts"
import { drawn, follow, type Followed, summary } from "../../bench/src/follow.ts"
import * as Polling from "../../src/job/Polling.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import { id, looking, running, waiting } from "../support/jobs.ts"

describe("Polling", () => {
  /** The pauses between the looks of a wait of 30 minutes. The first look is at once. */
  const pausesOf = Effect.fnUntraced(function* (options?: QueryJob.WaitOptions) {
    const { jobs, times } = yield* looking(() => Effect.succeed(running))
    const start = yield* Clock.currentTimeMillis
    const fiber = yield* Effect.forkChild(Effect.flip(jobs.wait(id, options)))
    yield* TestClock.adjust("30 minutes")
    assert.strictEqual((yield* Fiber.join(fiber))._tag, "WaitTimeout")
    const all = yield* times
    assert.strictEqual(all[0], start)
    return all.slice(1).map((time, index) => time - (all[index] ?? 0))
  })

  it.effect("looks by default at once, after 33 to 38 seconds, and then every 9.7 seconds, for 30 minutes", () =>
    Effect.gen(function* () {
      const first = new Set<number>()
      for (let round = 0; round < 10; round++) {
        const [pause = NaN, ...pauses] = yield* pausesOf()
        assert.isTrue(pause >= 33_000 && pause <= 38_000)
        assert.deepStrictEqual([...new Set(pauses)], [9700])
        first.add(Math.round(pause))
      }
      assert.isAbove(first.size, 5)
    })
  )

  it.effect(
    "looks by default every 33 to 38 seconds at a job that waits for a task slot, and every 9.7 once it runs",
    () =>
      Effect.gen(function* () {
        const { jobs, times } = yield* looking((look) => Effect.succeed(look <= 10 ? waiting : running))
        const fiber = yield* Effect.forkChild(Effect.flip(jobs.wait(id, { deadline: "10 minutes" })))
        yield* TestClock.adjust("10 minutes")
        yield* Fiber.join(fiber)
        const all = yield* times
        const pauses = all.slice(1).map((time, index) => time - (all[index] ?? 0))
        assert.isTrue(pauses.slice(0, 10).every((pause) => pause >= 33_000 && pause <= 38_000))
        assert.deepStrictEqual([...new Set(pauses.slice(10))], [9700])
      })
  )

  it.effect("takes a third fewer looks for jobs that wait for a task slot first, and no more delay", () =>
    Effect.gen(function* () {
      // What the default would be, if it took a job that waits for one that runs.
      const blind = Schedule.fromStep(
        Effect.map(Schedule.toStep(Polling.steady), (step) => (now: number) => step(now, running))
      )
      const queued = (yield* Random.withSeed(drawn(minutes, 300), 1)).map((job, nth): Followed => ({
        ...job,
        queued: (nth * 97) % 300
      }))
      const ours = summary(yield* Random.withSeed(follow(Polling.steady, queued), 1))
      const theirs = summary(yield* Random.withSeed(follow(blind, queued), 1))
      assert.isBelow(ours.looks, 0.7 * theirs.looks)
      assert.isBelow(ours.delay, 1.05 * theirs.delay)
    })
  )

  it.effect("looks every 3 to 15 seconds with jitter when it is relaxed", () =>
    Effect.gen(function* () {
      const pauses = yield* pausesOf({ schedule: Polling.relaxed })
      assert.isTrue(pauses.every((pause) => pause >= 2400 && pause <= 18_000))
      assert.isBelow(pauses[0] ?? 0, 3601)
      assert.isAbove(Math.max(...pauses), 12_000)
      assert.isAbove(new Set(pauses).size, 50)
    })
  )

  it.effect("looks every second when it is eager", () =>
    Effect.gen(function* () {
      const { jobs, times } = yield* looking(() => Effect.succeed(running))
      const wait = jobs.wait(id, { schedule: Polling.eager, deadline: "3500 millis" })
      const fiber = yield* Effect.forkChild(Effect.flip(wait))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(yield* times, [0, 1000, 2000, 3000])
    })
  )

  it.effect(
    "counts when it is provided around a wait, or beneath the layer, and the wait's own options count first",
    () =>
      Effect.gen(function* () {
        const script = QueryJob.layerTest({ [id]: [running] })
        const polling = Polling.layer({ schedule: Schedule.spaced("1 second"), deadline: "10500 millis" })
        const wait = (options?: QueryJob.WaitOptions) =>
          QueryJob.QueryJob.use((jobs) => Effect.flip(jobs.wait(id, options)))
        for (const [provided, looks] of [
          [wait().pipe(Effect.provide(script), Effect.provide(polling)), 11],
          [wait().pipe(Effect.provide(script.pipe(Layer.provide(polling)))), 11],
          [wait({ deadline: "2500 millis" }).pipe(Effect.provide(script), Effect.provide(polling)), 3]
        ] as const) {
          const fiber = yield* Effect.forkChild(provided)
          yield* TestClock.adjust("11 seconds")
          const error = yield* Fiber.join(fiber)
          assert.strictEqual(error._tag === "WaitTimeout" ? error.looks : error._tag, looks)
        }
      })
  )

  it.effect("keeps what a layer does not change", () =>
    Effect.gen(function* () {
      const { deadline, schedule } = yield* Effect.provide(Polling.Polling, Polling.layer({ deadline: "2 hours" }))
      assert.strictEqual(Duration.toHours(Duration.fromInputUnsafe(deadline)), 2)
      assert.strictEqual(schedule, Polling.steady)
    })
  )
})
