import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import { checkMaxCredits, cost } from "../../src/cli/cost.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { run } from "./run.ts"

const WithFake = Effect.provide(Fake.layer({ run: 0 }))

const teapot = ["--prompt", "a teapot", "--face-count", "500000"]

const Sculpture = JobKind.make({
  name: "Sculpture",
  submit: "SubmitSculptureJob",
  query: "QuerySculptureJob",
  request: Schema.Struct({ Prompt: Schema.String })
})

describe("what a submission costs", () => {
  it.effect("is said on standard error before it is sent", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["submit", ...teapot])
      assert.match(stderr, /^25 to 35 credits, USD 0\.34 to 0\.70, by the price list of 2026-05-08\. Submitting\.\n/)
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("is not said when there are no keys to send it with", () =>
    Effect.gen(function* () {
      for (const command of ["submit", "generate"]) {
        const { code, stderr } = yield* run([command, ...teapot], { env: {} })
        assert.match(stderr, /^hunyuan3d: No credentials were found\. .*\n$/)
        assert.strictEqual(code, 1)
      }
    }).pipe(WithFake)
  )

  it.effect("is refused above --max-credits, by its upper end, before anything is sent", () =>
    Effect.gen(function* () {
      for (const command of ["submit", "generate"]) {
        const { code, stdout, stderr } = yield* run([command, ...teapot, "--max-credits", "34"])
        assert.strictEqual(
          stderr,
          "hunyuan3d: The request costs 25 to 35 credits, USD 0.34 to 0.70, by the price list of 2026-05-08. " +
            "--max-credits 34 does not allow that. Allow more, or leave something out: " +
            "--dry-run shows what each part costs.\n"
        )
        assert.strictEqual(stdout, "")
        assert.strictEqual(code, 1)
      }
      assert.deepStrictEqual(yield* Fake.Fake.use((fake) => fake.requests), [])
    }).pipe(WithFake)
  )

  it.effect("is allowed up to --max-credits", () =>
    Effect.gen(function* () {
      const { code } = yield* run(["submit", ...teapot, "--max-credits", "35"])
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("is not limited by less than nothing", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["submit", ...teapot, "--max-credits=-1"])
      assert.match(stderr, /^hunyuan3d: .*--max-credits.*a number of credits, such as 35.*\n/)
      assert.strictEqual(code, 1)
    }).pipe(WithFake)
  )

  it("is said to be unknown of a kind without a price", () => {
    assert.strictEqual(
      cost(Sculpture, { Prompt: "a" }),
      "The price list of 2026-05-08 has no price for --kind sculpture."
    )
  })

  it.effect("cannot be limited of a kind without a price", () =>
    Effect.gen(function* () {
      const flags = { dryRun: false, maxCredits: Option.some(1000) }
      const { message, exitCode } = yield* Effect.flip(checkMaxCredits(Sculpture, { Prompt: "a" }, flags))
      assert.strictEqual(
        message,
        "The price list of 2026-05-08 has no price for --kind sculpture, so --max-credits cannot be checked. " +
          "Leave it out to submit without a limit."
      )
      assert.strictEqual(exitCode, 1)
    })
  )
})
