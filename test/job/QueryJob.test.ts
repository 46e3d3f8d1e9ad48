import { assert, describe, it } from "@effect/vitest"
import { Cause, Duration, Effect, Exit, Fiber, Layer, Option, Ref, Schedule, Schema, Stream } from "effect"
import * as TestClock from "effect/testing/TestClock"
import * as ApiError from "../../src/cloud/ApiError.ts"
import * as Endpoint from "../../src/cloud/Endpoint.ts"
import * as SignedLink from "../../src/cloud/SignedLink.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as Job from "../../src/job/Job.ts"
import * as JobApi from "../../src/job/JobApi.ts"
import * as Polling from "../../src/job/Polling.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as Fake from "../../src/testing/Fake.ts"

const id = Job.JobId.make("1375367755519696896")
const waiting = new Job.Waiting({ id })
const running = new Job.Running({ id })
const done = new Job.Done({
  id,
  files: [new Job.File3D({ type: "GLB", url: SignedLink.make("https://host/a.glb?q-signature=1") })]
})
const failed = new Job.Failed({ id, errorCode: "FailedOperation.ServerError", errorMessage: "no mesh" })

const apiError = (reason: ApiError.Reason) =>
  new ApiError.ApiError({ action: "QueryHunyuanTo3DProJob", region: "ap-singapore", reason })
const transient = apiError(new ApiError.Timeout({ timeout: Duration.seconds(10) }))
const refused = apiError(new ApiError.Permission({ code: "UnauthorizedOperation", description: "no" }))

const everySecond = Schedule.spaced("1 second")
const tenSeconds = Schedule.spaced("10 seconds")

/** A `TencentCloud` that answers each look by `answer` and counts the looks. */
const counted = (answer: (look: number) => Effect.Effect<unknown, ApiError.ApiError>) =>
  Effect.gen(function* () {
    const looks = yield* Ref.make(0)
    const cloud = Layer.succeed(TencentCloud.TencentCloud, {
      call: (operation) =>
        Ref.updateAndGet(looks, (n) => n + 1).pipe(
          Effect.flatMap(answer),
          Effect.flatMap((response) => Effect.orDie(Schema.decodeUnknownEffect(operation.output)(response)))
        )
    })
    const context = yield* Layer.build(QueryJob.layerNoDeps.pipe(Layer.provide(JobApi.layer), Layer.provide(cloud)))
    return { looks: Ref.get(looks), jobs: yield* Effect.provide(QueryJob.QueryJob, context) }
  })
const status = (Status: string) => Effect.succeed({ Status, RequestId: "r" })

describe("QueryJob.wait", () => {
  it.effect("ends with the job that is done", () =>
    Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      const fiber = yield* Effect.forkChild(jobs.wait(id, { schedule: everySecond }))
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), done)
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [waiting, running, done] })))
  )

  it.effect("looks at once, before any pause", () =>
    Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      assert.deepStrictEqual(yield* jobs.wait(id), done)
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [done] })))
  )

  it.effect("fails with JobFailed when the job failed, though the call succeeded", () =>
    Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      const error = yield* Effect.flip(jobs.wait(id))
      assert.strictEqual(error._tag, "JobFailed")
      assert.include(error.message, "no mesh (FailedOperation.ServerError)")
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [failed] })))
  )

  it.effect("fails at its deadline, with a ticket and what it saw", () =>
    Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      const fiber = yield* Effect.forkChild(
        Effect.flip(jobs.wait(id, { schedule: everySecond, deadline: "3500 millis" }))
      )
      yield* TestClock.adjust("1 hour")
      const error = yield* Fiber.join(fiber)
      if (error._tag !== "WaitTimeout") return assert.fail(`unexpected ${error._tag}`)
      assert.deepStrictEqual(error.ticket, new Job.JobTicket({ jobId: id, kind: "Pro", region: "ap-singapore" }))
      assert.deepStrictEqual(error.last, running)
      assert.strictEqual(error.looks, 4)
      assert.strictEqual(Duration.toMillis(error.elapsed), 3500)
      assert.include(error.message, "It goes on")
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [running] })))
  )

  it.effect("fails with WaitTimeout when its schedule ends before the job does", () =>
    Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      const fiber = yield* Effect.forkChild(
        Effect.flip(jobs.wait(id, { schedule: everySecond.pipe(Schedule.upTo({ times: 2 })) }))
      )
      yield* TestClock.adjust("1 hour")
      const error = yield* Fiber.join(fiber)
      if (error._tag !== "WaitTimeout") return assert.fail(`unexpected ${error._tag}`)
      assert.strictEqual(error.looks, 3)
      assert.strictEqual(Duration.toSeconds(error.elapsed), 2)
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [running] })))
  )

  it.effect("survives transient failures of its looks", () =>
    Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      const fiber = yield* Effect.forkChild(jobs.wait(id, { schedule: everySecond }))
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(yield* Fiber.join(fiber), done)
    }).pipe(
      Effect.provide(
        QueryJob.layerTest({ [id]: [transient, transient, running, transient, transient, transient, done] })
      )
    )
  )

  it.effect("ends at its deadline when every look fails", () =>
    Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      const fiber = yield* Effect.forkChild(Effect.flip(jobs.wait(id, { deadline: "5 minutes" })))
      yield* TestClock.adjust("5 minutes")
      const error = yield* Fiber.join(fiber)
      if (error._tag !== "WaitTimeout") return assert.fail(`unexpected ${error._tag}`)
      assert.strictEqual(error.last, undefined)
      assert.isAbove(error.looks, 10)
      assert.deepStrictEqual(error.failure, transient)
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [transient] })))
  )

  it.effect("fails at once with an error that no later look can mend", () =>
    Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      const fiber = yield* Effect.forkChild(Effect.flip(jobs.wait(id, { schedule: everySecond })))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(fiber), refused)
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [running, refused] })))
  )

  it.effect("keeps waiting through a state that it does not know", () =>
    Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      const fiber = yield* Effect.forkChild(jobs.wait(id, { schedule: everySecond }))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(fiber), done)
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [new Job.Unrecognized({ id, status: "PAUSED" }), done] })))
  )

  it.effect("steps its schedule with the job that was seen", () =>
    Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      const byState = Schedule.identity<Job.Job>().pipe(
        Schedule.addDelay(({ input }) => Effect.succeed(input._tag === "Waiting" ? "60 seconds" : "1 second"))
      )
      const fiber = yield* Effect.forkChild(jobs.wait(id, { schedule: byState }))
      yield* TestClock.adjust("60 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(fiber), done)
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [waiting, running, done] })))
  )

  it.effect("polls by default at once, then every 3 to 15 seconds with jitter, for 30 minutes", () =>
    Effect.gen(function* () {
      const times: Array<number> = []
      const { jobs } = yield* counted(() =>
        Effect.andThen(
          Effect.clockWith((clock) => Effect.sync(() => times.push(clock.currentTimeMillisUnsafe()))),
          status("RUN")
        )
      )
      const fiber = yield* Effect.forkChild(Effect.flip(jobs.wait(id)))
      yield* TestClock.adjust("30 minutes")
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "WaitTimeout")
      const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0))
      assert.strictEqual(times[0], 0)
      assert.isTrue(pauses.every((pause) => pause >= 2400 && pause <= 18_000))
      assert.isBelow(pauses[0] ?? 0, 3601)
      assert.isAbove(Math.max(...pauses), 12_000)
      assert.isAbove(new Set(pauses).size, 50)
    })
  )

  it.effect("takes schedule and deadline from Polling, provided around the call or beneath the layer", () =>
    Effect.gen(function* () {
      const script = QueryJob.layerTest({ [id]: [running] })
      const wait = QueryJob.QueryJob.use((jobs) => Effect.flip(jobs.wait(id)))
      const polling = Polling.layer({ schedule: everySecond, deadline: "10500 millis" })
      for (const provided of [
        wait.pipe(Effect.provide(script), Effect.provide(polling)),
        wait.pipe(Effect.provide(script.pipe(Layer.provide(polling))))
      ]) {
        const fiber = yield* Effect.forkChild(provided)
        yield* TestClock.adjust("11 seconds")
        const error = yield* Fiber.join(fiber)
        assert.strictEqual(error._tag === "WaitTimeout" ? error.looks : error._tag, 11)
      }
    })
  )
})

describe("waits for the same job", () => {
  it.effect("share one loop of looks, however many they are", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* counted((look) => status(look < 4 ? "RUN" : "DONE"))
      const fibers = yield* Effect.forEach(Array.from({ length: 100 }), () =>
        Effect.forkChild(jobs.wait(id, { schedule: everySecond }))
      )
      yield* TestClock.adjust("3 seconds")
      const results = yield* Fiber.joinAll(fibers)
      assert.isTrue(results.every((job) => job._tag === "Done"))
      assert.strictEqual(yield* looks, 4)
    })
  )

  it.effect("go on when one of them is interrupted, even the first", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* counted((look) => status(look < 4 ? "RUN" : "DONE"))
      const first = yield* Effect.forkChild(jobs.wait(id, { schedule: everySecond }))
      const second = yield* Effect.forkChild(jobs.wait(id, { schedule: everySecond }))
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
      const { jobs, looks } = yield* counted((look) =>
        look === 1 ? status("RUN") : Effect.onInterrupt(Effect.never, () => Ref.set(aborted, true))
      )
      const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(jobs.wait(id, { schedule: everySecond })))
      yield* TestClock.adjust("1 second")
      yield* Effect.forEach(fibers, Fiber.interrupt)
      assert.isTrue(yield* Ref.get(aborted))
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* looks, 2)
    })
  )

  it.effect("share one loop also when it began while the last one was being stopped", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* counted(() =>
        Effect.andThen(
          Effect.onInterrupt(Effect.sleep("1 second"), () => Effect.sleep("100 millis")),
          status("RUN")
        )
      )
      const wait = Effect.forkChild(Effect.exit(jobs.wait(id, { schedule: tenSeconds, deadline: "1 minute" })))
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
      const { jobs } = yield* counted((look) => status(look < 6 ? "RUN" : "DONE"))
      const short = yield* Effect.forkChild(
        Effect.flip(jobs.wait(id, { schedule: everySecond, deadline: "2500 millis" }))
      )
      const long = yield* Effect.forkChild(jobs.wait(id, { schedule: everySecond }))
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(short))._tag, "WaitTimeout")
      assert.strictEqual((yield* Fiber.join(long))._tag, "Done")
    })
  )

  it.effect("all fail with the error that ended the loop", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* counted((look) => (look === 1 ? status("RUN") : Effect.fail(refused)))
      const fibers = yield* Effect.forEach([1, 2, 3], () =>
        Effect.forkChild(Effect.flip(jobs.wait(id, { schedule: everySecond })))
      )
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.joinAll(fibers), [refused, refused, refused])
      assert.strictEqual(yield* looks, 2)
    })
  )

  it.effect("start a new loop after the last one ended", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* counted((look) => (look === 1 ? Effect.fail(refused) : status("DONE")))
      assert.strictEqual(yield* Effect.flip(jobs.wait(id)), refused)
      assert.strictEqual((yield* jobs.wait(id))._tag, "Done")
      assert.strictEqual(yield* looks, 2)
    })
  )

  it.effect("do not share with waits that have another schedule", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* counted(() => status("DONE"))
      yield* Effect.all([jobs.wait(id, { schedule: everySecond }), jobs.wait(id)], { concurrency: "unbounded" })
      assert.strictEqual(yield* looks, 2)
    })
  )
})

describe("QueryJob.watch", () => {
  it.effect("streams changes only, and ends after the last state", () =>
    Effect.gen(function* () {
      const answers = ["WAIT", "WAIT", "RUN", "RUN", "RUN", "DONE"]
      const { jobs, looks } = yield* counted((look) =>
        Effect.succeed({ Status: answers[look - 1], RequestId: `request ${look}` })
      )
      const fiber = yield* jobs.watch(id, { schedule: everySecond }).pipe(
        Stream.map((job) => job.status),
        Stream.runCollect,
        Effect.forkChild
      )
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* Fiber.join(fiber), ["WAIT", "RUN", "DONE"])
      assert.strictEqual(yield* looks, 6)
    })
  )

  it.effect("streams a failed job as a state, not as an error", () =>
    Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      assert.deepStrictEqual(yield* Stream.runCollect(jobs.watch(id)), [failed])
    }).pipe(Effect.provide(QueryJob.layerTest({ [id]: [failed] })))
  )

  it.effect("gives the latest state at once to who joins late", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* counted(() => status("RUN"))
      const first = yield* Effect.forkChild(Stream.runDrain(jobs.watch(id, { schedule: everySecond })))
      yield* TestClock.adjust("500 millis")
      const seen = yield* jobs.watch(id, { schedule: everySecond }).pipe(Stream.runHead)
      assert.strictEqual(Option.getOrUndefined(seen)?._tag, "Running")
      assert.strictEqual(yield* looks, 1)
      yield* Fiber.interrupt(first)
    })
  )

  it.effect("stops looking when its consumer has enough", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* counted(() => status("RUN"))
      yield* jobs.watch(id, { schedule: everySecond }).pipe(Stream.take(1), Stream.runDrain)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* looks, 1)
    })
  )
})

describe("QueryJob.query", () => {
  it.effect("looks once", () =>
    Effect.gen(function* () {
      const { jobs, looks } = yield* counted(() => status("RUN"))
      assert.strictEqual((yield* jobs.query(id))._tag, "Running")
      assert.strictEqual(yield* looks, 1)
    })
  )

  it.effect("asks for a ticket in the ticket's region and kind", () =>
    Effect.gen(function* () {
      const asked = yield* Ref.make<ReadonlyArray<string>>([])
      const cloud = Layer.succeed(TencentCloud.TencentCloud, {
        call: (operation) =>
          Effect.gen(function* () {
            const { region } = yield* Endpoint.Endpoint
            yield* Ref.update(asked, (all) => [...all, `${operation.action} ${region}`])
            return yield* Effect.orDie(Schema.decodeUnknownEffect(operation.output)({ Status: "DONE", RequestId: "r" }))
          })
      })
      const ticket = new Job.JobTicket({ jobId: id, kind: "Pro", region: "na-siliconvalley" })
      yield* QueryJob.QueryJob.use((jobs) => jobs.wait(ticket)).pipe(
        Effect.provide(QueryJob.layerNoDeps.pipe(Layer.provide(JobApi.layer), Layer.provide(cloud)))
      )
      assert.deepStrictEqual(yield* Ref.get(asked), ["QueryHunyuanTo3DProJob na-siliconvalley"])
    })
  )

  it.effect("asks the endpoint that is provided around the call or beneath the layer", () =>
    Effect.gen(function* () {
      const cloud = Layer.succeed(TencentCloud.TencentCloud, {
        call: (operation) =>
          Effect.flatMap(Endpoint.Endpoint, ({ host, region }) =>
            Effect.orDie(
              Schema.decodeUnknownEffect(operation.output)({
                Status: "RUN",
                RequestId: "r",
                asked: `${host} ${region}`
              })
            )
          )
      })
      const elsewhere = Endpoint.layer({ host: "localhost:1", region: "eu-frankfurt" })
      const Jobs = QueryJob.layerNoDeps.pipe(Layer.provide(JobApi.layer), Layer.provide(cloud))
      const query = QueryJob.QueryJob.use((jobs) => jobs.query(id))
      for (const provided of [
        query.pipe(Effect.provide(Jobs), Effect.provide(elsewhere)),
        query.pipe(Effect.provide(Jobs.pipe(Layer.provide(elsewhere))))
      ]) {
        assert.deepStrictEqual((yield* provided).extra, { asked: "localhost:1 eu-frankfurt" })
      }
    })
  )

  it.effect("fails with a typed error on a ticket of an unknown kind", () =>
    Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      const error = yield* Effect.flip(jobs.query(new Job.JobTicket({ jobId: id, kind: "Hologram", region: "x" })))
      assert.strictEqual(error.code, "Client.UnknownKind")
    }).pipe(Effect.provide(QueryJob.layer.pipe(Layer.provide(Fake.layer()))))
  )

  it.effect("defects stay defects and reach every waiter", () =>
    Effect.gen(function* () {
      const { jobs } = yield* counted(() => Effect.die("a bug"))
      const exit = yield* Effect.exit(jobs.wait(id))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
    })
  )
})
