/** How a test steers the fake while it runs: time, failures, seed and state. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Effect, Layer, Random, Schema } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as Job from "../../src/job/Job.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Kinds from "../../src/job/Kinds.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { jsonValue } from "../support/arbitraries.ts"
import { property } from "../support/property.ts"
import { codeOf, look, send, statusOf, submit, submitJob, unknownId } from "./internal/fake/calls.ts"

/** As JSON that was written to a file. */
const written = (state: Fake.State): unknown => JSON.parse(JSON.stringify(state))

const statuses = Effect.map(
  Fake.Fake.use((fake) => fake.jobs),
  (jobs) => jobs.map(({ status }) => status)
)

/** Runs in a fake of its own. */
const within = (options?: Fake.Options) => Effect.provide(Layer.fresh(Fake.layer(options)))

describe("The clock of the jobs", () => {
  it.effect("when it is advanced, jobs go on and task slots pass on, as if that time had gone by", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      for (let i = 0; i < 4; i++) yield* fake.job({ run: "1 minute" })
      yield* fake.advance("30 seconds")
      assert.deepStrictEqual(yield* statuses, ["RUN", "RUN", "RUN", "WAIT"])
      yield* fake.advance("31 seconds")
      assert.deepStrictEqual(yield* statuses, ["DONE", "DONE", "DONE", "RUN"])
      yield* fake.advance("59 seconds")
      assert.deepStrictEqual(yield* statuses, ["DONE", "DONE", "DONE", "DONE"])
    }).pipe(within())
  )

  it.effect("when it is advanced by a day, ids and links expire, and a client whose clock is right is accepted", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const { JobId } = yield* submitJob
      yield* fake.advance("3 minutes")
      const url = String((yield* look(JobId)).ResultFile3Ds[0].Url)
      assert.strictEqual((yield* HttpClient.get(url)).status, 200)
      yield* fake.advance("1 day")
      assert.strictEqual((yield* HttpClient.get(url)).status, 403)
      assert.strictEqual(yield* statusOf(JobId), "FailedOperation.JobNotFound")
      assert.strictEqual(yield* codeOf({ action: submit, body: `{"Prompt":"a cat"}` }), "OK")
    }).pipe(within())
  )

  it.effect("it tells its time, and a job its times", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000_000)
      const fake = yield* Fake.Fake
      yield* fake.advance("1 minute")
      const clock = yield* fake.clock
      assert.strictEqual(DateTime.toEpochMillis(clock.now), 1_060_000)
      assert.strictEqual(Duration.toMillis(clock.advancedBy), 60_000)
      yield* fake.job({ wait: "5 seconds", run: "10 seconds" })
      const millis = (job: Fake.JobState | undefined) =>
        [job?.submittedAt, job?.startsAt, job?.endsAt, job?.expiresAt].map((at) => at && DateTime.toEpochMillis(at))
      const submitted = 1_060_000
      assert.deepStrictEqual(millis((yield* fake.jobs)[0]), [submitted, undefined, undefined, submitted + 86_400_000])
      yield* fake.advance("5 seconds")
      assert.deepStrictEqual(millis((yield* fake.jobs)[0]), [
        submitted,
        submitted + 5000,
        submitted + 15_000,
        submitted + 86_400_000
      ])
    }).pipe(within())
  )

  it.effect("a time scale holds from now on, for jobs that wait and run too", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      for (let i = 0; i < 4; i++) yield* fake.job({ run: "100 seconds" })
      const late = yield* fake.job({ kind: JobKind.Rapid, wait: "100 seconds", run: "100 seconds" })
      yield* TestClock.adjust("50 seconds")
      yield* fake.setTimeScale(10)
      yield* TestClock.adjust("4999 millis")
      assert.deepStrictEqual(yield* statuses, ["RUN", "RUN", "RUN", "WAIT", "WAIT"])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* statuses, ["DONE", "DONE", "DONE", "RUN", "RUN"])
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* statuses, ["DONE", "DONE", "DONE", "DONE", "DONE"])
      yield* fake.job({ run: "10 seconds" })
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* statuses).at(-1), "DONE")
      assert.strictEqual((yield* fake.jobs).find(({ id }) => id === late)?.status, "DONE")
    }).pipe(within())
  )

  it.effect("a time that is none is a bug of the test, and dies", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      for (const order of [
        fake.advance("Infinity"),
        fake.advance(-1),
        fake.setTimeScale(0),
        fake.setTimeScale(Number.NaN),
        fake.setTimeScale(Infinity)
      ]) {
        assert.strictEqual((yield* Effect.exit(order))._tag, "Failure")
      }
    }).pipe(within())
  )
})

describe("Jobs that are to fail", () => {
  const reason = { code: "FailedOperation.InnerError", message: "no luck" }

  it.effect("fail when they are submitted from now on, with that code, until it is taken back", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const before = (yield* submitJob).JobId
      yield* fake.failing(reason)
      const failing = (yield* submitJob).JobId
      const told = yield* fake.job({ outcome: "DONE" })
      yield* fake.failing(undefined)
      const after = (yield* submitJob).JobId
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(yield* Effect.all([before, failing, told, after].map(statusOf)), [
        "DONE",
        "FAIL",
        "DONE",
        "DONE"
      ])
      assert.strictEqual((yield* look(failing)).ErrorMessage, "no luck")
    }).pipe(within())
  )

  it.effect("are the share that was asked for, and the same ones with the same seed", () => {
    const failed = Effect.gen(function* () {
      const fake = yield* Fake.Fake
      for (let i = 0; i < 1000; i++) yield* fake.job({ run: 0 })
      return (yield* statuses).map((status) => status === "FAIL")
    }).pipe(within({ seed: 7, failing: { ...reason, rate: 0.3 } }))
    return Effect.gen(function* () {
      const first = yield* failed
      const share = first.filter((fails) => fails).length / 1000
      assert.isAbove(share, 0.2)
      assert.isBelow(share, 0.4)
      assert.deepStrictEqual(yield* failed, first)
    })
  })
})

describe("A seed", () => {
  /** Jobs and what becomes of their submits, with looks between. */
  const drawn = (looks: number, options: Fake.Options) =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const ids: Array<string> = []
      for (let i = 0; i < 5; i++) {
        ids.push((yield* submitJob).JobId)
        for (let j = 0; j < looks; j++) yield* codeOf()
      }
      return { ids, jobs: (yield* fake.save).jobs }
    }).pipe(within(options))

  it.effect("repeats ids, durations and files, however often anybody looks and whatever Random is", () =>
    Effect.gen(function* () {
      const first = yield* drawn(0, { seed: 7 })
      assert.deepStrictEqual(yield* Random.withSeed(drawn(3, { seed: 7 }), "another"), first)
      assert.notDeepEqual(yield* drawn(0, { seed: 8 }), first)
      assert.notDeepEqual(yield* drawn(0, { seed: 7.5 }), first)
    })
  )

  it.effect("repeats which requests suffer a fault", () => {
    const suffered = (seed: number) =>
      Effect.gen(function* () {
        const fake = yield* Fake.Fake
        for (let i = 0; i < 100; i++) yield* Effect.exit(codeOf())
        return (yield* fake.requests).map(({ fault }) => fault)
      }).pipe(within({ seed, faults: [{ fault: "dropped", rate: 0.3 }] }))
    return Effect.gen(function* () {
      const first = yield* suffered(1)
      assert.include(first, "dropped")
      assert.include(first, undefined)
      assert.deepStrictEqual(yield* suffered(1), first)
      assert.notDeepEqual(yield* suffered(2), first)
    })
  })

  it.effect("starts over with a reset, which may give another one", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const first = yield* fake.job()
      yield* fake.setTimeScale(5)
      yield* fake.advance("1 hour")
      yield* fake.failing({ code: "X", message: "" })
      yield* fake.reset
      assert.strictEqual(yield* fake.job(), first)
      const clock = yield* fake.clock
      assert.deepStrictEqual([Duration.toMillis(clock.advancedBy), clock.timeScale], [0, 2])
      yield* fake.resetWithSeed(8)
      assert.notStrictEqual(yield* fake.job(), first)
      assert.strictEqual(yield* fake.seed, 8)
      yield* fake.reset
      assert.strictEqual(yield* fake.seed, 7)
    }).pipe(within({ seed: 7, timeScale: 2 }))
  )
})

describe("A saved state", () => {
  const plans = fc.array(
    fc.record({
      kind: fc.constantFrom(...JobKind.all),
      wait: fc.oneof(fc.constant("Infinity" as const), fc.nat(100_000)),
      run: fc.oneof(fc.constant("Infinity" as const), fc.nat(100_000)),
      failure: fc.boolean(),
      passes: fc.oneof(fc.nat(100_000), fc.constant(90_000_000))
    }),
    { maxLength: 12 }
  )

  property(
    "goes on in another fake as it would have gone on in the first, and is saved there as it was",
    [plans, fc.option(fc.integer(), { nil: undefined }), fc.nat(200_000)],
    (plan, seed, later) =>
      Effect.gen(function* () {
        const options = { seed, tasksAtOnce: 2 }
        const first = yield* Effect.provide(Fake.Fake, yield* Layer.build(Layer.fresh(Fake.layerHandle(options))))
        for (const { failure, kind, passes, run, wait } of plan) {
          yield* first.job({ kind, wait, run, outcome: failure ? { code: "X", message: "no luck" } : "DONE" })
          yield* first.advance(passes)
        }
        const saved = written(yield* first.save)
        /** What becomes of the jobs, and the next one where its draws are those of a seed. */
        const goneOn = Effect.fnUntraced(function* (fake: Fake.Fake["Service"]) {
          yield* fake.advance(later)
          const jobs = (yield* fake.jobs).map(({ id, status }) => ({ id, status }))
          return { jobs, next: seed === undefined ? undefined : yield* fake.job() }
        })
        const expected = yield* goneOn(first)
        yield* TestClock.adjust("3 days")
        const second = yield* Effect.provide(Fake.Fake, yield* Layer.build(Layer.fresh(Fake.layerHandle(options))))
        yield* second.restore(saved)
        assert.deepStrictEqual(written(yield* second.save), saved)
        assert.deepStrictEqual(yield* goneOn(second), expected)
      })
  )

  it.effect("keeps result files, task slots, failures and the clock", () =>
    Effect.gen(function* () {
      const saved = yield* Effect.gen(function* () {
        const fake = yield* Fake.Fake
        yield* fake.job({ id: unknownId, run: "1 minute" })
        for (let i = 0; i < 3; i++) yield* fake.job({ run: "1 hour" })
        yield* fake.advance("2 minutes")
        yield* fake.setTimeScale(3)
        yield* fake.failing({ code: "X", message: "no luck", rate: 1 })
        return written(yield* fake.save)
      }).pipe(within())
      yield* TestClock.adjust("1 hour")
      yield* Effect.gen(function* () {
        const fake = yield* Fake.Fake
        yield* fake.job()
        yield* fake.restore(saved)
        assert.deepStrictEqual(yield* statuses, ["DONE", "RUN", "RUN", "RUN"])
        const { ResultFile3Ds } = yield* look(unknownId)
        assert.strictEqual((yield* HttpClient.get(String(ResultFile3Ds[0].Url))).status, 200)
        assert.strictEqual((yield* fake.clock).timeScale, 3)
        yield* submitJob
        assert.deepStrictEqual((yield* statuses).at(-1), "WAIT")
        yield* fake.advance("2 hours")
        assert.deepStrictEqual((yield* statuses).at(-1), "FAIL")
      }).pipe(within())
    })
  )

  const Own = JobKind.make({
    name: "Own",
    submit: "SubmitOwnJob",
    query: "QueryOwnJob",
    tasksAtOnce: 2,
    request: Schema.Struct({ Text: Schema.String })
  })

  it.effect("needs the kinds of its jobs, and says which one is not known", () =>
    Effect.gen(function* () {
      const saved = yield* Effect.gen(function* () {
        const fake = yield* Fake.Fake
        yield* fake.job({ kind: Own, id: unknownId })
        return written(yield* fake.save)
      }).pipe(within())
      const restoring = Fake.Fake.use((fake) => fake.restore(saved))
      const error = yield* Effect.flip(restoring.pipe(within()))
      assert.include(error.message, "kind Own")
      assert.include(error.message, "Kinds.layer")
      yield* restoring.pipe(Effect.provide(Layer.fresh(Fake.layer()).pipe(Layer.provide(Kinds.layer([Own])))))
      yield* restoring.pipe(Effect.provide(Kinds.layer([Own])), within())
    })
  )

  it.effect("of another version, or a broken one, is refused in a sentence and changes nothing", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.job({ id: unknownId, run: "Infinity" })
      const before = yield* fake.save
      const [job] = before.jobs
      for (const [state, says] of [
        [{ ...before, version: 2 }, /Its version is 2, and this fake reads version 1/],
        [{}, /no version/],
        [null, /no version/],
        ["text", /no version/],
        [{ ...before, jobs: [{ ...job, id: "mine" }] }, /id/],
        [{ ...before, jobs: [{ ...job, endsIn: 5, startsIn: 10 }] }, /ends after it has started/],
        [{ ...before, jobs: [{ ...job, file: "../../etc/passwd" }] }, /a UUID/],
        [{ ...before, jobs: [job, 1] }, /jobs/],
        [{ ...before, clock: { advancedBy: 1e300, timeScale: 1 } }, /advancedBy/],
        [{ ...before, more: 1 }, /more/]
      ] as const) {
        const error = yield* Effect.flip(fake.restore(state))
        assert.strictEqual(error._tag, "InvalidState")
        assert.match(error.message, says)
        assert.match(error.message, /^The state of the fake cannot be used\. [^\n]*\.$/)
      }
      assert.deepStrictEqual(yield* fake.save, before)
    }).pipe(within())
  )

  property("that is any JSON is refused or taken, and never a defect", [jsonValue()], (json) =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const state = yield* fake.save
      for (const changed of [json, { ...state, jobs: json }, { ...state, clock: json }, { ...state, drawn: json }]) {
        const exit = yield* Effect.exit(fake.restore(changed))
        if (exit._tag === "Failure") assert.strictEqual(exit.cause.reasons[0]?._tag, "Fail")
      }
    }).pipe(within({ jobs: [{ id: Job.JobId.make(unknownId) }] }))
  )
})

describe("The log of requests", () => {
  it.effect("tells each request's number, job and request id, and hands it on as it comes", () => {
    const seen: Array<Fake.ReceivedRequest> = []
    return Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const { JobId, RequestId } = yield* submitJob
      yield* fake.advance("3 minutes")
      const { ResultFile3Ds } = yield* look(JobId)
      yield* HttpClient.get(String(ResultFile3Ds[0].Url))
      yield* fake.fault("dropped")
      yield* Effect.exit(send())
      const requests = yield* fake.requests
      assert.deepStrictEqual(seen, requests)
      assert.deepStrictEqual(
        requests.map(({ id, jobId }) => [id, jobId]),
        [
          [1, JobId],
          [2, JobId],
          [3, JobId],
          [4, unknownId]
        ]
      )
      assert.strictEqual(requests[0]?.requestId, RequestId)
      assert.strictEqual(requests[3]?.fault, "dropped")
    }).pipe(within({ onRequest: (request) => Effect.sync(() => void seen.push(request)) }))
  })

  it.effect("takes no id from a prompt that looks like one", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* send({ action: submit, body: JSON.stringify({ Prompt: `"JobId":"1234567890"`, Bad: 1 }) })
      assert.isUndefined((yield* fake.requests)[0]?.jobId)
    }).pipe(within())
  )
})
