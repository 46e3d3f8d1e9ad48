import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as Batch from "../../src/fleet/Batch.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Journal from "../../src/job/Journal.ts"
import * as Fake from "../../src/testing/Fake.ts"

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
