import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { parseDuration } from "../../src/cli/options.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { run } from "./run.ts"

const WithFake = Effect.provide(Fake.layer())

describe("a duration", () => {
  it("is written as people and as Effect write it", () => {
    const millis = (text: string) => Option.getOrUndefined(Option.map(parseDuration(text), Duration.toMillis))
    assert.deepStrictEqual(
      ["500ms", "3s", "2m", "1.5h", "3 seconds", "1 minute", " 3s "].map(millis),
      [500, 3000, 120_000, 5_400_000, 3000, 60_000, 3000]
    )
  })

  it("is a positive, finite time", () => {
    for (const text of ["", "3", "s", "-1s", "0s", "Infinity", "3 parsecs", "1s2", "1e3s"]) {
      assert.isTrue(Option.isNone(parseDuration(text)), text)
    }
  })
})

describe("a job on the command line", () => {
  it.effect("is in the region that the environment names", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ region: "na-siliconvalley", run: "1 hour" }))
      const env = {
        TENCENTCLOUD_SECRET_ID: Fake.credential.secretId,
        TENCENTCLOUD_SECRET_KEY: "fake-secret-key",
        TENCENTCLOUD_REGION: "na-siliconvalley"
      }
      assert.strictEqual((yield* run(["query", id], { env })).code, 0)
      assert.strictEqual((yield* run(["query", id, "--region", "ap-singapore"], { env })).code, 4)
    }).pipe(WithFake)
  )
})
