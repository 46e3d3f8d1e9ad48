import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Fake from "../../src/testing/Fake.ts"
import { refusedConnection, transport } from "../support/wire.ts"
import { outputOf } from "./output.ts"
import { answering, plain, run, start, unknownId, visible } from "./run.ts"

const WithFake = Effect.provide(Fake.layer())

describe("hunyuan3d wait", () => {
  it.effect("shows each change on standard error and the result files and the credits on standard output", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ wait: "10 seconds", run: "20 seconds" }))
      const waiting = yield* start(["wait", id, "--interval", "10s"])
      yield* TestClock.adjust("1 minute")
      const { code, stdout, stderr } = yield* waiting.ended
      assert.strictEqual(
        stderr,
        "   0.0 s  WAIT  the job waits for a task slot\n" +
          "  10.0 s  RUN   the job is being computed\n" +
          "  30.0 s  DONE  the job is done\n" +
          `To download: hunyuan3d download ${id} --kind pro --region ap-singapore --out models\n`
      )
      assert.match(stdout, /^TYPE .*\nGLB .*\nCredits: 25\n$/)
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("prints with --json one object on standard output", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: "1 minute" }))
      const waiting = yield* start(["wait", id, "--json"])
      yield* TestClock.adjust("2 minutes")
      const { code, stdout } = yield* waiting.ended
      const { command, credits, job, ok, ticket } = yield* outputOf(stdout)
      assert.deepStrictEqual([command, ok, job?._tag, ticket?.jobId], ["wait", true, "Done", id])
      assert.deepStrictEqual(credits, { consumed: 25 })
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("exits with 2 when the job fails, and prints it as JSON too", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: 0, outcome: { code: "X", message: "no mesh" } }))
      const { code, stdout, stderr } = yield* run(["wait", id, "--json"])
      const { error, job, ok } = yield* outputOf(stdout)
      assert.deepStrictEqual([ok, job?._tag], [false, "Failed"])
      const { message = "", ...rest } = error ?? {}
      assert.include(stderr, `hunyuan3d: ${message}\n`)
      assert.deepStrictEqual(rest, { code: "X", requestId: job?.requestId ?? "", retryable: false, exitCode: 2 })
      assert.include(stderr, "no mesh")
      assert.strictEqual(code, 2)
    }).pipe(WithFake)
  )

  it.effect("exits with 3 when its time has passed, and says how to wait again", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: "1 hour" }))
      const waiting = yield* start(["wait", id, "--timeout", "1m", "--json"])
      yield* TestClock.adjust("1 minute")
      const { code, stdout, stderr } = yield* waiting.ended
      assert.include(
        stderr,
        `hunyuan3d: Job ${id} had not ended after 1m (last state: RUN). It goes on. ` +
          `To wait again: hunyuan3d wait ${id} --kind pro --region ap-singapore\n`
      )
      const { error, job } = yield* outputOf(stdout)
      assert.strictEqual(job?._tag, "Running")
      assert.deepInclude(error, {
        code: "WaitTimeout",
        retryable: true,
        exitCode: 3,
        next: `hunyuan3d wait ${id} --kind pro --region ap-singapore`
      })
      assert.strictEqual(code, 3)
    }).pipe(WithFake)
  )

  it.effect("says when its time has passed why the last query failed, in flags", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const waiting = yield* start(["wait", yield* fake.job({ run: "1 hour" }), "--timeout", "2m"])
      yield* TestClock.adjust("1 second")
      yield* fake.fault(...Array.from({ length: 20 }, () => "never" as const))
      yield* TestClock.adjust("3 minutes")
      const { code, stderr } = yield* waiting.ended
      assert.match(stderr, /\(The last query failed: .*No answer came within 10 s\..*--request-timeout\.\)\n$/)
      assert.strictEqual(code, 3)
    }).pipe(WithFake)
  )

  it.effect("says when it is interrupted how to go on, with the kind, region and endpoint of the job", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ region: "na-siliconvalley", run: "1 hour" }))
      const waiting = yield* start(["wait", id, "--region", "na-siliconvalley", "--endpoint", "http://[::1]:8080"])
      yield* TestClock.adjust("1 minute")
      yield* waiting.stop
      const { code, stderr } = yield* waiting.ended
      assert.include(
        stderr,
        "Interrupted. The job goes on; to wait for it: " +
          `hunyuan3d wait ${id} --kind pro --region na-siliconvalley --endpoint 'http://[::1]:8080'\n`
      )
      assert.strictEqual(code, 130)
    }).pipe(WithFake)
  )

  it.effect("ends with 1 when the endpoint cannot be reached, long before its time has passed", () =>
    Effect.gen(function* () {
      const { layer } = yield* transport(refusedConnection)
      const waiting = yield* Effect.provide(start(["wait", unknownId]), layer)
      yield* TestClock.adjust("1 minute")
      const { code, stdout, stderr } = yield* waiting.ended
      assert.match(stderr, /\nhunyuan3d: .*could not be reached .*ECONNREFUSED.*\n$/)
      assert.strictEqual(stdout, "")
      assert.strictEqual(code, 1)
    })
  )

  it.effect("submits nothing", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const id = yield* fake.job({ run: 0 })
      yield* run(["wait", id])
      yield* run(["wait", id])
      assert.deepStrictEqual(
        (yield* fake.requests).map(({ action }) => action),
        ["QueryHunyuanTo3DProJob", "QueryHunyuanTo3DProJob"]
      )
    }).pipe(WithFake)
  )

  it.effect("shows on a terminal a line that says how long it has waited, and erases it in the end", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: "1 minute" }))
      const waiting = yield* start(["wait", id], { isTerminal: true })
      yield* TestClock.adjust("30 seconds")
      assert.include(waiting.printed().stderr, " 29.9 s  RUN")
      yield* TestClock.adjust("1 minute")
      const { stdout, stderr } = yield* waiting.ended
      assert.match(visible(stderr), /DONE .+ is done\n␍␛\[2KTo download: [^␍]+\n$/)
      assert.include(stdout, "\u001b[1mTYPE")
    }).pipe(WithFake)
  )

  it.effect("shows on a terminal a state that it does not know, without letting it steer the terminal", () =>
    Effect.gen(function* () {
      const waiting = yield* start(["wait", unknownId, "--timeout", "1s"], { isTerminal: true })
      yield* TestClock.adjust("1 second")
      const { stderr } = yield* waiting.ended
      assert.match(plain(stderr), /^[\n -~\u2800-\u28ff]*$/)
      assert.include(stderr, "is in a state that this program does not know")
    }).pipe(Effect.provide(answering({ Status: "\u001b[2J\u202e" })))
  )
})
