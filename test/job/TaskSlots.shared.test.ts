import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Effect, Exit, Fiber, Layer, References, Schedule } from "effect"
import { Redis } from "effect/persistence"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import * as ApiError from "../../src/cloud/ApiError.ts"
import * as GenerateJob from "../../src/job/GenerateJob.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobApi from "../../src/job/JobApi.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as SubmitJob from "../../src/job/SubmitJob.ts"
import * as TaskSlots from "../../src/job/TaskSlots.ts"
import { withLogs } from "../support/logs.ts"
import * as MemoryRedis from "../support/memoryRedis.ts"
import { property } from "../support/property.ts"
import { blockable, type Way } from "../support/redisStore.ts"
import * as MemorySlots from "./TaskSlots.memory.ts"

const second = 1000

interface Service {
  readonly slots?: number
  /** Task slots that somebody outside the fleet has. */
  readonly outsiders?: number
  /** How long a job takes, and how long it holds its task slot after that. */
  readonly run?: number
  readonly held?: number
}

/** A service that refuses a job when all task slots are taken, as the real one does. */
const makeService = ({ held = 30 * second, outsiders = 0, run = 60 * second, slots = 3 }: Service = {}) => {
  const jobs = new Map<string, { readonly caller: string; readonly from: number; readonly to: number }>()
  const refused: Array<{ readonly caller: string; readonly time: number }> = []
  const taken = { byOutsiders: outsiders }
  const refusal = new ApiError.ApiError({
    action: JobKind.Pro.submit.action,
    region: "ap-singapore",
    reason: new ApiError.TaskSlotsFull({ code: "RequestLimitExceeded.JobNumExceed", description: "full" })
  })
  const invalid = new ApiError.ApiError({
    action: JobKind.Pro.submit.action,
    region: "ap-singapore",
    reason: new ApiError.InvalidRequest({ code: "InvalidParameterValue", description: "no prompt" })
  })
  const Api = Layer.succeed(JobApi.JobApi, {
    submit: (_, request) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const caller = JSON.stringify(request)
        if (caller === `{"Prompt":""}`) return yield* invalid
        // The answer takes a moment.
        const busy = [...jobs.values()].filter(({ to }) => to + held > now).length
        if (busy + taken.byOutsiders >= slots) {
          refused.push({ caller, time: now })
          return yield* refusal
        }
        const id = Job.JobId.make(String(1_000_000_000 + jobs.size))
        jobs.set(id, { caller, from: now, to: now + run })
        yield* Effect.sleep(100)
        return id
      }),
    query: ({ jobId }) =>
      Effect.map(Clock.currentTimeMillis, (now) =>
        now < (jobs.get(jobId)?.to ?? 0) ? new Job.Running({ id: jobId }) : new Job.Done({ id: jobId })
      )
  })
  return {
    Api,
    refused,
    taken,
    /** When the job of a caller was accepted. */
    accepted: (prompt: string) => [...jobs.values()].find(({ caller }) => caller.includes(`"${prompt}"`))?.from,
    accepts: () => jobs.size
  }
}

/** A process of a fleet, with its own way to the store. */
const join = Effect.fnUntraced(function* (
  memory: ReturnType<typeof MemorySlots.make>,
  service: ReturnType<typeof makeService>,
  options?: TaskSlots.SharedOptions,
  way: Way = (it) => it
) {
  const redis = yield* MemoryRedis.redisOf((key, args) => way(memory.answer(key, args)))
  const Slots = TaskSlots.layerShared(options).pipe(Layer.provide(Layer.succeed(Redis.Redis, redis)))
  const Jobs = GenerateJob.layerNoDeps.pipe(
    Layer.provideMerge(Layer.merge(SubmitJob.layerNoDeps, QueryJob.layerNoDeps)),
    Layer.provide(service.Api),
    Layer.provideMerge(Slots)
  )
  const context = yield* Layer.build(Layer.fresh(Jobs))
  const { generate } = Context.get(context, GenerateJob.GenerateJob)
  const { submit } = Context.get(context, SubmitJob.SubmitJob)
  return {
    pool: Context.get(context, TaskSlots.TaskSlotPool),
    jobs: Context.get(context, QueryJob.QueryJob),
    submit: (prompt: string, options?: SubmitJob.Options) => submit(JobKind.Pro, { Prompt: prompt }, options),
    generate: (prompt: string, options?: GenerateJob.Options) =>
      generate(
        JobKind.Pro,
        { Prompt: prompt },
        { schedule: Schedule.spaced("2 seconds"), deadline: "1 day", ...options }
      )
  }
})

interface Fate {
  /** How long a message takes to the store and back, in milliseconds. */
  readonly there: number
  readonly back: number
}

/** The messages of a process take so long, over and over. */
const fated = (fates: ReadonlyArray<Fate>): Way => {
  let nth = 0
  return (answer) =>
    Effect.suspend(() => {
      const { back, there } = fates[nth++ % fates.length] ?? { there: 0, back: 0 }
      return Effect.andThen(Effect.sleep(there), answer).pipe(Effect.tap(Effect.sleep(back)))
    })
}

/** A process that dies when its message with this number, counted from 0, is under way to the store, or back. */
const dying = (after: number, on: "there" | "back") => {
  let nth = 0
  let died = false
  const way: Way = (answer) =>
    Effect.suspend(() => {
      if (nth++ < after) return Effect.tap(Effect.sleep(20), answer).pipe(Effect.andThen(answer))
      if (died || on === "there") {
        died = true
        return Effect.never
      }
      died = true
      return Effect.andThen(answer, Effect.never)
    })
  return { way, hasDied: () => died }
}

const fates = fc.array(fc.record({ there: fc.nat(400), back: fc.nat(400) }), { minLength: 1, maxLength: 6 })

/** Runs an effect to its end, within ten seconds of virtual time. */
const soon = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const fiber = yield* Effect.forkChild(effect)
  for (let step = 0; step < 100 && fiber.pollUnsafe() === undefined; step++) yield* TestClock.adjust(100)
  assert.isDefined(fiber.pollUnsafe())
  return yield* Fiber.join(fiber)
})

const quiet = Effect.provideService(References.MinimumLogLevel, "None")

describe("layerShared, for any callers", () => {
  property(
    "no submission is refused, and each is sent in the order in which it came, however long the store's answers take",
    [
      fc.array(fc.record({ process: fc.nat(2), gap: fc.integer({ min: 2, max: 30 }) }), {
        minLength: 1,
        maxLength: 14
      }),
      fc.tuple(fates, fates, fates),
      fc.integer({ min: 1, max: 4 })
    ],
    Effect.fnUntraced(function* (callers, ways, slots) {
      const service = makeService({ slots })
      const memory = MemorySlots.make()
      const fleet = yield* Effect.forEach(ways, (fates) =>
        join(memory, service, { slots: { Pro: slots } }, fated(fates))
      )
      for (const [nth, { gap, process }] of callers.entries()) {
        const { generate } = fleet[process] ?? (yield* Effect.die("no process"))
        yield* Effect.forkChild(generate(`caller ${nth}`))
        yield* TestClock.adjust(gap * second)
      }
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(service.refused, [])
      const times = callers.map((_, nth) => service.accepted(`caller ${nth}`) ?? Infinity)
      // Two processes that get theirs at the same time hear of it when they speak next.
      for (const [nth, time] of times.entries()) assert.isAtLeast((times[nth + 1] ?? Infinity) + 2000, time)
      assert.isBelow(Math.max(...times), Infinity)
    }, quiet),
    { runs: 60 }
  )

  property(
    "callers that leave while they wait give their places back",
    [
      fc.array(fc.record({ process: fc.nat(1), stays: fc.boolean(), leavesAfter: fc.nat(300) }), { maxLength: 14 }),
      fc.tuple(fates, fates)
    ],
    Effect.fnUntraced(function* (callers, ways) {
      const service = makeService({ slots: 2 })
      const memory = MemorySlots.make()
      const fleet = yield* Effect.forEach(ways, (fates) => join(memory, service, { slots: { Pro: 2 } }, fated(fates)))
      for (const [nth, { leavesAfter, process, stays }] of callers.entries()) {
        const { generate } = fleet[process] ?? (yield* Effect.die("no process"))
        const fiber = yield* Effect.forkChild(generate(`caller ${nth}`))
        if (!stays) yield* Effect.forkChild(Effect.delay(Fiber.interrupt(fiber), leavesAfter * second))
      }
      yield* TestClock.adjust("1 hour")
      assert.isTrue(callers.every(({ stays }, nth) => !stays || service.accepted(`caller ${nth}`) !== undefined))
      const before = yield* Clock.currentTimeMillis
      yield* Effect.forkChild(fleet[0]?.generate("the last one") ?? Effect.void)
      yield* TestClock.adjust("1 minute")
      assert.isAtMost((service.accepted("the last one") ?? Infinity) - before, 1000)
      assert.deepStrictEqual(service.refused, [])
    }, quiet),
    { runs: 60 }
  )

  property(
    "a process that dies between any two of its messages holds nobody up, and costs one refusal for each of its jobs at most",
    [fc.nat(30), fc.constantFrom("there", "back"), fc.integer({ min: 1, max: 5 })],
    Effect.fnUntraced(function* (after, on, jobs) {
      const service = makeService({ slots: 2 })
      const memory = MemorySlots.make()
      const { hasDied, way } = dying(after, on)
      const options = { slots: { Pro: 2 } }
      const victim = yield* join(memory, service, options, way)
      const other = yield* join(memory, service, options)
      const victims = yield* Effect.forEach(Array.from({ length: jobs }), (_, nth) =>
        Effect.forkChild(victim.generate(`victim ${nth}`))
      )
      for (let nth = 0; nth < 4; nth++) yield* Effect.forkChild(other.generate(`other ${nth}`))
      for (let passed = 0; passed < 100 && !hasDied(); passed++) yield* TestClock.adjust("1 second")
      yield* Effect.forkChild(Fiber.interruptAll(victims))
      yield* TestClock.adjust("1 hour")
      for (let nth = 0; nth < 4; nth++) assert.isDefined(service.accepted(`other ${nth}`))
      assert.isAtMost(service.refused.length, 8)
    }, quiet),
    { runs: 80 }
  )
})

describe("layerShared", () => {
  it.effect("processes have as many jobs at the service as there are task slots, between them", () =>
    Effect.gen(function* () {
      const service = makeService()
      const memory = MemorySlots.make()
      const fleet = [yield* join(memory, service), yield* join(memory, service)]
      for (const [nth, { generate }] of [...fleet, ...fleet, ...fleet].entries()) {
        yield* Effect.forkChild(generate(`caller ${nth}`))
      }
      yield* TestClock.adjust("85 seconds")
      assert.strictEqual(service.accepts(), 3)
      // A job takes a minute, and holds its task slot for half a minute after that.
      yield* TestClock.adjust("15 seconds")
      assert.strictEqual(service.accepts(), 6)
      assert.deepStrictEqual(service.refused, [])
    })
  )

  it.effect("accounts with different prefixes, and kinds, do not disturb one another", () =>
    Effect.gen(function* () {
      const service = makeService({ slots: 10 })
      const memory = MemorySlots.make()
      for (const prefix of ["one:", "two:"]) {
        const { submit } = yield* join(memory, service, { prefix, slots: { Pro: 1 } })
        yield* Effect.forkChild(submit(`${prefix} first`))
        yield* Effect.forkChild(submit(`${prefix} second`))
      }
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(service.accepts(), 2)
    })
  )

  it.effect("tells a caller its position when it has to wait, and whenever that changes", () =>
    Effect.gen(function* () {
      const service = makeService({ slots: 1 })
      const memory = MemorySlots.make()
      const options = { slots: { Pro: 1 } }
      const one = yield* join(memory, service, options)
      const other = yield* join(memory, service, options)
      const seen: Array<number> = []
      for (const { generate } of [one, other, one, other]) {
        yield* Effect.forkChild(generate("ahead"))
        yield* TestClock.adjust("2 seconds")
      }
      const { lines } = yield* withLogs(
        Effect.gen(function* () {
          yield* Effect.forkChild(
            one.generate("the one", { onPosition: (position) => Effect.sync(() => seen.push(position)) })
          )
          yield* TestClock.adjust("10 minutes")
        })
      )
      assert.deepStrictEqual(seen, [4, 3, 2, 1])
      const positions = lines.flatMap(({ level, text }) => {
        const [, position] = /task slot of Pro: position (\d+) in the queue/.exec(text) ?? []
        return position === undefined ? [] : [`${level} ${position}`]
      })
      assert.deepStrictEqual(positions, ["Info 4", "Info 2", "Info 1"])
    })
  )

  it.effect("a killed process loses its places in the queue and its task slots without a job within seconds", () =>
    Effect.gen(function* () {
      const service = makeService()
      const memory = MemorySlots.make()
      const options = { slots: { Pro: 1 } }
      const { block, way } = blockable()
      const victim = yield* join(memory, service, options, way)
      const other = yield* join(memory, service, options)
      yield* victim.pool.enter(JobKind.Pro)
      yield* victim.pool.enter(JobKind.Pro)
      yield* TestClock.adjust("1 second")
      yield* Effect.forkChild(other.submit("after it"))
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(service.accepts(), 0)
      block()
      yield* TestClock.adjust("7 seconds")
      assert.strictEqual(service.accepts(), 1)
    })
  )

  it.effect(
    "the job of a killed process holds its task slot until another one sees its end, and for half a minute more",
    () =>
      Effect.gen(function* () {
        const service = makeService({ slots: 1 })
        const memory = MemorySlots.make()
        const options = { slots: { Pro: 1 } }
        const { block, way } = blockable()
        const victim = yield* join(memory, service, options, way)
        const other = yield* join(memory, service, options)
        const ticket = yield* soon(victim.submit("of the victim"))
        block()
        yield* Effect.forkChild(other.submit("after it"))
        yield* TestClock.adjust("5 minutes")
        assert.strictEqual(service.accepts(), 1)
        assert.strictEqual((yield* soon(other.jobs.query(ticket)))._tag, "Done")
        yield* TestClock.adjust("28 seconds")
        assert.strictEqual(service.accepts(), 1)
        yield* TestClock.adjust("4 seconds")
        assert.strictEqual(service.accepts(), 2)
        assert.deepStrictEqual(service.refused, [])
      })
  )

  it.effect("a job whose end nobody sees holds its task slot for the longest time that a job takes", () =>
    Effect.gen(function* () {
      const service = makeService({ slots: 1 })
      const { submit } = yield* join(MemorySlots.make(), service, { slots: { Pro: 1 }, longestJob: "10 minutes" })
      yield* soon(submit("first"))
      yield* Effect.forkChild(submit("second"))
      yield* TestClock.adjust("9 minutes")
      assert.strictEqual(service.accepts(), 1)
      yield* TestClock.adjust("62 seconds")
      assert.strictEqual(service.accepts(), 2)
    })
  )

  it.effect("a submission that fails gives its task slot back at once", () =>
    Effect.gen(function* () {
      const service = makeService({ slots: 1 })
      const { generate, submit } = yield* join(MemorySlots.make(), service, { slots: { Pro: 1 } })
      const invalid = yield* Effect.forkChild(Effect.flip(submit("")))
      yield* Effect.forkChild(generate("valid"))
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(invalid)
      assert.strictEqual(service.accepts(), 1)
    }).pipe(quiet)
  )
})

describe("layerShared at a service whose task slots somebody else has", () => {
  it.effect(
    "only the first in the queue tries again, by the schedule, and the others keep their places behind it",
    () =>
      Effect.gen(function* () {
        const service = makeService({ outsiders: 3 })
        const memory = MemorySlots.make()
        const fleet = [yield* join(memory, service), yield* join(memory, service)]
        for (const [nth, { generate }] of [...fleet, ...fleet, ...fleet, ...fleet, ...fleet].entries()) {
          yield* Effect.forkChild(generate(`caller ${nth}`))
          yield* TestClock.adjust("5 seconds")
        }
        yield* TestClock.adjust("5 minutes")
        // Within six minutes, 15 seconds apart at first and a minute later on.
        assert.isAtMost(service.refused.length, 12)
        assert.isTrue(service.refused.every(({ caller }) => caller.includes(`"caller 0"`)))
        service.taken.byOutsiders = 0
        yield* TestClock.adjust("30 minutes")
        const times = fleet.flatMap((_, nth) => [service.accepted(`caller ${nth}`) ?? Infinity])
        assert.deepStrictEqual(
          times.toSorted((a, b) => a - b),
          times
        )
        assert.strictEqual(service.accepts(), 10)
      }).pipe(quiet)
  )

  it.effect(
    "with one task slot less than it counts, one submission is refused for each that is accepted, at most",
    () =>
      Effect.gen(function* () {
        const service = makeService({ outsiders: 1 })
        const { generate } = yield* join(MemorySlots.make(), service)
        for (let nth = 0; nth < 8; nth++) yield* Effect.forkChild(generate(`caller ${nth}`))
        yield* TestClock.adjust("2 hours")
        assert.strictEqual(service.accepts(), 8)
        const [first = 0] = service.refused.map(({ time }) => time)
        assert.isAtMost(service.refused.filter(({ time }) => time === first).length, 1)
      }).pipe(quiet)
  )

  it.effect("when the schedule ends, the first one fails with TaskSlotsFull, and the next one tries", () =>
    Effect.gen(function* () {
      const service = makeService({ outsiders: 3 })
      const { submit } = yield* join(MemorySlots.make(), service)
      const first = yield* Effect.forkChild(Effect.flip(submit("first")))
      yield* TestClock.adjust("1 second")
      const next = yield* Effect.forkChild(submit("next"))
      yield* TestClock.adjust("17 minutes")
      const error = yield* Fiber.join(first)
      assert.strictEqual(error._tag === "ApiError" && error.reason._tag, "TaskSlotsFull")
      assert.isTrue(service.refused.some(({ caller }) => caller.includes("next")))
      service.taken.byOutsiders = 0
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual((yield* Fiber.join(next)).kind, "Pro")
    }).pipe(quiet)
  )
})

describe("layerShared without its store", () => {
  it.effect("a submission fails with NoPermit at the deadline, and nothing is sent", () =>
    Effect.gen(function* () {
      const service = makeService()
      const { way, block, open } = blockable()
      const { submit } = yield* join(MemorySlots.make(), service, {}, way)
      block()
      const fiber = yield* Effect.forkChild(Effect.flip(submit("a teapot")))
      yield* TestClock.adjust("9 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("4 seconds")
      const error = yield* Fiber.join(fiber)
      if (error._tag !== "ApiError") return assert.fail(error.message)
      assert.strictEqual(error.reason._tag, "NoPermit")
      assert.isFalse(error.mayHaveRun)
      assert.include(error.message, "Nothing was sent: The shared store of task slots gave none for Pro; check that")
      assert.strictEqual(service.accepts(), 0)
      open()
      yield* TestClock.adjust("1 minute")
      yield* soon(submit("a cup"))
      assert.strictEqual(service.accepts(), 1)
    }).pipe(quiet)
  )

  it.effect("its loss and its return are each logged once", () =>
    Effect.gen(function* () {
      const { way, block, open } = blockable()
      block()
      const { lines } = yield* withLogs(
        Effect.gen(function* () {
          const { submit } = yield* join(MemorySlots.make(), makeService(), {}, way)
          const fiber = yield* Effect.forkChild(submit("a teapot"))
          yield* TestClock.adjust("8 seconds")
          open()
          yield* TestClock.adjust("8 seconds")
          yield* Fiber.join(fiber)
        })
      )
      assert.deepStrictEqual(
        lines.filter(({ level }) => level === "Warn").map(({ text }) => text),
        [
          "The shared store of task slots does not answer. Submissions wait for it, and fail when it has not answered for 10s. Check that it can be reached.",
          "The shared store of task slots answers again."
        ]
      )
    })
  )

  it.effect("a submission that is paid for does not fail when the store is lost then: a warning names the job", () =>
    Effect.gen(function* () {
      const service = makeService()
      const { way, block, open } = blockable()
      const memory = MemorySlots.make()
      const { submit } = yield* join(memory, service, { slots: { Pro: 1 } }, way)
      const { lines, value: ticket } = yield* withLogs(
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(submit("a teapot"))
          yield* Effect.yieldNow
          yield* Effect.yieldNow
          while (service.accepts() === 0) yield* TestClock.adjust(10)
          block()
          yield* TestClock.adjust("10 seconds")
          return yield* Fiber.join(fiber)
        })
      )
      assert.isTrue(
        lines.some(({ level, text }) => level === "Warn" && text.includes(`has not heard of job ${ticket.jobId}.`))
      )
      // It hears of the job later.
      open()
      yield* TestClock.adjust("3 seconds")
      yield* Effect.forkChild(submit("a cup"))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(service.accepts(), 1)
      assert.deepStrictEqual(service.refused, [])
    })
  )

  it.effect("an interruption ends at once while a submission waits", () =>
    Effect.gen(function* () {
      const { way, block } = blockable()
      const { submit } = yield* join(MemorySlots.make(), makeService(), {}, way)
      block()
      const fiber = yield* Effect.forkChild(submit("a teapot"))
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.interrupt(fiber)
      const exit = yield* Fiber.await(fiber)
      assert.isTrue(Exit.hasInterrupts(exit))
    }).pipe(quiet)
  )

  it.effect("a store that lost its state gives no task slot twice, and keeps the order of the queue", () =>
    Effect.gen(function* () {
      const service = makeService({ slots: 1 })
      const memory = MemorySlots.make()
      const options = { slots: { Pro: 1 } }
      const fleet = [yield* join(memory, service, options), yield* join(memory, service, options)]
      for (const [nth, { generate }] of [...fleet, ...fleet].entries()) {
        yield* Effect.forkChild(generate(`caller ${nth}`))
        yield* TestClock.adjust("5 seconds")
      }
      memory.forget()
      yield* TestClock.adjust("30 minutes")
      assert.deepStrictEqual(service.refused, [])
      const times = [0, 1, 2, 3].map((nth) => service.accepted(`caller ${nth}`) ?? Infinity)
      assert.deepStrictEqual(
        times.toSorted((a, b) => a - b),
        times
      )
      assert.isBelow(times[3] ?? Infinity, Infinity)
    })
  )

  it.effect("a server that hung for longer than a lease takes no place from anybody", () =>
    Effect.gen(function* () {
      const service = makeService({ slots: 1 })
      const memory = MemorySlots.make()
      const options = { slots: { Pro: 1 }, deadline: "1 minute" } as const
      const ways = [blockable(), blockable()]
      const fleet = yield* Effect.forEach(ways, ({ way }) => join(memory, service, options, way))
      for (const [nth, { generate }] of [...fleet, ...fleet].entries()) {
        yield* Effect.forkChild(generate(`caller ${nth}`))
        yield* TestClock.adjust("1 second")
      }
      for (const { block } of ways) block()
      yield* TestClock.adjust("20 seconds")
      for (const { open } of ways) open()
      yield* TestClock.adjust("30 minutes")
      assert.deepStrictEqual(service.refused, [])
      const times = [0, 1, 2, 3].map((nth) => service.accepted(`caller ${nth}`) ?? Infinity)
      assert.deepStrictEqual(
        times.toSorted((a, b) => a - b),
        times
      )
      assert.isBelow(times[3] ?? Infinity, Infinity)
    }).pipe(quiet)
  )

  it.effect("a process that has nothing to do with task slots sends nothing", () =>
    Effect.gen(function* () {
      const service = makeService()
      const memory = MemorySlots.make()
      const { generate } = yield* join(memory, service)
      yield* Effect.forkChild(generate("a teapot"))
      yield* TestClock.adjust("2 minutes")
      const before = memory.messages.length
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(memory.messages.length, before)
    })
  )
})
