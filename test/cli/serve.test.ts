import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as HttpServer from "effect/http/HttpServer"
import * as NetAddress from "effect/net/NetAddress"
import { TestClock } from "effect/testing"
import * as Fake from "../../src/testing/Fake.ts"
import { answering, run, start } from "./run.ts"

const WithoutService = Effect.provide(answering({}))

describe("hunyuan3d serve", () => {
  it.effect("prints its URL first and goes on until it is interrupted", () =>
    Effect.gen(function* () {
      const server = HttpServer.make({
        address: NetAddress.inetAddressFromStringUnsafe("127.0.0.1:8123"),
        serve: () => Effect.void
      })
      const serving = yield* start(["serve", "--time-scale", "60"], { server })
      yield* serving.prints(/http/)
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(serving.printed(), { stdout: "http://127.0.0.1:8123\n", stderr: "" })
      yield* serving.stop
      assert.strictEqual((yield* serving.ended).code, 130)
    }).pipe(WithoutService)
  )

  it.effect("says in one sentence that a port cannot be used", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["serve", "--port", "80"])
      assert.strictEqual(stderr, "hunyuan3d: Port 80 cannot be used. Choose another --port, or leave it out.\n")
      assert.strictEqual(code, 1)
    }).pipe(WithoutService)
  )

  it.effect("names in its help the key pair that it accepts by default", () =>
    Effect.gen(function* () {
      const { stdout } = yield* run(["serve", "--help"])
      assert.include(stdout, `(default: ${Fake.credential.secretId})`)
      assert.include(stdout, `(default: ${Redacted.value(Fake.credential.secretKey)})`)
    }).pipe(WithoutService)
  )

  it.effect("refuses numbers that are out of range", () =>
    Effect.gen(function* () {
      for (const [flag, value] of [
        ["--port", "65536"],
        ["--time-scale", "0"],
        ["--fault-rate", "2"],
        ["--tasks", "0"],
        ["--rate", "0"]
      ] as const) {
        const { code, stderr } = yield* run(["serve", flag, value])
        assert.include(stderr, flag)
        assert.strictEqual(code, 1)
      }
    }).pipe(WithoutService)
  )
})
