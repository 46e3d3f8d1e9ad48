import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import packageJson from "../../package.json" with { type: "json" }
import { hunyuan3d } from "../../src/cli/program.ts"
import { answering, run, unknownId } from "./run.ts"

const WithoutService = Effect.provide(answering({}))

describe("hunyuan3d", () => {
  it.effect("helps with each command, and exits with 0", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(["--help"])
      for (const { name } of hunyuan3d.subcommands.flatMap(({ commands }) => commands)) {
        assert.match(stdout, new RegExp(`\\n {2}${name} +\\w`))
        const help = yield* run([name, "--help"])
        assert.include(help.stdout, `hunyuan3d ${name}`)
        assert.strictEqual(help.code, 0)
      }
      assert.strictEqual(code, 0)
    }).pipe(WithoutService)
  )

  it.effect("helps in words, too", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* run(["help"]), yield* run(["--help"]))
      assert.deepStrictEqual(yield* run(["help", "generate"]), yield* run(["generate", "-h"]))
      const { code, stderr } = yield* run(["help", "gnerate"])
      assert.match(stderr, /^hunyuan3d: .*"gnerate".*"generate" \| "submit"/)
      assert.strictEqual(code, 1)
    }).pipe(WithoutService)
  )

  it.effect("says its version", () =>
    Effect.gen(function* () {
      for (const flag of ["--version", "-V"]) {
        const { code, stdout } = yield* run([flag])
        assert.strictEqual(stdout, `hunyuan3d v${packageJson.version}\n`)
        assert.strictEqual(code, 0)
      }
    }).pipe(WithoutService)
  )

  it.effect("says of a wrong flag what is wrong with it, not the whole help", () =>
    Effect.gen(function* () {
      const { code, stdout, stderr } = yield* run(["wait", unknownId, "--interval", "5parsecs"])
      assert.match(stderr, /^hunyuan3d: .*--interval.*500ms, 3s, 2m.*\nFor help: hunyuan3d wait --help\n$/)
      assert.strictEqual(stdout, "")
      assert.strictEqual(code, 1)
    }).pipe(WithoutService)
  )

  it.effect("lets a wrong command line not steer the terminal", () =>
    Effect.gen(function* () {
      const { stderr } = yield* run(["wait", "\u001b[2J", "\u202e", "--\u009b"])
      assert.match(stderr, /^[\n -~]*$/)
    }).pipe(WithoutService)
  )

  it.effect("uses colors on a terminal, unless NO_COLOR is set", () =>
    Effect.gen(function* () {
      const colored = yield* run(["--help"], { isTerminal: true })
      assert.include(colored.stdout, "\u001b[")
      const plain = yield* run(["--help"], { isTerminal: true, env: { NO_COLOR: "1" } })
      assert.notInclude(plain.stdout, "\u001b[")
    }).pipe(WithoutService)
  )

  it.effect("asks to report a bug, without letting it steer the terminal", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["query", unknownId])
      assert.match(stderr, /^hunyuan3d: This is a bug, please report it\.\nError: \\u001b\[2Jbroken/)
      assert.match(stderr, /^[\n -~]*$/)
      assert.strictEqual(code, 1)
    }).pipe(
      Effect.provide(
        Layer.succeed(
          HttpClient.HttpClient,
          HttpClient.make(() => Effect.die(new Error("\u001b[2Jbroken")))
        )
      )
    )
  )
})
