/** Waits as those see them who share a loop of looks. */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Option, Ref, Schedule, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { done, id, lasting, looking, passing, running, waiting } from "../../support/jobs.ts"
import { withLogs } from "../../support/logs.ts"
import { property } from "../../support/property.ts"

const schedule = Schedule.spaced("1 second")

/** Runs until the look number `end`, which finds the job done. */
const doneAt = (end: number) => looking((look) => Effect.succeed(look < end ? running : done))

describe("waits for the same job", () => {
  it.effect("share one loop of looks, however many they are", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* doneAt(4)
      const fibers = yield* Effect.forEach(Array.from({ length: 100 }), () =>
        Effect.forkChild(jobs.wait(id, { schedule }))
      )
      yield* TestClock.adjust("3 seconds")
      const results = yield* Fiber.joinAll(fibers)
      assert.isTrue(results.every((job) => job._tag === "Done"))
      assert.strictEqual(yield* looks, 4)
    })
  )

  it.effect("go on when one of them is interrupted, even the first", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* doneAt(4)
      const first = yield* Effect.forkChild(jobs.wait(id, { schedule }))
      const second = yield* Effect.forkChild(jobs.wait(id, { schedule }))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* Fiber.join(second))._tag, "Done")
      assert.strictEqual(yield* looks, 4)
    })
  )

  it.effect("stop the looks at once when the last of them is interrupted", () =>
    Effect.gen(function* () {
      const aborted = yield* Ref.make(false)
      const { jobs, looks } = yield* looking((look) =>
        look === 1 ? Effect.succeed(running) : Effect.onInterrupt(Effect.never, () => Ref.set(aborted, true))
      )
      const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(jobs.wait(id, { schedule })))
      yield* TestClock.adjust("1 second")
      yield* Effect.forEach(fibers, Fiber.interrupt)
      assert.isTrue(yield* Ref.get(aborted))
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* looks, 2)
    })
  )

  it.effect("share one loop also when it began while the last one was being stopped", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* looking(() =>
        Effect.andThen(
          Effect.onInterrupt(Effect.sleep("1 second"), () => Effect.sleep("100 millis")),
          Effect.succeed(running)
        )
      )
      const slowly = { schedule: Schedule.spaced("10 seconds"), deadline: "1 minute" } as const
      const wait = Effect.forkChild(Effect.exit(jobs.wait(id, slowly)))
      const stopped = yield* wait
      yield* TestClock.adjust("500 millis")
      yield* Effect.forkChild(Fiber.interrupt(stopped))
      yield* TestClock.adjust("50 millis")
      yield* wait
      yield* TestClock.adjust("200 millis")
      const before = yield* looks
      yield* wait
      yield* wait
      yield* TestClock.adjust("1 minute")
      assert.isAtMost((yield* looks) - before, 6)
    })
  )

  it.effect("keep their own deadlines", () =>
    Effect.gen(function* () {
      const { jobs } = yield* doneAt(6)
      const short = yield* Effect.forkChild(Effect.flip(jobs.wait(id, { schedule, deadline: "2500 millis" })))
      const long = yield* Effect.forkChild(jobs.wait(id, { schedule }))
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(short))._tag, "WaitTimeout")
      assert.strictEqual((yield* Fiber.join(long))._tag, "Done")
    })
  )

  it.effect("all fail with the error that ended the loop", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* looking((look) => (look === 1 ? Effect.succeed(running) : Effect.fail(lasting)))
      const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(Effect.flip(jobs.wait(id, { schedule }))))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.joinAll(fibers), [lasting, lasting, lasting])
      assert.strictEqual(yield* looks, 2)
    })
  )

  it.effect("all die of a defect in a look", () =>
    Effect.gen(function* () {
      const { jobs } = yield* looking(() => Effect.die("a bug"))
      const exits = yield* Effect.all([Effect.exit(jobs.wait(id)), Effect.exit(jobs.wait(id))], { concurrency: 2 })
      assert.isTrue(exits.every((exit) => Exit.isFailure(exit) && Cause.hasDies(exit.cause)))
    })
  )

  it.effect("start a new loop after the last one ended", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* looking((look) => (look === 1 ? Effect.fail(lasting) : Effect.succeed(done)))
      assert.strictEqual(yield* Effect.flip(jobs.wait(id)), lasting)
      assert.strictEqual((yield* jobs.wait(id))._tag, "Done")
      assert.strictEqual(yield* looks, 2)
    })
  )

  it.effect("do not share with waits that have another schedule", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* doneAt(1)
      yield* Effect.all([jobs.wait(id, { schedule }), jobs.wait(id)], { concurrency: "unbounded" })
      assert.strictEqual(yield* looks, 2)
    })
  )

  it.effect("give the latest state at once to a watch that joins late", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* looking(() => Effect.succeed(running))
      const first = yield* Effect.forkChild(jobs.wait(id, { schedule }))
      yield* TestClock.adjust("500 millis")
      const seen = yield* Stream.runHead(jobs.watch(id, { schedule }))
      assert.strictEqual(Option.getOrUndefined(seen)?._tag, "Running")
      assert.strictEqual(yield* looks, 1)
      yield* Fiber.interrupt(first)
    })
  )

  it.effect("see the same looks, whether they wait or watch", () =>
    Effect.gen(function* () {
      const answers = [waiting, waiting, running, passing, running, done]
      const { jobs, looks } = yield* looking((look) => {
        const answer = answers[look - 1] ?? done
        return answer._tag === "ApiError" ? Effect.fail(answer) : Effect.succeed(answer)
      })
      const watched = yield* Effect.forkChild(Stream.runCollect(jobs.watch(id, { schedule })))
      const waited = yield* Effect.forkChild(jobs.wait(id, { schedule }))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(watched), [waiting, running, done])
      assert.strictEqual(yield* Fiber.join(waited), done)
      assert.strictEqual(yield* looks, answers.length)
    })
  )

  it.effect("miss no state, however slowly they take them", () =>
    Effect.gen(function* () {
      const answers = [waiting, running, done]
      const { jobs } = yield* looking((look) => Effect.succeed(answers[look - 1] ?? done))
      const fiber = yield* jobs.watch(id, { schedule }).pipe(
        Stream.tap(() => Effect.sleep("1 hour")),
        Stream.runCollect,
        Effect.forkChild
      )
      yield* TestClock.adjust("1 day")
      assert.deepStrictEqual(yield* Fiber.join(fiber), answers)
    })
  )

  it.effect("are interrupted when the layer closes, before the first look as well", () =>
    Effect.gen(function* () {
      for (const pause of ["0 seconds", "1 second"] as const) {
        const scope = yield* Scope.make()
        const { jobs } = yield* looking(() => Effect.succeed(running)).pipe(Scope.provide(scope))
        const fiber = yield* Effect.forkChild(jobs.wait(id, { schedule }), { startImmediately: true })
        if (pause !== "0 seconds") yield* TestClock.adjust(pause)
        yield* Scope.close(scope, Exit.void)
        const exit = yield* Fiber.await(fiber)
        assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
        assert.isTrue(Exit.hasInterrupts(yield* Effect.exit(jobs.wait(id, { schedule }))))
      }
    })
  )

  it.effect("all end, a thousand of them at once", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* looking((look) => Effect.succeed(look < 3 ? running : done))
      const fibers = yield* Effect.forEach(Array.from({ length: 1000 }), () =>
        Effect.forkChild(jobs.wait(id, { schedule }))
      )
      yield* TestClock.adjust("1 minute")
      yield* Fiber.joinAll(fibers)
      assert.isAtLeast(yield* looks, 3)
    })
  )

  const waiter = fc.record({ joins: fc.nat({ max: 20 }), stays: fc.integer({ min: 1, max: 20 }) })
  property(
    "never look more often than one of them would, and not at all when nobody waits",
    [fc.array(waiter, { minLength: 1, maxLength: 6 })],
    Effect.fnUntraced(function* (waiters) {
      const { jobs, times } = yield* looking(() => Effect.succeed(running))
      yield* Effect.forEach(waiters, ({ joins, stays }) =>
        // Half a second after the look, so that nobody comes or goes while somebody looks.
        Effect.sleep(joins * 1000 + 500).pipe(
          Effect.andThen(Effect.exit(jobs.wait(id, { schedule, deadline: `${stays} seconds` }))),
          Effect.forkChild
        )
      )
      yield* TestClock.adjust("1 minute")
      const looked = yield* times
      assert.isTrue(looked.every((time, index) => index === 0 || time - (looked[index - 1] ?? 0) >= 1000))
      const isWaitedFor = (time: number) =>
        waiters.some(({ joins, stays }) => time >= joins * 1000 + 500 && time <= (joins + stays) * 1000 + 500)
      assert.isTrue(looked.every(isWaitedFor))
    }),
    { runs: 200 }
  )
})

describe("a look that failed", () => {
  it.effect("for a reason that may pass is retried with one debug line, and does not step the schedule", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* looking((look) =>
        look === 2 || look === 3 ? Effect.fail(passing) : Effect.succeed(look < 5 ? running : done)
      )
      const steps = yield* Ref.make(0)
      const counted = Schedule.tap(schedule, () => Ref.update(steps, (count) => count + 1))
      const { lines, value } = yield* withLogs(
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(jobs.wait(id, { schedule: counted }))
          yield* TestClock.adjust("1 minute")
          return yield* Fiber.join(fiber)
        })
      )
      assert.strictEqual(value, done)
      // Once for each job that was seen.
      assert.deepStrictEqual([yield* looks, yield* Ref.get(steps)], [5, 3])
      const retries = lines.filter(({ level }) => level === "Debug")
      assert.strictEqual(retries.length, 2)
      for (const [index, { text }] of retries.entries()) {
        assert.match(text, new RegExp(`^Retry ${index + 1} in .+\\. QueryHunyuanTo3DProJob: No answer came within 10s`))
      }
    })
  )

  it.effect("for good is not retried, and is no line of a retry", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* looking(() => Effect.fail(lasting))
      const { lines, value } = yield* withLogs(Effect.flip(jobs.wait(id)))
      assert.strictEqual(value, lasting)
      assert.strictEqual(yield* looks, 1)
      assert.deepStrictEqual(lines, [])
    })
  )

  it.effect("again and again is retried after pauses of 15 seconds at most, with jitter", () =>
    Effect.gen(function* () {
      const { jobs, times } = yield* looking(() => Effect.fail(passing))
      const fiber = yield* Effect.forkChild(Effect.flip(jobs.wait(id, { deadline: "10 minutes" })))
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "WaitTimeout")
      const all = yield* times
      const pauses = all.slice(1).map((time, index) => time - (all[index] ?? 0))
      assert.isAtLeast(pauses.length, 30)
      assert.isAtMost(Math.max(...pauses), 18_000)
      assert.isAbove(new Set(pauses).size, 10)
    })
  )
})
