import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Fake from "../../src/testing/Fake.ts"
import { outputOf } from "./output.ts"
import { run, start } from "./run.ts"

const WithFake = Effect.provide(Fake.layer({ run: "1 minute" }))

const generate = ["generate", "--prompt", "a teapot"]

describe("hunyuan3d generate", () => {
  it.effect(
    "tells the cost before it submits and how to go on before it waits, shows the changes, and lists the result files with what the job cost",
    () =>
      Effect.gen(function* () {
        const generating = yield* start(generate)
        yield* TestClock.adjust("1 second")
        yield* TestClock.adjust("2 minutes")
        const { code, stdout, stderr } = yield* generating.ended
        assert.match(
          stderr,
          /^25 credits, USD 0\.34 to 0\.50, by the price list of 2026-05-08\. Submitting\.\nSubmitted job (\d+)\. If this program stops: hunyuan3d wait \1 --kind pro --region ap-singapore\n.* RUN .*\n.* DONE .*\nTo download: hunyuan3d download \1 --kind pro --region ap-singapore --out models\n$/
        )
        assert.match(stdout, /^TYPE .*\nGLB .*\nCredits: 25\n$/)
        assert.strictEqual(code, 0)
      }).pipe(WithFake)
  )

  it.effect("prints with --json one object, with the ticket, the job and what it was to cost and did cost", () =>
    Effect.gen(function* () {
      const generating = yield* start([...generate, "--json"])
      yield* TestClock.adjust("2 minutes")
      const { code, stdout } = yield* generating.ended
      const { credits, job, ok, operation, ticket } = yield* outputOf(stdout)
      assert.deepStrictEqual([ok, job?._tag, job?.id], [true, "Done", ticket?.jobId])
      assert.deepStrictEqual([credits?.estimated?.min, credits?.estimated?.max, credits?.consumed], [25, 25, 25])
      assert.isString(operation)
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("runs on a fake of its own, without credentials, without a cost and without a way to go on", () =>
    Effect.gen(function* () {
      const generating = yield* start([...generate, "--transport", "fake"], { env: {} })
      yield* generating.prints(/Submitted/)
      yield* TestClock.adjust("1 minute")
      const { code, stderr } = yield* generating.ended
      assert.match(stderr, /^Submitted job \d+\.\n/)
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("exits with 2 when the job fails, and prints it as JSON too", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const generating = yield* start([...generate, "--json"])
      yield* TestClock.adjust("10 seconds")
      const [job] = yield* fake.jobs
      yield* fake.fail(job?.id ?? "", { code: "X", message: "no mesh" })
      yield* TestClock.adjust("1 minute")
      const { code, stdout, stderr } = yield* generating.ended
      const { error, ticket } = yield* outputOf(stdout)
      assert.deepInclude(error, { code: "X", exitCode: 2 })
      assert.strictEqual(ticket?.jobId, job?.id)
      assert.include(stderr, "no mesh")
      assert.strictEqual(code, 2)
    }).pipe(WithFake)
  )

  it.effect("exits with 3 when its time has passed, and says how to wait again", () =>
    Effect.gen(function* () {
      const generating = yield* start([...generate, "--timeout", "10s"])
      yield* TestClock.adjust("1 second")
      yield* TestClock.adjust("1 minute")
      const { code, stderr } = yield* generating.ended
      assert.match(stderr, /\nhunyuan3d: Job (\d+) had not ended .* To wait again: hunyuan3d wait \1 --kind pro .*\n$/)
      assert.strictEqual(code, 3)
    }).pipe(WithFake)
  )

  it.effect("exits with 4, not 5, when a query is refused with a code that nobody knows: the ticket is told", () =>
    Effect.gen(function* () {
      const generating = yield* start(generate)
      yield* TestClock.adjust("1 second")
      yield* Fake.Fake.use((fake) => fake.fault({ code: "FailedOperation.Strange" }))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* generating.ended).code, 4)
    }).pipe(WithFake)
  )

  it.effect("wants --out for the flags of a download, before anything is paid for", () =>
    Effect.gen(function* () {
      for (const flag of [["--unpack"], ["--previews"], ["--overwrite"], ["--max-size", "1GiB"]]) {
        const { code, stderr } = yield* run([...generate, ...flag])
        assert.match(stderr, /^hunyuan3d: .* need --out, where the files go\.\n$/)
        assert.strictEqual(code, 1)
      }
      assert.deepStrictEqual(yield* Fake.Fake.use((fake) => fake.requests), [])
    }).pipe(WithFake)
  )
})
