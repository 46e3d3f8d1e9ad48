import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Fake from "../../src/testing/Fake.ts"
import { outputOf } from "./output.ts"
import { answering, credentials, run, start } from "./run.ts"

const WithFake = Effect.provide(Fake.layer())

describe("hunyuan3d submit", () => {
  it.effect("prints the command that waits for the job", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(["submit", "--prompt", "a teapot"], {
        env: { ...credentials, TENCENTCLOUD_REGION: "na-siliconvalley" }
      })
      const [job] = yield* Fake.Fake.use((fake) => fake.jobs)
      assert.strictEqual(
        stdout,
        `Submitted job ${job?.id}. To wait for it: hunyuan3d wait ${job?.id} --kind pro --region na-siliconvalley\n`
      )
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("prints with --json the ticket on standard output, and the command on standard error too", () =>
    Effect.gen(function* () {
      const { stdout, stderr } = yield* run(["submit", "--kind", "rapid", "--prompt", "a teapot", "--json"])
      const { ticket } = yield* outputOf(stdout)
      assert.strictEqual(ticket?.kind, "Rapid")
      assert.include(stderr, `hunyuan3d wait ${ticket?.jobId} --kind rapid`)
    }).pipe(WithFake)
  )

  it.effect("says that a job of the fake ends with the program", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["submit", "--prompt", "a teapot", "--transport", "fake"])
      assert.match(stderr, /^hunyuan3d: A job of the fake ends with this program\. .*\n$/)
      assert.strictEqual(code, 1)
    }).pipe(WithFake)
  )

  it.effect("exits with 4 when the service refuses", () =>
    Effect.gen(function* () {
      yield* Fake.Fake.use((fake) => fake.fault({ code: "UnauthorizedOperation" }))
      const { code } = yield* run(["submit", "--prompt", "a teapot"])
      assert.strictEqual(code, 4)
    }).pipe(WithFake)
  )

  it.effect("exits with 5 when no clear answer comes, and says that the job may exist and be paid for", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.fault("dropped")
      const { code, stdout, stderr } = yield* run(["submit", "--prompt", "a teapot"])
      assert.include(stderr, "may exist and be paid for")
      assert.match(stderr, /\nhunyuan3d: SubmitHunyuanTo3DProJob: .*\n$/)
      assert.strictEqual(stdout, "")
      assert.strictEqual(code, 5)
      assert.strictEqual((yield* fake.requests).length, 1)
    }).pipe(WithFake)
  )

  it.effect("exits with 5 when the answer does not come in time", () =>
    Effect.gen(function* () {
      yield* Fake.Fake.use((fake) => fake.fault("never"))
      const submitting = yield* start(["submit", "--prompt", "a teapot"])
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* submitting.ended).code, 5)
    }).pipe(WithFake)
  )

  it.effect("exits with 5 when the answer holds no id that could be waited for", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["submit", "--prompt", "a teapot"])
      assert.include(stderr, "job-1")
      assert.strictEqual(code, 5)
    }).pipe(Effect.provide(answering({ JobId: "job-1" })))
  )

  it.effect("exits with 1 when nothing was sent", () =>
    Effect.gen(function* () {
      const { code } = yield* run(["submit", "--prompt", "a teapot", "--endpoint", "http://example.com"])
      assert.strictEqual(code, 1)
    }).pipe(WithFake)
  )
})
