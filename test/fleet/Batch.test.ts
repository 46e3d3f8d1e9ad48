import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Layer, Logger, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import * as ApiError from "../../src/cloud/ApiError.ts"
import * as Batch from "../../src/fleet/Batch.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Journal from "../../src/job/Journal.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { layerBroken } from "../support/jobs.ts"
import { property } from "../support/property.ts"
import { makeService } from "./service.ts"

const Jobs = GenerateJob.layer
const onFake = (options?: Fake.Options) =>
  Layer.merge(Jobs, Layer.fresh(Journal.layerMemory)).pipe(Layer.provideMerge(Fake.layer(options)))

/** The events of a batch, as `0 Submitted`, while virtual time goes by. */
const told = (events: ReadonlyArray<Batch.Event<unknown>>) => events.map(({ _tag, line }) => `${line.index} ${_tag}`)

const minutes = Effect.fnUntraced(function* <A, E, R>(self: Effect.Effect<A, E, R>, count = 60) {
  const fiber = yield* Effect.forkChild(self)
  for (let minute = 0; minute < count && fiber.pollUnsafe() === undefined; minute++) yield* TestClock.adjust("1 minute")
  return yield* Fiber.join(fiber)
})

const all = <A, E, R>(batch: Stream.Stream<A, E, R>, count?: number) => minutes(Stream.runCollect(batch), count)

const submissions = Effect.map(
  Fake.Fake.use((fake) => fake.requests),
  (requests) => requests.filter(({ action, code }) => action?.startsWith("Submit") === true && code === undefined)
)

const teapot = Batch.item(JobKind.Pro, { Prompt: "a teapot" })
const pros = (count: number) =>
  Array.from({ length: count }, (_, nth) => Batch.item(JobKind.Pro, { Prompt: `teapot ${nth}` }))
const rapids = (count: number) =>
  Array.from({ length: count }, (_, nth) => Batch.item(JobKind.Rapid, { Prompt: `cup ${nth}` }))

describe("a batch", () => {
  it.effect("tells of each item how it goes, from the wait for a task slot to its end", () =>
    Effect.gen(function* () {
      const events = yield* all(Batch.run(Stream.make(teapot)))
      assert.deepStrictEqual(told(events), ["0 Waiting", "0 Submitted", "0 Running", "0 Done"])
      const [waiting] = events
      assert.strictEqual(waiting?.line.estimate?.high, 25)
      assert.strictEqual(waiting?.line.operation, yield* Batch.operationId(JobKind.Pro, { Prompt: "a teapot" }))
    }).pipe(Effect.provide(onFake({ run: "2 minutes" })))
  )

  it.effect("buys an item that comes twice once, and says of which it is a duplicate", () =>
    Effect.gen(function* () {
      const events = yield* all(Batch.run(Stream.make(teapot, ...pros(1), teapot)))
      const duplicates = events.flatMap((event) => (event._tag === "Duplicate" ? [[event.line.index, event.of]] : []))
      assert.deepStrictEqual(duplicates, [[2, 0]])
      assert.strictEqual((yield* submissions).length, 2)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("does not let one operation id stand for two requests", () =>
    Effect.gen(function* () {
      const events = yield* all(
        Batch.run(
          Stream.make(
            Batch.item(JobKind.Pro, { Prompt: "a teapot" }, "order-17"),
            Batch.item(JobKind.Pro, { Prompt: "a cup" }, "order-17")
          )
        )
      )
      const failed = events.find((event) => event._tag === "Failed")
      assert.strictEqual(failed?.line.index, 1)
      assert.include(failed?.error.message, "same operation id, order-17")
      assert.strictEqual((yield* submissions).length, 1)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("has as many jobs at once as there are task slots, of each kind", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Stream.runCollect(Batch.run(Stream.make(...pros(10), ...rapids(10)))))
      yield* TestClock.adjust("10 seconds")
      const jobs = yield* Fake.Fake.use((fake) => fake.jobs)
      const count = (kind: string) => jobs.filter((job) => job.kind === kind).length
      assert.deepStrictEqual([count("Pro"), count("Rapid")], [JobKind.Pro.tasksAtOnce, JobKind.Rapid.tasksAtOnce])
      yield* minutes(Fiber.join(fiber))
      assert.strictEqual((yield* submissions).length, 20)
    }).pipe(Effect.provide(onFake({ run: "2 minutes", slotsFull: "refuse" })))
  )

  it.effect("goes on when an item fails: its job, its request, or its submission", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.fault({ code: "FailedOperation.Strange" })
      const events = yield* all(
        Batch.run(
          Stream.make(
            teapot,
            { kind: JobKind.Pro, request: { Prompt: "" } },
            { operation: "order-17", kind: JobKind.Pro, make: Effect.fail("no such image" as const) },
            ...pros(2)
          )
        )
      )
      const failed = events.flatMap((event) => (event._tag === "Failed" ? [event] : []))
      assert.sameMembers(
        failed.map(({ line }) => line.index),
        [0, 1, 2]
      )
      assert.strictEqual(events.filter(({ _tag }) => _tag === "Done").length, 2)
      assert.isDefined(failed.find(({ error }) => error === "no such image"))
    }).pipe(Effect.provide(onFake()))
  )
})

describe("a batch that is run again", () => {
  it.effect("goes on with the jobs that there are, and buys only what is missing", () =>
    Effect.gen(function* () {
      const first = yield* Effect.forkChild(Stream.runDrain(Batch.run(Stream.make(...pros(2)))))
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.interrupt(first)
      const events = yield* all(Batch.run(Stream.make(...pros(3))))
      const recorded = events.flatMap((event) => (event._tag === "Submitted" ? [event.recorded] : []))
      assert.sameMembers(recorded, [false, true, true])
      assert.strictEqual(events.filter(({ _tag }) => _tag === "Done").length, 3)
      assert.strictEqual((yield* submissions).length, 3)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("does not wait for a task slot to go on with a job that there is, so that its id does not expire", () =>
    Effect.gen(function* () {
      yield* all(Batch.run(Stream.make(teapot)))
      const seen: Array<string> = []
      const batch = Batch.run(Stream.make(...pros(9), teapot))
      const fiber = yield* Effect.forkChild(
        Stream.runForEach(batch, ({ _tag, line }) => Effect.sync(() => seen.push(`${line.index} ${_tag}`)))
      )
      for (let second = 0; second < 10; second++) yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.include(seen, "9 Done")
      assert.strictEqual((yield* submissions).length, 1 + JobKind.Pro.tasksAtOnce)
    }).pipe(Effect.provide(onFake({ run: "2 minutes" })))
  )

  it.effect("reports a submission without a clear answer, and buys it again only when it is told to", () =>
    Effect.gen(function* () {
      yield* Fake.Fake.use((fake) => fake.fault("dropped"))
      const errors = Effect.map(all(Batch.run(Stream.make(teapot))), (events) =>
        events.flatMap((event) => (event._tag === "Failed" ? [event.error._tag] : []))
      )
      assert.deepStrictEqual(yield* errors, ["ApiError"])
      assert.deepStrictEqual(yield* errors, ["SubmissionUnknown"])
      assert.strictEqual((yield* submissions).length, 1)
      const events = yield* all(Batch.run(Stream.make(teapot), { again: true }))
      assert.strictEqual(events.at(-1)?._tag, "Done")
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("tells of a job that failed that it failed, long after the service forgot it", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const failing = yield* Effect.forkChild(Stream.runCollect(Batch.run(Stream.make(teapot))))
      yield* TestClock.adjust("1 second")
      const [job] = yield* fake.jobs
      yield* fake.fail(job?.id ?? "", { code: "X", message: "no mesh" })
      yield* minutes(Fiber.join(failing))
      yield* TestClock.adjust("2 days")
      const events = yield* all(Batch.run(Stream.make(teapot)))
      const [failed] = events.flatMap((event) => (event._tag === "Failed" ? [event] : []))
      assert.strictEqual(failed?.error._tag, "JobFailed")
      assert.strictEqual(failed?.ticket?.jobId, job?.id)
      assert.strictEqual((yield* submissions).length, 1)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("refuses an operation id that stands for another request", () =>
    Effect.gen(function* () {
      yield* all(Batch.run(Stream.make(Batch.item(JobKind.Pro, { Prompt: "a teapot" }, "order-17"))))
      const events = yield* all(Batch.run(Stream.make(Batch.item(JobKind.Pro, { Prompt: "a cup" }, "order-17"))))
      assert.deepStrictEqual(
        events.map((event) => (event._tag === "Failed" ? event.error._tag : event._tag)),
        ["OperationConflict"]
      )
    }).pipe(Effect.provide(onFake()))
  )
})

describe("a limit of credits", () => {
  const cost = 25
  const overLimit = (events: ReadonlyArray<Batch.Event<unknown>>) =>
    events.flatMap((event) => (event._tag === "OverLimit" ? [event.line.index] : []))

  it.effect("leaves out what could pass it, and submits a later item that costs less", () =>
    Effect.gen(function* () {
      const events = yield* all(Batch.run(Stream.make(...pros(2), ...rapids(1)), { maxCredits: 40 }))
      assert.deepStrictEqual(overLimit(events), [1])
      assert.strictEqual((yield* submissions).length, 2)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("counts what was bought before, wherever it stands in the batch", () =>
    Effect.gen(function* () {
      yield* all(Batch.run(Stream.make(...pros(4).slice(2))))
      const events = yield* all(Batch.run(Stream.make(...pros(4)), { maxCredits: 3 * cost }))
      assert.deepStrictEqual(overLimit(events), [1])
      assert.strictEqual((yield* submissions).length, 3)
    }).pipe(Effect.provide(onFake()))
  )

  it.effect("counts a submission without a clear answer, and not one that was refused", () =>
    Effect.gen(function* () {
      const service = makeService({
        run: () => 1000,
        fault: (nth) => (nth === 0 ? "refused" : nth === 1 ? "lost" : undefined)
      })
      const one = { ...JobKind.Pro, tasksAtOnce: 1 }
      const items = pros(4).map((item) => ({ ...item, kind: one }))
      const events = yield* all(Batch.run(Stream.make(...items), { maxCredits: 2 * cost })).pipe(
        Effect.provide(service.layer)
      )
      assert.deepStrictEqual(overLimit(events), [3])
      assert.strictEqual(service.submissions(), 3)
    }).pipe(Effect.provide(Journal.layerMemory))
  )

  it.effect("lets nothing pass for which there is no price", () =>
    Effect.gen(function* () {
      const own = { ...JobKind.Pro, name: "Own" }
      const events = yield* all(Batch.run(Stream.make({ ...teapot, kind: own }), { maxCredits: 1000 }))
      assert.deepStrictEqual(overLimit(events), [0])
    }).pipe(Effect.provide(onFake()))
  )
})

describe("what every further submission would meet", () => {
  const apiError = (reason: ApiError.Reason) =>
    new ApiError.ApiError({ action: "SubmitHunyuanTo3DProJob", region: "ap-singapore", reason })
  const denied = apiError(new ApiError.Permission({ code: "UnauthorizedOperation", description: "no" }))

  it.effect("ends the batch: nothing more is submitted, and jobs that there are go to their ends first", () =>
    Effect.gen(function* () {
      const service = makeService({
        run: () => 60_000,
        fault: (nth) => (nth === 4 ? denied : undefined)
      })
      const seen: Array<string> = []
      const error = yield* Batch.run(Stream.make(...pros(20))).pipe(
        Stream.runForEach(({ _tag, line }) => Effect.sync(() => seen.push(`${line.index} ${_tag}`))),
        Effect.flip,
        minutes,
        Effect.provide(service.layer)
      )
      assert.strictEqual(error, denied)
      assert.isAtMost(service.submissions(), 6)
      assert.strictEqual(seen.filter((event) => event.endsWith("Done")).length, service.bought.size)
      assert.include(seen, "4 Failed")
    }).pipe(Effect.provide(Journal.layerMemory))
  )

  it.effect("is told after five submissions in a row without a clear answer, which may all be paid for", () =>
    Effect.gen(function* () {
      const service = makeService({ run: () => 1000, fault: (nth) => (nth % 7 < 5 ? "lost" : undefined) })
      const one = { ...JobKind.Pro, tasksAtOnce: 1 }
      const items = pros(20).map((item) => ({ ...item, kind: one }))
      const error = yield* Batch.run(Stream.make(...items)).pipe(
        Stream.runDrain,
        Effect.flip,
        minutes,
        Effect.provide(service.layer)
      )
      assert.strictEqual(error._tag === "ApiError" ? error.reason._tag : error._tag, "Transport")
      assert.strictEqual(service.submissions(), 5)
    }).pipe(Effect.provide(Journal.layerMemory))
  )

  it.effect("is a journal that does not work, before anything is submitted", () =>
    Effect.gen(function* () {
      const service = makeService({ run: () => 1000 })
      const error = yield* Effect.flip(Stream.runDrain(Batch.run(Stream.make(teapot)))).pipe(
        Effect.provide(service.layer)
      )
      assert.strictEqual(error._tag, "JournalError")
      assert.strictEqual(service.submissions(), 0)
    }).pipe(Effect.provide(layerBroken))
  )

  it.effect("is a failure of the items themselves", () =>
    Effect.gen(function* () {
      const service = makeService({ run: () => 1000 })
      const items = Stream.concat(Stream.make(teapot), Stream.fail("the file is gone" as const))
      const seen: Array<string> = []
      const error = yield* Batch.run(items).pipe(
        Stream.runForEach(({ _tag }) => Effect.sync(() => seen.push(_tag))),
        Effect.flip,
        minutes,
        Effect.provide(service.layer)
      )
      assert.strictEqual(error, "the file is gone")
    }).pipe(Effect.provide(Journal.layerMemory))
  )
})

describe("a batch that is stopped at any moments, and run again", () => {
  property(
    "buys nothing twice, loses no ticket, and ends with one event for each item",
    [
      fc.array(fc.record({ prompt: fc.integer({ min: 0, max: 30 }), isPro: fc.boolean() }), {
        minLength: 1,
        maxLength: 40
      }),
      fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 5 }),
      fc.array(fc.constantFrom("refused" as const, "lost" as const, undefined, undefined, undefined), {
        maxLength: 40
      }),
      fc.integer({ min: 1, max: 20 })
    ],
    (lines, stops, faults, window) =>
      Effect.gen(function* () {
        const service = makeService({
          run: (nth) => 10_000 * (1 + (nth % 7)),
          fails: (nth) => nth % 5 === 4,
          fault: (nth) => faults[nth]
        })
        const items = Stream.fromIterable(
          lines.map(({ isPro, prompt }) =>
            isPro
              ? Batch.item(JobKind.Pro, { Prompt: `teapot ${prompt}` })
              : Batch.item(JobKind.Rapid, { Prompt: `cup ${prompt}` })
          )
        )
        const batch = Batch.run(items, { window, schedule: Schedule.spaced("5 seconds") })
        const tickets = new Set<string>()
        yield* Effect.gen(function* () {
          for (const stop of stops) {
            const fiber = yield* Effect.forkChild(
              Effect.exit(
                Stream.runForEach(batch, (event) =>
                  Effect.sync(() => event._tag === "Submitted" && tickets.add(event.ticket.jobId))
                )
              )
            )
            yield* TestClock.adjust(stop * 1000)
            yield* Fiber.interrupt(fiber)
          }
          const ends = yield* minutes(Effect.exit(Stream.runCollect(batch)), 200)
          for (const [prompt, times] of service.bought) assert.isAtMost(times, 1, prompt)
          const { entries } = yield* Journal.Journal.use(({ list }) => list)
          const recorded = new Set(
            entries.flatMap(({ ticket }): ReadonlyArray<string> => (ticket ? [ticket.jobId] : []))
          )
          for (const ticket of tickets) assert.isTrue(recorded.has(ticket), ticket)
          // Five in a row without an answer end a batch.
          if (Exit.isFailure(ends)) return
          const last = ends.value.filter(
            ({ _tag }) => _tag === "Done" || _tag === "Failed" || _tag === "Duplicate" || _tag === "OverLimit"
          )
          assert.strictEqual(last.length, lines.length)
          assert.strictEqual(new Set(last.map(({ line }) => line.index)).size, lines.length)
        }).pipe(Effect.provide(service.layer), Effect.provide([Layer.fresh(Journal.layerMemory), Logger.layer([])]))
      }),
    { runs: 60 }
  )
})

describe("a batch of thousands of items", () => {
  it.effect(
    "reads them a window ahead, buys each once, and has all task slots at work",
    () =>
      Effect.gen(function* () {
        const wide = { ...JobKind.Pro, tasksAtOnce: 50 }
        const count = 2000
        let read = 0
        let ended = 0
        let most = 0
        const items = Stream.range(1, count).pipe(
          Stream.rechunk(1),
          Stream.map((nth) => {
            read += 1
            most = Math.max(most, read - ended)
            return Batch.item(wide, { Prompt: `teapot ${nth % 1600}` })
          })
        )
        const service = makeService({ run: () => 60_000 })
        const started = yield* Clock.currentTimeMillis
        yield* Batch.run(items, { window: 300, schedule: Schedule.spaced("30 seconds") }).pipe(
          Stream.runForEach(({ _tag }) =>
            Effect.sync(() => {
              if (_tag === "Done" || _tag === "Duplicate") ended += 1
            })
          ),
          (batch) => minutes(batch, 1000),
          Effect.provide(service.layer),
          Effect.provide(Journal.layerMemory)
        )
        assert.strictEqual(ended, count)
        // One is read while the window is full.
        assert.isAtMost(most, 310)
        assert.strictEqual(service.bought.size, 1600)
        assert.deepStrictEqual(new Set(service.bought.values()), new Set([1]))
        assert.strictEqual(service.most.get("Pro"), 50)
        // 32 rounds of a minute, each found out half a minute later at most.
        assert.isAtMost((yield* Clock.currentTimeMillis) - started, 60 * 60_000)
      }),
    120_000
  )

  it.effect("lets no kind wait for the task slots of another", () =>
    Effect.gen(function* () {
      const service = makeService({ run: () => 60_000 })
      const fiber = yield* Effect.forkChild(
        Stream.runDrain(Batch.run(Stream.make(...pros(900), ...rapids(2)))).pipe(
          Effect.provide(service.layer),
          Effect.provide(Journal.layerMemory)
        )
      )
      for (let second = 0; second < 30; second++) yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([service.bought.get("cup 0"), service.bought.get("cup 1")], [1, undefined])
      yield* TestClock.adjust("3 minutes")
      assert.strictEqual(service.bought.get("cup 1"), 1)
      yield* Fiber.interrupt(fiber)
    })
  )

  it.effect("has no more requests in memory than there are task slots, where they are made at their turn", () =>
    Effect.gen(function* () {
      const service = makeService({ run: () => 60_000 })
      let made = 0
      const items = Stream.range(1, 500).pipe(
        Stream.map((nth) => ({
          operation: `order-${nth}`,
          kind: JobKind.Pro,
          make: Effect.sync(() => {
            made += 1
            return { Prompt: `teapot ${nth}` }
          })
        }))
      )
      const fiber = yield* Effect.forkChild(
        Stream.runDrain(Batch.run(items)).pipe(Effect.provide(service.layer), Effect.provide(Journal.layerMemory))
      )
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(service.submissions(), 3)
      // Three have jobs, and three wait for the next task slots.
      assert.strictEqual(made, 6)
      yield* Fiber.interrupt(fiber)
    })
  )
})
