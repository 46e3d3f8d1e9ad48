import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Fake from "../../src/testing/Fake.ts"
import { refused, running, slow, token, transport } from "../support/wire.ts"
import { credentials, plain, run, start, unknownId } from "./run.ts"

const WithFake = Effect.provide(Fake.layer())

const attempts =
  /^00:00:00\.000Z DEBUG The credentials come from the environment\.\n00:00:00\.000Z DEBUG QueryHunyuanTo3DProJob, attempt 1: Server \(InternalError\) after 0 ms \[request e7c1aa24\]\n\S+Z DEBUG Retry 1 in \d+ms\. .*\(InternalError: said\) \[request e7c1aa24\]\n\S+Z DEBUG QueryHunyuanTo3DProJob, attempt 2: answered after 300 ms \[request e7c1aa24\]\n/

describe("the log", () => {
  for (const flags of [["--log-level", "debug"], ["--log-level=all"], ["-v"], ["--verbose"]]) {
    it.effect(`shows with ${flags.join(" ")} each attempt: when, its number, what came of it and its request id`, () =>
      Effect.gen(function* () {
        const { layer } = yield* transport(refused("InternalError"), slow("300 millis"))
        const querying = yield* Effect.provide(start(["query", unknownId, ...flags]), layer)
        yield* TestClock.adjust("1 minute")
        const { code, stderr, stdout } = yield* querying.ended
        assert.match(stderr, attempts)
        assert.strictEqual(stdout, `RUN  job ${unknownId}\n`)
        assert.strictEqual(code, 0)
      })
    )
  }

  it.effect("shows no attempt otherwise", () =>
    Effect.gen(function* () {
      const { layer } = yield* transport(running)
      for (const flags of [[], ["--log-level", "info"], ["--log-level", "warning"], ["--log-level", "none", "-v"]]) {
        const { stderr } = yield* Effect.provide(run(["query", unknownId, ...flags]), layer)
        assert.match(stderr, /^To wait for it: .*\n$/)
      }
    })
  )

  it.effect("has no secret and no query of a link", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: 0 }))
      const env = { ...credentials, TENCENTCLOUD_SESSION_TOKEN: token }
      for (const args of [
        ["query", id],
        ["wait", id],
        ["submit", "--prompt", "https://host/a?key=secret"]
      ]) {
        const { stderr } = yield* run([...args, "-v"], { env })
        assert.include(stderr, "attempt 1")
        for (const secret of [...Object.values(env), "q-signature=", "key=secret"]) assert.notInclude(stderr, secret)
      }
    }).pipe(WithFake)
  )

  for (const [level, isThere] of [
    ["info", true],
    ["warning", true],
    ["error", false],
    ["none", false]
  ] as const) {
    it.effect(`${isThere ? "shows" : "hides"} a warning with --log-level ${level}`, () =>
      Effect.gen(function* () {
        yield* Fake.Fake.use((fake) => fake.fault("dropped"))
        const { code, stderr } = yield* run(["submit", "--prompt", "a teapot", "--log-level", level])
        assert.strictEqual(/^No clear answer .*may exist/m.test(stderr), isThere, stderr)
        assert.match(stderr, /\nhunyuan3d: .*\n$/)
        assert.strictEqual(code, 5)
      }).pipe(WithFake)
    )
  }

  for (const [level, isThere] of [
    ["info", true],
    ["warning", false]
  ] as const) {
    it.effect(`${isThere ? "shows" : "hides"} what is not a warning with --log-level ${level}`, () =>
      Effect.gen(function* () {
        yield* Fake.Fake.use((fake) => fake.fault({ code: "RequestLimitExceeded.JobNumExceed" }))
        const submitting = yield* start(["submit", "--prompt", "a teapot", "--log-level", level])
        yield* TestClock.adjust("5 minutes")
        const { code, stderr } = yield* submitting.ended
        assert.strictEqual(stderr.includes("All task slots of the account are taken"), isThere)
        assert.strictEqual(code, 0)
      }).pipe(WithFake)
    )
  }

  it.effect("says its lines above the moving line", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: "1 hour" }))
      const waiting = yield* start(["wait", id, "-v"], { isTerminal: true })
      yield* TestClock.adjust("1 second")
      assert.match(
        plain(waiting.printed().stderr),
        /^.*\n00:00:00\.000Z DEBUG Query.*, attempt 1: answered after 0 ms .*\n {3}0\.0 s {2}RUN/
      )
      yield* waiting.stop
      yield* waiting.ended
    }).pipe(WithFake)
  )
})
