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
  /** A server that listens to nobody. */
  const listening = (asked: Array<string | undefined> = [], address = "127.0.0.1:8123") => ({
    listen: (_port: number, host?: string) => {
      asked.push(host)
      return Layer.succeed(
        HttpServer.HttpServer,
        HttpServer.make({
          address: NetAddress.inetAddressFromStringUnsafe(address),
          serve: () => Effect.void
        })
      )
    }
  })

  /** What it prints until it is interrupted. */
  const printed = Effect.fnUntraced(function* (args: ReadonlyArray<string>, options: Parameters<typeof run>[1] = {}) {
    const serving = yield* start(["serve", ...args], { ...listening(), ...options })
    yield* serving.prints(/--seed|"url"/)
    yield* TestClock.adjust("1 hour")
    yield* serving.stop
    return yield* serving.ended
  })

  it.effect("prints its URL on standard output, and how to use it on standard error, until it is interrupted", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* printed(["--time-scale", "60", "--seed", "7"])
      assert.strictEqual(stdout, "http://127.0.0.1:8123\n")
      assert.deepStrictEqual(stderr.split("\n"), [
        "Accepted key: SecretId AKIDFAKE, SecretKey fake-secret-key",
        "Try it in another terminal:",
        '  TENCENTCLOUD_SECRET_ID=AKIDFAKE TENCENTCLOUD_SECRET_KEY=fake-secret-key hunyuan3d generate "a brass teapot" ' +
          "--endpoint http://127.0.0.1:8123 --out models",
        "Steer it: http://127.0.0.1:8123/__fake/health, with all calls in http://127.0.0.1:8123/__fake/openapi.json",
        "Chance repeats with --seed 7.",
        ""
      ])
      assert.strictEqual(code, 130)
    }).pipe(WithoutService)
  )

  it.effect("prints nothing on standard error with --json", () =>
    Effect.gen(function* () {
      const { stderr, stdout } = yield* printed(["--json"])
      assert.strictEqual(stderr, "")
      assert.strictEqual(JSON.parse(stdout.split("\n")[0] ?? "").url, "http://127.0.0.1:8123")
    }).pipe(WithoutService)
  )

  it.effect("never prints a secret key that it was given", () =>
    Effect.gen(function* () {
      const env = { HUNYUAN3D_SERVE_SECRET_KEY: "planted-key-of-a-test" }
      const { stderr, stdout } = yield* printed(["--secret-id", "AKID OWN"], { env })
      assert.notInclude(stdout + stderr, "planted")
      assert.include(stderr, "SecretId AKID OWN, with the secret key that you gave")
      assert.include(stderr, "TENCENTCLOUD_SECRET_ID='AKID OWN' TENCENTCLOUD_SECRET_KEY=… hunyuan3d generate")
    }).pipe(WithoutService)
  )

  it.effect("listens on loopback, unless it is told of another host, of which it warns", () =>
    Effect.gen(function* () {
      const asked: Array<string | undefined> = []
      const warning = /^Anybody who reaches .*$/m
      for (const args of [[], ["--host", "localhost"], ["--host", "::1"], ["--host", "127.0.0.2"]]) {
        assert.notMatch((yield* printed(args, listening(asked))).stderr, warning)
      }
      for (const host of ["0.0.0.0", "127.evil.example"]) {
        const { stderr } = yield* printed(["--host", host], listening(asked))
        assert.strictEqual(warning.exec(stderr)?.[0], `Anybody who reaches ${host} can use this fake and steer it.`)
      }
      assert.deepStrictEqual(asked, [undefined, "localhost", "::1", "127.0.0.2", "0.0.0.0", "127.evil.example"])
    }).pipe(WithoutService)
  )

  it.effect("tells a command to try only where this program can reach it: on loopback", () =>
    Effect.gen(function* () {
      for (const [address, endpoint] of [
        ["0.0.0.0:8123", "http://127.0.0.1:8123"],
        ["[::]:8123", "http://[::1]:8123"],
        ["[::1]:8123", "http://[::1]:8123"],
        ["192.0.2.1:8123", undefined]
      ] as const) {
        const { stderr, stdout } = yield* printed([], listening([], address))
        assert.strictEqual(stdout, `http://${address}\n`)
        assert.strictEqual(/--endpoint '?([^ ']*)/.exec(stderr)?.[1], endpoint)
        assert.include(stderr, `Steer it: ${endpoint ?? `http://${address}`}/__fake/health`)
      }
    }).pipe(WithoutService)
  )

  it.effect("says in one sentence that a host cannot be used", () =>
    Effect.gen(function* () {
      const { stderr } = yield* run(["serve", "--host", "192.0.2.1", "--port", "80"])
      assert.include(
        stderr,
        "hunyuan3d: Port 80 of 192.0.2.1 cannot be used. Choose another --port or --host, or leave them out.\n"
      )
    }).pipe(WithoutService)
  )

  describe("keeps its state in a file", () => {
    const place = Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      return { directory, file: `${directory}/jobs.json`, fs }
    })

    it.effect("that it writes when it ends, and goes on from, with its seed", () =>
      Effect.gen(function* () {
        const { directory, file, fs } = yield* place
        yield* printed(["--state", file, "--seed", "7", "--time-scale", "60", "--fail", "0.5"])
        const first = JSON.parse(yield* fs.readFileString(file))
        assert.strictEqual(first.version, 1)
        assert.strictEqual(first.seed, 7)
        assert.strictEqual(first.clock.timeScale, 60)
        assert.strictEqual(first.failing.code, "FailedOperation.InnerError")
        const { stderr } = yield* printed(["--state", file, "--seed", "8"])
        assert.include(stderr, "--seed 7")
        assert.deepStrictEqual(JSON.parse(yield* fs.readFileString(file)), first)
        yield* printed(["--state", file, "--time-scale", "2", "--fail", "0"])
        const changed = JSON.parse(yield* fs.readFileString(file))
        assert.strictEqual(changed.clock.timeScale, 2)
        assert.isUndefined(changed.failing)
        assert.deepStrictEqual(yield* fs.readDirectory(directory), ["jobs.json"])
      }).pipe(Effect.provide(NodeFileSystem.layer), WithoutService)
    )

    it.effect("and says what is wrong with it before it listens, and leaves it as it was", () =>
      Effect.gen(function* () {
        const { directory, file, fs } = yield* place
        for (const [text, message] of [
          ["{", /^hunyuan3d: --state: The file is not JSON\. .*\n$/],
          [`{"version":2}`, /^hunyuan3d: --state: The state of the fake cannot be used\. Its version is 2.*\n$/],
          [`{"version":1}`, /^hunyuan3d: --state: The state of the fake cannot be used\. .*\n$/]
        ] as const) {
          yield* fs.writeFileString(file, text)
          const { code, stderr, stdout } = yield* run(["serve", "--state", file], listening())
          assert.match(stderr, message)
          assert.strictEqual(stdout, "")
          assert.strictEqual(code, 1)
          assert.strictEqual(yield* fs.readFileString(file), text)
        }
        for (const where of [directory, `${directory}/nowhere/jobs.json`]) {
          const { code, stderr } = yield* run(["serve", "--state", where], listening())
          assert.match(stderr, /^hunyuan3d: --state: The file cannot be (read|written there): .*\n$/)
          assert.strictEqual(code, 1)
        }
      }).pipe(Effect.provide(NodeFileSystem.layer), WithoutService)
    )
  })

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
        ["--fail", "-0.1"],
        ["--slots-full", "wait"],
        ["--seed", "one"],
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
