import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Redacted } from "effect"
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
      const serving = yield* start(["serve", "--time-scale", "60"], {
        listen: () => Layer.succeed(HttpServer.HttpServer, server)
      })
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
      assert.include(stdout.replaceAll(/\s+/g, " "), `or ${Redacted.value(Fake.credential.secretKey)})`)
    }).pipe(WithoutService)
  )

  describe("takes the secret key", () => {
    const key = "planted-key-of-a-test"
    const refused = Effect.fnUntraced(function* (args: ReadonlyArray<string>, options: Parameters<typeof run>[1] = {}) {
      // No port is free, so that it ends.
      const { code, stderr, stdout } = yield* run(["serve", ...args], { env: {}, ...options })
      assert.notInclude(stdout + stderr, key)
      return { code, stderr }
    })
    const portTaken = /^hunyuan3d: Port .*\n$/

    it.effect("from a flag, and warns that everybody on the machine sees it", () =>
      Effect.gen(function* () {
        const { stderr } = yield* refused(["--secret-key", key])
        assert.match(stderr, /^Everybody on this machine can see --secret-key\. Set HUNYUAN3D_SERVE_SECRET_KEY, .*\n/)
        assert.match(stderr.split("\n").slice(1).join("\n"), portTaken)
      }).pipe(WithoutService)
    )

    it.effect("from the environment, a file or standard input, without a warning", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const file = `${yield* fs.makeTempDirectoryScoped()}/key`
        yield* fs.writeFileString(file, `${key}\n`)
        assert.match((yield* refused([], { env: { HUNYUAN3D_SERVE_SECRET_KEY: key } })).stderr, portTaken)
        assert.match((yield* refused(["--secret-key-file", file])).stderr, portTaken)
        assert.match((yield* refused(["--secret-key-file", "-"], { stdin: `${key}\n` })).stderr, portTaken)
      }).pipe(Effect.provide(NodeFileSystem.layer), WithoutService)
    )

    it.effect("from one place only, and from none that is empty or missing", () =>
      Effect.gen(function* () {
        for (const [args, message] of [
          [["--secret-key", key, "--secret-key-file", "-"], /are both given/],
          [["--secret-key-file", "-"], /is empty/],
          [["--secret-key-file", key], /no such file/]
        ] as const) {
          const { code, stderr } = yield* refused(args)
          assert.match(stderr, message)
          assert.strictEqual(code, 1)
        }
      }).pipe(WithoutService)
    )
  })

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
