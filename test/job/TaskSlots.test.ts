import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Schedule } from "effect"
import { TestClock } from "effect/testing"
import * as JobKind from "../../src/job/JobKind.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"
import * as TaskSlots from "../../src/job/TaskSlots.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { withoutJournal } from "../support/jobs.ts"
import { besidesAttempts, withLogs } from "../support/logs.ts"
import { settled } from "../support/wire.ts"

const submit = withoutJournal(SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, { Prompt: "a teapot" })))
const full = { code: "RequestLimitExceeded.JobNumExceed" }
const requests = Effect.map(
  Fake.Fake.use((fake) => fake.requests),
  (all) => all.length
)
const onFake = Layer.provideMerge(SubmitJob.layer, Fake.layer())
const alwaysFull = Fake.layer({ faults: [{ fault: full, rate: 1 }] })

describe("a submission that finds all task slots taken", () => {
  it.effect("is sent again after 15 seconds or so, and then more slowly", () =>
    Effect.gen(function* () {
      yield* Fake.Fake.use((fake) => fake.fault(full, { code: "FailedOperation.JobQueueFull" }))
      const fiber = yield* Effect.forkChild(submit)
      yield* TestClock.adjust("11 seconds")
      assert.strictEqual(yield* requests, 1)
      yield* TestClock.adjust("49 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).kind, "Pro")
      assert.strictEqual(yield* requests, 3)
    }).pipe(Effect.provide(onFake))
  )

  it.effect("says so at level Info, and each retry with its reason and request id at level Debug", () =>
    Effect.gen(function* () {
      yield* Fake.Fake.use((fake) => fake.fault(full, full))
      const lines = besidesAttempts((yield* withLogs(settled(submit))).lines)
      assert.deepStrictEqual(
        lines.map(({ level }) => level),
        ["Info", "Debug", "Info", "Debug"]
      )
      for (const { level, text } of lines) {
        if (level !== "Debug") continue
        assert.match(
          text,
          /^Retry [12] in .+\. SubmitHunyuanTo3DProJob: All task slots .+JobNumExceed.+\[request .+\]$/
        )
      }
    }).pipe(Effect.provide(onFake))
  )

  it.effect("fails with TaskSlotsFull when they stay taken for a quarter of an hour, and warns of no paid job", () =>
    Effect.gen(function* () {
      const { lines, value: error } = yield* withLogs(settled(Effect.flip(submit)))
      assert.strictEqual(error.reason._tag, "TaskSlotsFull")
      assert.isFalse(lines.some(({ level }) => level === "Warn"))
      assert.isAbove(yield* requests, 10)
    }).pipe(Effect.provide(Layer.provideMerge(SubmitJob.layer, alwaysFull)))
  )

  it.effect("is not sent again when it is interrupted, which it is at once", () =>
    Effect.gen(function* () {
      yield* Fake.Fake.use((fake) => fake.fault(full))
      const fiber = yield* Effect.forkChild(submit)
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* requests, 1)
    }).pipe(Effect.provide(onFake))
  )

  it.effect("follows TaskSlots, provided around the submission or beneath the layer", () =>
    Effect.gen(function* () {
      const once = TaskSlots.layer({ retry: Schedule.recurs(0) })
      const thrice = TaskSlots.layer({ retry: Schedule.recurs(2) })
      const Beneath = SubmitJob.layer.pipe(Layer.provide(thrice), Layer.provideMerge(alwaysFull))
      const sent = Effect.andThen(settled(Effect.flip(submit)), requests)
      assert.strictEqual(yield* sent.pipe(Effect.provide(Beneath)), 3)
      assert.strictEqual(yield* sent.pipe(Effect.provide(once), Effect.provide(Beneath)), 1)
    })
  )
})
