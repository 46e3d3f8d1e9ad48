import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Fake from "../../src/testing/Fake.ts"
import { run, start } from "./run.ts"

const WithFake = Effect.provide(Fake.layer())

describe("hunyuan3d watch", () => {
  it.effect("prints each change as a line with its time", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ wait: "1 minute", run: "1 minute" }))
      const watching = yield* start(["watch", id])
      yield* TestClock.adjust("3 minutes")
      const { code, stdout } = yield* watching.ended
      assert.match(
        stdout,
        /^1970-01-01T00:00:00\.000Z  WAIT  job \d+\n1970-01-01T00:01:\d\d\.\d{3}Z  RUN   job \d+\n1970-01-01T00:02:\d\d\.\d{3}Z  DONE  job \d+\n$/
      )
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("prints with --json each change as one JSON object a line", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: "1 minute" }))
      const watching = yield* start(["watch", id, "--json"])
      yield* TestClock.adjust("3 minutes")
      const { code, stdout } = yield* watching.ended
      assert.deepStrictEqual(
        stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line).job.status),
        ["RUN", "DONE"]
      )
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("exits with 2 when the job fails", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: 0, outcome: { code: "X", message: "no mesh" } }))
      const { code, stdout } = yield* run(["watch", id])
      assert.strictEqual(stdout, `1970-01-01T00:00:00.000Z  FAIL  job ${id}\n`)
      assert.strictEqual(code, 2)
    }).pipe(WithFake)
  )
})
