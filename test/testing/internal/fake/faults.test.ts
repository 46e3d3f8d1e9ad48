import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Random, Result, Schedule } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as TestClock from "effect/testing/TestClock"
import * as Policy from "../../../../src/cloud/Policy.ts"
import * as TencentCloud from "../../../../src/cloud/TencentCloud.ts"
import * as Job from "../../../../src/job/Job.ts"
import * as JobKind from "../../../../src/job/JobKind.ts"
import * as QueryJob from "../../../../src/job/QueryJob.ts"
import * as Fake from "../../../../src/testing/Fake.ts"
import { host, unknownId, signed, json, look, submitJob, App } from "./calls.ts"

describe("Faults of the fake", () => {
  const id = Job.JobId.make(unknownId)
  const call = TencentCloud.call(JobKind.Pro.query, { JobId: id })
  const Once = TencentCloud.layer.pipe(
    Layer.provide(Policy.layer({ retry: Schedule.recurs(0) })),
    Layer.provideMerge(Fake.layer({ jobs: [{ id }] }))
  )
  const failing = (fault: Fake.Fault, wait: Duration.Input = 0) =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.fault(fault)
      const fiber = yield* Effect.forkChild(Effect.flip(call))
      yield* TestClock.adjust(wait)
      return (yield* Fiber.join(fiber)).reason
    })

  it.effect("the fault dropped is a failure of the transport", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        Effect.andThen(
          Effect.flatMap(Fake.Fake, (fake) => fake.fault("dropped")),
          HttpClient.get(`https://${host}/`)
        )
      )
      assert.strictEqual(error.reason._tag, "TransportError")
      assert.strictEqual((yield* failing("dropped"))._tag, "Transport")
    }).pipe(Effect.provide(Once))
  )

  it.effect("the fault never keeps the answer back, so that only the client's own timeout ends the request", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* failing("never", "10 seconds"))._tag, "Timeout")
    }).pipe(Effect.provide(Once))
  )

  it.effect("the fault badGateway answers with a page of HTML and status 502", () =>
    Effect.gen(function* () {
      const reason = yield* failing("badGateway")
      if (reason._tag !== "MalformedResponse") return assert.fail(reason._tag)
      assert.strictEqual(reason.status, 502)
      yield* Effect.flatMap(Fake.Fake, (fake) => fake.fault("badGateway"))
      const response = yield* HttpClient.get(`https://${host}/`)
      assert.match(response.headers["content-type"] ?? "", /^text\/html/)
      assert.match(yield* response.text, /^<html>/)
    }).pipe(Effect.provide(Once))
  )

  it.effect("the fault truncated answers with the first half", () =>
    Effect.gen(function* () {
      const reason = yield* failing("truncated")
      if (reason._tag !== "MalformedResponse") return assert.fail(reason._tag)
      assert.strictEqual(reason.status, 200)
      yield* Effect.flatMap(Fake.Fake, (fake) => fake.fault("truncated"))
      const response = yield* Effect.flatMap(signed({}), HttpClient.execute)
      assert.match(yield* response.text, /^\{"Response":\{"ErrorCode":"",/)
      assert.throws(() => JSON.parse(Effect.runSync(response.text)))
      assert.strictEqual(response.headers["content-length"], String(Effect.runSync(response.text).length))
    }).pipe(Effect.provide(Once))
  )

  it.effect("the fault slow delays the answer, which is whole when it comes in time", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.fault({ slow: "9 seconds" })
      const fiber = yield* Effect.forkChild(call)
      yield* TestClock.adjust("8999 millis")
      assert.strictEqual(fiber.pollUnsafe(), undefined)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* Fiber.join(fiber)).Status, "RUN")
      assert.strictEqual((yield* failing({ slow: "11 seconds" }, "10 seconds"))._tag, "Timeout")
    }).pipe(Effect.provide(Once))
  )

  it.effect("the fault code refuses with that code", () =>
    Effect.gen(function* () {
      const reason = yield* failing({ code: "ResourceUnavailable.InArrears", message: "pay first" })
      assert.deepInclude(reason, { _tag: "Quota", code: "ResourceUnavailable.InArrears", description: "pay first" })
      assert.strictEqual((yield* failing({ code: "InternalError" }))._tag, "Server")
    }).pipe(Effect.provide(Once))
  )

  it.effect("a download suffers faults too", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.complete(id)
      const url = String((yield* look(id)).ResultFile3Ds[0].Url)
      const whole = yield* Effect.flatMap(HttpClient.get(url), (response) => response.arrayBuffer)
      yield* fake.fault("truncated", { code: "SlowDown", message: "a < b & c" })
      const half = yield* Effect.flatMap(HttpClient.get(url), (response) => response.arrayBuffer)
      assert.strictEqual(half.byteLength, Math.floor(whole.byteLength / 2))
      const slowDown = yield* HttpClient.get(url)
      assert.strictEqual(slowDown.status, 503)
      assert.include(yield* slowDown.text, "<Code>SlowDown</Code>\n\t<Message>a &lt; b &amp; c</Message>")
    }).pipe(Effect.provide(Once))
  )

  it.effect("faults come in the order of the script, one a request, and then no more", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.fault("badGateway", { code: "InternalError" })
      yield* fake.fault("dropped")
      const outcomes: Array<string> = []
      for (let i = 0; i < 4; i++) {
        const outcome = yield* Effect.result(Effect.flatMap(signed({}), HttpClient.execute))
        outcomes.push(
          Result.isFailure(outcome)
            ? outcome.failure.reason._tag
            : outcome.success.status === 502
              ? "502"
              : ((yield* json(outcome.success)).Response.Error?.Code ?? "OK")
        )
      }
      assert.deepStrictEqual(outcomes, ["502", "InternalError", "TransportError", "OK"])
    }).pipe(Effect.provide(Once))
  )

  it.effect("a fault that loses the answer leaves the job that was paid for, and others leave none", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const made = (fault: Fake.Fault) =>
        Effect.gen(function* () {
          yield* fake.reset
          yield* fake.fault(fault)
          const fiber = yield* Effect.forkChild(Effect.exit(submitJob))
          yield* TestClock.adjust("1 second")
          yield* Fiber.interrupt(fiber)
          return (yield* fake.jobs).length
        })
      assert.strictEqual(yield* made("dropped"), 1)
      assert.strictEqual(yield* made("never"), 1)
      assert.strictEqual(yield* made("truncated"), 1)
      assert.strictEqual(yield* made({ slow: "1 hour" }), 1)
      assert.strictEqual(yield* made("badGateway"), 0)
      assert.strictEqual(yield* made({ code: "InternalError" }), 0)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("faults by chance strike as often as their rates say", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      for (let i = 0; i < 500; i++) yield* Effect.exit(HttpClient.get(`https://${host}/`))
      const struck = (yield* fake.requests).map((request) => request.fault)
      const count = (fault: Fake.Fault | undefined) => struck.filter((other) => other === fault).length
      assert.approximately(count("dropped"), 150, 30)
      assert.approximately(count("badGateway"), 50, 20)
      assert.approximately(count(undefined), 300, 30)
    }).pipe(
      Effect.provide(
        Fake.layer({
          faults: [
            { fault: "dropped", rate: 0.3 },
            { fault: "badGateway", rate: 0.1 }
          ]
        })
      ),
      Random.withSeed("chance")
    )
  )

  it.effect("faults do not keep an application from its result", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const fiber = yield* Effect.forkChild(QueryJob.QueryJob.use((jobs) => jobs.wait(id)))
      yield* TestClock.adjust("20 minutes")
      assert.strictEqual((yield* Fiber.join(fiber)).files.length, 1)
      assert.isAbove((yield* fake.requests).filter((request) => request.fault !== undefined).length, 2)
    }).pipe(
      Effect.provide(
        App.pipe(
          Layer.provideMerge(
            Fake.layer({
              jobs: [{ id, run: "3 minutes" }],
              faults: (["dropped", "never", "truncated", "badGateway", { code: "InternalError" }] as const).map(
                (fault) => ({ fault, rate: 0.1 })
              )
            })
          )
        )
      ),
      Random.withSeed("flaky")
    )
  )
})
