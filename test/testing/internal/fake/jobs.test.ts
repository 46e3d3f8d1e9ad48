import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, type Random } from "effect"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as Job from "../../../../src/job/Job.ts"
import * as JobKind from "../../../../src/job/JobKind.ts"
import * as QueryJob from "../../../../src/job/QueryJob.ts"
import * as Fake from "../../../../src/testing/Fake.ts"
import { makeJob, status, type FakeJob } from "../../../../src/testing/internal/fake/job.ts"
import { makeJobs } from "../../../../src/testing/internal/fake/jobs.ts"
import { makeTaskSlots } from "../../../../src/testing/internal/fake/taskSlots.ts"
import { property } from "../../../support/property.ts"
import { App, codeOf, statusOf, submit, submitJob, unknownId } from "./calls.ts"

const day = 86_400_000

/** Draws that differ, as files must, and that are the same in each run. */
const random = (): Random.Random => {
  let state = 1
  const next = () => (state = (state * 16_807) % 2_147_483_647)
  return { nextDoubleUnsafe: () => next() / 2_147_483_647, nextIntUnsafe: next }
}

describe("Jobs of the fake", () => {
  it.effect("three jobs run at once, and the fourth starts when one ends", () =>
    Effect.gen(function* () {
      const ids: Array<string> = []
      for (let i = 0; i < 4; i++) ids.push((yield* submitJob).JobId)
      const statuses = Effect.all(ids.map(statusOf))
      assert.deepStrictEqual(yield* statuses, ["RUN", "RUN", "RUN", "WAIT"])
      yield* TestClock.adjust("59999 millis")
      assert.deepStrictEqual(yield* statuses, ["RUN", "RUN", "RUN", "WAIT"])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* statuses, ["DONE", "DONE", "DONE", "RUN"])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* statuses, ["DONE", "DONE", "DONE", "DONE"])
    }).pipe(Effect.provide(Fake.layer({ run: "1 minute" })))
  )

  const second = 1000
  const plans = fc.array(
    fc.record({
      gap: fc.nat(12),
      wait: fc.oneof(fc.constant(0), fc.nat(20)),
      run: fc.nat(30),
      /** When a test ends it. */
      endedAfter: fc.option(fc.nat(30), { nil: undefined })
    }),
    { minLength: 1, maxLength: 9 }
  )
  type Plan = typeof plans extends fc.Arbitrary<infer A> ? A : never

  /** The jobs of a plan, with the seconds at which they arrive, are ready and are ended. */
  const timed = (plan: Plan) => {
    let arrives = 0
    return plan.map(({ gap, wait, run, endedAfter }) => {
      arrives += gap
      return { arrives, wait, readyAt: arrives + wait, run, endedAt: arrives + (endedAfter ?? Infinity) }
    })
  }

  /** What a second-by-second account of the task slots says at each second. */
  const account = (jobs: ReturnType<typeof timed>, tasksAtOnce: number, horizon: number) => {
    const states = jobs.map(() => "WAIT")
    const ends = jobs.map(() => Infinity)
    const byReadiness = Array.from(jobs.entries()).toSorted(([, a], [, b]) => a.readyAt - b.readyAt)
    return Array.from({ length: horizon + 1 }, (_, now) => {
      for (const [i, job] of jobs.entries()) {
        if ((states[i] === "RUN" && ends[i] === now) || job.endedAt === now) states[i] = "DONE"
      }
      for (const [i, job] of byReadiness) {
        const running = states.filter((state) => state === "RUN").length
        if (job.readyAt > now || states[i] !== "WAIT" || running >= tasksAtOnce) continue
        // A job that takes no time gives its slot back at once.
        states[i] = job.run === 0 ? "DONE" : "RUN"
        ends[i] = now + job.run
      }
      return states.slice(0, jobs.filter((job) => job.arrives <= now).length)
    })
  }

  property(
    "task slots are given first come first served, as a second-by-second account of them says",
    [plans, fc.integer({ min: 1, max: 4 }), fc.func(fc.boolean())],
    (plan, tasksAtOnce, looksAt) => {
      const jobs = timed(plan)
      const horizon = (jobs.at(-1)?.arrives ?? 0) + 50 * jobs.length
      const fake = makeJobs({ tasksAtOnce })
      const added: Array<FakeJob> = []
      for (const [time, expected] of account(jobs, tasksAtOnce, horizon).entries()) {
        const now = time * second
        for (const job of jobs) {
          if (job.arrives !== time) continue
          added.push(fake.add({ wait: job.wait * second, run: job.run * second }, now, random()))
        }
        for (const [i, job] of jobs.entries()) {
          if (job.endedAt === time && added[i] !== undefined) fake.end(added[i], "DONE", now)
        }
        // What is seen may not depend on who looked before.
        if (!looksAt(time)) continue
        const seen = fake.known(now).map((job) => status(job, now))
        assert.deepStrictEqual<ReadonlyArray<string>>(seen, expected, `at ${time} s`)
      }
    },
    { runs: 400 }
  )

  it.effect("kinds have task slots of their own, as many as the kind says", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      for (const kind of JobKind.all) {
        for (let i = 0; i <= kind.tasksAtOnce; i++) yield* fake.job({ kind })
      }
      const jobs = yield* fake.jobs
      for (const kind of JobKind.all) {
        const statuses = jobs.filter((job) => job.kind === kind.name).map((job) => job.status)
        assert.deepStrictEqual(statuses, [...Array.from({ length: kind.tasksAtOnce }, () => "RUN" as const), "WAIT"])
      }
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("with slotsFull: refuse, a submit without a free task slot is refused and makes no job", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const submission = { action: submit, body: `{"Prompt":"a cat"}` }
      for (let i = 0; i < 3; i++) assert.strictEqual(yield* codeOf(submission), "OK")
      assert.strictEqual(yield* codeOf(submission), "RequestLimitExceeded.JobNumExceed")
      assert.strictEqual((yield* fake.jobs).length, 3)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* codeOf(submission), "OK")
    }).pipe(Effect.provide(Fake.layer({ slotsFull: "refuse", run: "10 seconds" })))
  )

  it.effect("a job that waits by itself holds up no other", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      for (let i = 0; i < 5; i++) yield* fake.job({ wait: "Infinity" })
      const id = yield* fake.job({ run: "1 second" })
      assert.strictEqual(yield* statusOf(id), "RUN")
      const waiting = yield* fake.job({ wait: "2 seconds", run: "1 second" })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* statusOf(waiting), "WAIT")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* statusOf(waiting), "RUN")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it("a job runs for 60 to 180 seconds unless it is told otherwise", () => {
    const drawn = (chance: number) => {
      const jobs = makeJobs({})
      const { id } = jobs.add({}, 0, { nextDoubleUnsafe: () => chance, nextIntUnsafe: () => 0 })
      return jobs.find(id, 0)?.endsAt
    }
    assert.strictEqual(drawn(0), 60_000)
    assert.strictEqual(drawn(0.5), 120_000)
    assert.strictEqual(drawn(1 - Number.EPSILON), 180_000)
  })

  it.effect("a job that never ends gives its task slot back when its id expires", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      for (let i = 0; i < 3; i++) yield* fake.job({ run: "Infinity" })
      yield* TestClock.adjust("1 hour")
      const id = yield* fake.job()
      yield* TestClock.adjust(Duration.millis(23 * 3_600_000 - 1))
      assert.strictEqual(yield* statusOf(id), "WAIT")
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* statusOf(id), "RUN")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("an id is forgotten after 24 hours", () =>
    Effect.gen(function* () {
      const id = (yield* submitJob).JobId
      yield* TestClock.adjust(Duration.millis(86_400_000 - 1))
      assert.strictEqual(yield* statusOf(id), "DONE")
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* statusOf(id), "FailedOperation.JobNotFound")
      assert.deepStrictEqual(yield* Effect.flatMap(Fake.Fake, (fake) => fake.jobs), [])
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("an id is known only in the region of its submit, and to the query of its kind", () =>
    Effect.gen(function* () {
      const body = JSON.stringify({ JobId: (yield* submitJob).JobId })
      const elsewhere = { body, headers: { "x-tc-region": "na-siliconvalley" } }
      assert.strictEqual(yield* codeOf(elsewhere), "FailedOperation.JobNotFound")
      assert.strictEqual(yield* codeOf({ body, action: JobKind.Rapid.query.action }), "FailedOperation.JobNotFound")
      assert.strictEqual(yield* codeOf({ body }), "OK")
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("jobs can be there from the start, so that a test has only to wait", () => {
    const id = Job.JobId.make(unknownId)
    const rapid = new Job.JobTicket({
      jobId: Job.JobId.make("42".padEnd(19, "0")),
      kind: "Rapid",
      region: "na-siliconvalley"
    })
    return Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      const done = yield* Effect.forkChild(jobs.wait(id))
      const failed = yield* Effect.forkChild(Effect.flip(jobs.wait(rapid)))
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual((yield* Fiber.join(done)).files.length, 1)
      const error = yield* Fiber.join(failed)
      if (error._tag !== "JobFailed") return assert.fail(error._tag)
      assert.strictEqual(error.job.errorCode, "FailedOperation.InnerError")
    }).pipe(
      Effect.provide(
        App.pipe(
          Layer.provide(
            Fake.layer({
              jobs: [
                { id, run: "90 seconds" },
                {
                  id: rapid.jobId,
                  kind: JobKind.Rapid,
                  region: rapid.region,
                  outcome: { code: "FailedOperation.InnerError", message: "no luck" }
                }
              ]
            })
          )
        )
      )
    )
  })

  it.effect("an id that is no string of digits is a bug of the test, and dies", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Layer.build(Fake.layer({ jobs: [{ id: "mine" }] })))
      assert.strictEqual(exit._tag, "Failure")
    })
  )

  it("a job is dropped from memory when neither its id nor its files are valid any more", () => {
    const jobs = makeJobs({ run: "1 hour" })
    const drawn = random()
    const { id, file } = jobs.add({}, 0, drawn)
    const neverRuns = jobs.add({ wait: "Infinity" }, 0, drawn)
    assert.strictEqual(jobs.find(id, day - 1)?.file, file)
    assert.isUndefined(jobs.find(id, day))
    assert.deepStrictEqual(jobs.known(day), [])
    assert.strictEqual(jobs.findByFile(file, day)?.id, id)
    assert.isUndefined(jobs.findByFile(neverRuns.file, day))
    assert.isUndefined(jobs.findByFile(file, 2 * day))
    assert.strictEqual(jobs.add({}, 2 * day, drawn), jobs.known(2 * day)[0])
  })

  it("an id that comes again replaces its job, which gives its task slot back", () => {
    const jobs = makeJobs({ run: "Infinity", tasksAtOnce: 1 })
    jobs.add({ id: "1111111111" }, 0, random())
    const next = jobs.add({}, 0, random())
    jobs.add({ id: "1111111111" }, 0, random())
    assert.deepStrictEqual(
      jobs.known(0).map((job) => [job.id, status(job, 0)]),
      [
        [next.id, "RUN"],
        ["1111111111", "WAIT"]
      ]
    )
  })

  it("jobs that never end give their task slots back one after the other", () => {
    const jobs = makeJobs({ run: "Infinity", tasksAtOnce: 1 })
    const hours = [0, 1, 2, 3].map((hour) => jobs.add({}, (hour * day) / 24, random()))
    const statesAt = (now: number) => {
      jobs.known(now)
      return hours.map((job) => status(job, now))
    }
    assert.deepStrictEqual(statesAt(day), ["RUN", "RUN", "WAIT", "WAIT"])
    assert.deepStrictEqual(statesAt((26 * day) / 24), ["RUN", "RUN", "RUN", "RUN"])
  })

  it("a job that is never ready and a job that gets no task slot in its time hold up no other", () => {
    const jobs = makeJobs({ tasksAtOnce: 1 })
    jobs.add({ wait: "Infinity" }, 0, random())
    jobs.add({ run: "Infinity" }, 0, random())
    jobs.add({ run: "Infinity" }, 0, random())
    const late = jobs.add({ run: "1 hour" }, day - 1, random())
    assert.strictEqual(status(jobs.find(late.id, day) ?? late, day), "RUN")
    assert.isFalse(jobs.hasFreeSlot(JobKind.Pro, day))
    assert.isTrue(jobs.hasFreeSlot(JobKind.Pro, day + 3_600_000))
  })

  it("more task slots serve the jobs that wait from then on", () => {
    const jobs = makeJobs({ run: "1 hour" })
    const kind = { ...JobKind.Rapid, tasksAtOnce: 3 }
    const added = Array.from({ length: 3 }, () => jobs.add({ kind: JobKind.Rapid }, 0, random()))
    assert.isFalse(jobs.hasFreeSlot(kind, 60_000))
    jobs.known(60_000)
    assert.deepStrictEqual(
      added.map((job) => job.startsAt),
      [0, 60_000, 60_000]
    )
  })

  it("fewer task slots start a job when few enough are taken", () => {
    const jobs = makeJobs({})
    const kind = { ...JobKind.Pro, tasksAtOnce: 1 }
    for (const run of [10, 20, 30]) jobs.add({ run }, 0, random())
    const last = jobs.add({ kind, run: 1 }, 0, random())
    jobs.known(100)
    assert.strictEqual(last.startsAt, 30)
  })

  it("a clock that is set back keeps no job from its task slot", () => {
    const jobs = makeJobs({ run: "1 minute" })
    jobs.add({}, 3_600_000, random())
    jobs.known(3_700_000)
    const { id } = jobs.add({}, 0, random())
    assert.strictEqual(jobs.find(id, 0)?.startsAt, 0)
  })

  for (const tasksAtOnce of [Infinity, Number.MAX_SAFE_INTEGER, 2 ** 32, 100.5]) {
    it(`${tasksAtOnce} jobs can run at once`, () => {
      const jobs = makeJobs({ tasksAtOnce, run: "1 minute" })
      for (let i = 0; i < 100; i++) jobs.add({}, 0, random())
      assert.deepStrictEqual(new Set(jobs.known(0).map((job) => status(job, 0))), new Set(["RUN"]))
      assert.strictEqual(jobs.hasFreeSlot(JobKind.Pro, 0), tasksAtOnce > 101)
    })
  }

  // Far below the time limit of a test when each costs the same, and far above it when each costs as much as there are.
  for (const tasksAtOnce of [3, Infinity]) {
    it(`20 000 jobs are added, looked at, downloaded and ended, ${tasksAtOnce} at once`, () => {
      const jobs = makeJobs({ tasksAtOnce })
      const drawn = random()
      const added = Array.from({ length: 20_000 }, (_, i) => jobs.add({}, i, drawn))
      const now = 20_000
      assert.isTrue(added.every((job) => jobs.find(job.id, now) === job))
      for (const job of added.toReversed()) jobs.end(job, "DONE", now)
      assert.isTrue(added.every((job) => jobs.findByFile(job.file, now) === job))
      // A second where nothing else runs.
    }, 30_000)
  }

  it("one look starts 200 000 jobs that waited, as task slots became free", () => {
    const job = makeJob(unknownId, { run: "1 minute" }, {}, 0, random())
    const waiting = Array.from({ length: 200_000 }, () => ({ ...job }))
    const slots = makeTaskSlots()
    slots.setCount(10_000)
    waiting.forEach(slots.enter)
    slots.settle(3_600_000)
    assert.deepStrictEqual(
      [0, 9999, 10_000, 199_999].map((at) => waiting[at]?.startsAt),
      [0, 0, 60_000, 1_140_000]
    )
    // A second where nothing else runs, and half a minute if a queue were shifted for each of them.
  }, 30_000)
})
