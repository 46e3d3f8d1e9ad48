import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import { TestClock } from "effect/testing"
import * as Fake from "../../src/testing/Fake.ts"
import { layerBroken } from "../support/jobs.ts"
import { answering, run, start } from "./run.ts"

const submit = ["submit", "--prompt", "a teapot"]
const note = "The submission is under way. The program stops when it is answered, in 10 s at most.\n"

const announcement = "25 credits, USD 0.34 to 0.50, by the price list of 2026-05-08. Submitting.\n"

const WithFake = Effect.provide(Fake.layer({ tasksAtOnce: 1, slotsFull: "refuse" }))

/** Every answer comes after 5 seconds. */
const late = <E, R>(client: Layer.Layer<HttpClient.HttpClient, E, R>) =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (client) => HttpClient.transformResponse(client, Effect.delay("5 seconds")))
  ).pipe(Layer.provide(client))

describe("a submission", () => {
  it.effect("is said to be sent once, right before it is, with a journal and without", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      for (const args of [submit, [...submit, "--no-journal"]]) {
        yield* fake.fault({ slow: "5 seconds" })
        const submitting = yield* start(args)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(submitting.printed().stderr, announcement)
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual((yield* submitting.ended).stderr.split("Submitting.").length, 2)
      }
    }).pipe(Effect.provide(Fake.layer()))
  )

  it.effect("is not said to be sent when its journal keeps it from that", () =>
    Effect.gen(function* () {
      const { stderr } = yield* run([...submit, "--operation-id", "order-17"], { journal: layerBroken })
      assert.notInclude(stderr, "Submitting")
    }).pipe(WithFake)
  )

  it.effect("is told on standard error before on standard output, but on a terminal only once", () =>
    Effect.gen(function* () {
      const piped = yield* run(submit)
      assert.include(piped.stderr, piped.stdout)
      const shown = yield* run(submit, { isTerminal: true })
      assert.notInclude(shown.stderr, "Submitted")
      assert.include(shown.stdout, "Submitted")
    }).pipe(Effect.provide(Fake.layer()))
  )
})

describe("a submission that is interrupted", () => {
  it.effect("is told to be under way, and its ticket is printed when the answer comes", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.fault({ slow: "5 seconds" })
      const submitting = yield* start(submit)
      yield* TestClock.adjust("1 second")
      yield* submitting.stop
      yield* TestClock.adjust("1 second")
      assert.strictEqual(submitting.printed().stderr, announcement + note)
      yield* TestClock.adjust("3 seconds")
      const { code, stdout, stderr } = yield* submitting.ended
      const [job] = yield* fake.jobs
      assert.include(stderr, `To go on: hunyuan3d wait ${job?.id} --kind pro --region ap-singapore\n`)
      assert.strictEqual(stdout, "")
      assert.strictEqual(code, 130)
    }).pipe(WithFake)
  )

  it.effect("ends at once, without a word about a submission, while it waits for a task slot", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.job({ run: "Infinity" })
      const submitting = yield* start(submit)
      yield* TestClock.adjust("1 second")
      yield* submitting.stop
      const { code, stderr } = yield* submitting.ended
      assert.notInclude(stderr, "under way")
      assert.notInclude(stderr, "To wait for")
      assert.strictEqual(code, 130)
      assert.strictEqual((yield* fake.requests).length, 1)
    }).pipe(WithFake)
  )

  it.effect("is told to have brought no ticket when the answer is a refusal", () =>
    Effect.gen(function* () {
      const submitting = yield* start(submit)
      yield* TestClock.adjust("1 second")
      yield* submitting.stop
      yield* TestClock.adjust("10 seconds")
      const { code, stderr } = yield* submitting.ended
      assert.match(stderr, /under way.*\nThe submission ended without a ticket\.\n$/)
      assert.strictEqual(code, 130)
    }).pipe(Effect.provide(late(answering({ Error: { Code: "UnauthorizedOperation", Message: "no" } }))))
  )

  it.effect("is not told of after its ticket, when a generate goes on to wait", () =>
    Effect.gen(function* () {
      const generating = yield* start(["generate", "--prompt", "a teapot"])
      yield* TestClock.adjust("10 seconds")
      yield* generating.stop
      const { code, stderr } = yield* generating.ended
      assert.notInclude(stderr, "under way")
      assert.match(stderr, /\nTo go on: hunyuan3d wait \d+ --kind pro --region ap-singapore\n$/)
      assert.strictEqual(code, 130)
    }).pipe(WithFake)
  )

  it.effect("on a terminal is told of below no line that moves", () =>
    Effect.gen(function* () {
      yield* Fake.Fake.use((fake) => fake.fault({ slow: "5 seconds" }))
      const generating = yield* start(["generate", "--prompt", "a teapot"], { isTerminal: true })
      yield* TestClock.adjust("1 second")
      assert.include(generating.printed().stderr, "submitting")
      yield* generating.stop
      yield* TestClock.adjust("2 seconds")
      assert.include(generating.printed().stderr, `\r\u001b[2K${note}`)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* generating.ended).code, 130)
    }).pipe(WithFake)
  )
})
