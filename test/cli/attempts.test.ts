import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Fake from "../../src/testing/Fake.ts"
import { dropped, json, silence, transport } from "../support/wire.ts"
import { plain, start, unknownId, visible } from "./run.ts"

const WithFake = Effect.provide(Fake.layer())

/** The moving line as it stands. */
const movingLine = (printed: string) => plain(visible(printed).split("␍␛[2K").at(-1) ?? "")

const done = json({ Response: { Status: "DONE", RequestId: "e7c1aa24" } })

describe("an endpoint that does not answer", () => {
  it.effect("is told of in a pipe by one line for each failed attempt, and by the flag that allows more time", () =>
    Effect.gen(function* () {
      const { layer } = yield* transport(silence)
      const querying = yield* Effect.provide(start(["query", unknownId]), layer)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(querying.printed().stderr, "No answer in 10 s, attempt 1 of 4.\n")
      yield* TestClock.adjust("1 minute")
      const { code, stderr, stdout } = yield* querying.ended
      assert.strictEqual(
        stderr,
        "No answer in 10 s, attempt 1 of 4.\nNo answer in 10 s, attempt 2 of 4.\nNo answer in 10 s, attempt 3 of 4.\n" +
          "hunyuan3d: QueryHunyuanTo3DProJob: No answer came within 10 s. Check the network, or allow an attempt more " +
          "time with --request-timeout.\n"
      )
      assert.strictEqual(stdout, "")
      assert.strictEqual(code, 1)
    })
  )

  it.effect("is told of on a terminal in the moving line, after three seconds and with the number of the attempt", () =>
    Effect.gen(function* () {
      const { layer } = yield* transport(silence, silence, done)
      const querying = yield* Effect.provide(start(["query", unknownId], { isTerminal: true }), layer)
      yield* TestClock.adjust("2900 millis")
      assert.match(movingLine(querying.printed().stderr), /^\S 2\.9 s {2}querying$/)
      yield* TestClock.adjust("100 millis")
      assert.match(
        movingLine(querying.printed().stderr),
        /^\S 3\.0 s {2}querying\. No answer for 3 s, attempt 1 of 4\.$/
      )
      yield* TestClock.adjust("8 seconds")
      assert.match(movingLine(querying.printed().stderr), /querying\. No answer in 10 s, attempt 1 of 4\.$/)
      yield* TestClock.adjust("4 seconds")
      assert.match(movingLine(querying.printed().stderr), /querying\. No answer for \d s, attempt 2 of 4\.$/)
      yield* TestClock.adjust("1 minute")
      const { code, stderr } = yield* querying.ended
      assert.notInclude(stderr, "\n")
      assert.strictEqual(code, 0)
    })
  )

  it.effect("is told of while a job is waited for, and no more once it answers again", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const id = yield* fake.job({ run: "1 hour" })
      const waiting = yield* start(["wait", id, "--interval", "30s"], { isTerminal: true })
      yield* TestClock.adjust("1 second")
      yield* fake.fault("never", "never")
      yield* TestClock.adjust("36 seconds")
      assert.match(
        movingLine(waiting.printed().stderr),
        / 3[67]\.\d s {2}RUN\. No answer for [67] s, attempt 1 of 4\.$/
      )
      yield* TestClock.adjust("40 seconds")
      assert.match(movingLine(waiting.printed().stderr), / 7[67]\.\d s {2}RUN$/)
      yield* waiting.stop
      yield* waiting.ended
    }).pipe(WithFake)
  )

  it.effect("is given as much time as --request-timeout says", () =>
    Effect.gen(function* () {
      const { layer } = yield* transport(silence)
      const querying = yield* Effect.provide(start(["query", unknownId, "--request-timeout", "500ms"]), layer)
      yield* TestClock.adjust("7 seconds")
      const { stderr } = yield* querying.ended
      assert.include(stderr, "No answer in 0.5 s, attempt 3 of 4.\n")
      assert.match(stderr, /No answer came within 0\.5 s\..*--request-timeout\.\n$/)
    })
  )

  it.effect("gets a submission once, which is not said to be one attempt of several", () =>
    Effect.gen(function* () {
      const { layer, sent } = yield* transport(silence)
      const generating = yield* Effect.provide(start(["generate", "--prompt", "a teapot"], { isTerminal: true }), layer)
      yield* TestClock.adjust("5 seconds")
      assert.match(movingLine(generating.printed().stderr), /submitting\. No answer for \d s, attempt 1\.$/)
      yield* TestClock.adjust("10 seconds")
      const { code, stderr } = yield* generating.ended
      assert.match(plain(stderr), /hunyuan3d: .*No answer came within 10 s\..*--request-timeout\.\n$/)
      assert.strictEqual((yield* sent).length, 1)
      assert.strictEqual(code, 5)
    })
  )
})

describe("an attempt that failed", () => {
  it.effect("is one line in a pipe, with the reason", () =>
    Effect.gen(function* () {
      const { layer } = yield* transport(dropped(), dropped(), done)
      const querying = yield* Effect.provide(start(["query", unknownId]), layer)
      yield* TestClock.adjust("1 minute")
      const { code, stderr } = yield* querying.ended
      assert.match(
        stderr,
        /^Attempt 1 of 4 failed: .*could not be reached \(ECONNRESET\).*\nAttempt 2 of 4 failed: .*ECONNRESET.*\n$/
      )
      assert.strictEqual(code, 0)
    })
  )
})
