import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Redacted } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Fake from "../../src/testing/Fake.ts"
import { outputOf } from "./output.ts"
import { credentials, run } from "./run.ts"

const pair = { secretId: "AKIDOFTHEPROFILE", secretKey: "key-of-the-profile" }

const credential = { secretId: pair.secretId, secretKey: Redacted.make(pair.secretKey) }

const WithFake = Effect.provide(Layer.merge(Fake.layer({ credential, run: 0 }), NodeFileSystem.layer))

const WithRole = Effect.provide(Layer.merge(Fake.layer({ role: "renderer" }), NodeFileSystem.layer))

/** A home with the profile studio, and without a default one. */
const home = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  const write = Effect.fnUntraced(function* (file: string, text: string) {
    yield* fs.makeDirectory(`${directory}/${file.split("/")[0]}`, { recursive: true })
    yield* fs.writeFileString(`${directory}/${file}`, text, { mode: 0o600 })
  })
  yield* write(".tencentcloud/credentials", `[studio]\nsecret_id = ${pair.secretId}\nsecret_key = ${pair.secretKey}\n`)
  return { env: { HOME: directory }, write }
})

/** Each host that a request went to. */
const hosts = Fake.Fake.use((fake) =>
  Effect.map(fake.requests, (requests) => [...new Set(requests.map(({ headers }) => headers["host"]))])
)

describe("the keys of the program", () => {
  it.effect("are those of the environment, without any request for them", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(["whoami"])
      assert.include(stdout, "the environment")
      assert.strictEqual(code, 0)
    }).pipe(
      Effect.provide(
        Layer.succeed(
          HttpClient.HttpClient,
          HttpClient.make(() => Effect.die("not used"))
        )
      )
    )
  )

  it.effect("are those of --profile before those of the environment", () =>
    Effect.gen(function* () {
      const { env } = yield* home
      const id = yield* Fake.Fake.use((fake) => fake.job())
      const both = { ...env, ...credentials }
      assert.strictEqual((yield* run(["query", id], { env: both })).code, 4)
      const { code, stderr, stdout } = yield* run(["query", id, "--profile", "studio"], { env: both })
      assert.strictEqual(code, 0, stderr)
      assert.match(stdout, /^DONE/)
      assert.match(stderr, /hunyuan3d download .* --profile studio --out models\n$/)
    }).pipe(WithFake)
  )

  it.effect("sign with --profile, and are shown by no command", () =>
    Effect.gen(function* () {
      const { env } = yield* home
      for (const args of [["sign"], ["whoami"], ["doctor"], ["doctor", "--check-api"], ["whoami", "--json"]]) {
        const { stderr, stdout } = yield* run([...args, "--profile", "studio", "--log-level", "trace"], { env })
        assert.include(stdout, "AKIDOFTH")
        assert.notInclude(stdout + stderr, pair.secretKey)
      }
    }).pipe(WithFake)
  )

  it.effect("of a profile that nobody has are missed at the places where it was looked for", () =>
    Effect.gen(function* () {
      const { env } = yield* home
      const { code, stderr } = yield* run(["whoami", "--profile", "nobody"], { env: { ...env, ...credentials } })
      assert.match(stderr, /the profile nobody in .*the profile nobody of tccli/)
      assert.strictEqual(code, 1)
    }).pipe(WithFake)
  )

  it.effect("of tccli come with a region, which whoami shows", () =>
    Effect.gen(function* () {
      const { env, write } = yield* home
      yield* write(".tccli/work.credential", JSON.stringify(pair))
      yield* write(".tccli/work.configure", JSON.stringify({ _sys_param: { region: "ap-guangzhou" } }))
      const { stdout } = yield* run(["whoami", "--profile", "work", "--json"], { env })
      const { credentials: shown } = yield* outputOf(stdout)
      assert.strictEqual(shown?.region, "ap-guangzhou")
      assert.include(shown?.source, "tccli")
      const other = yield* outputOf((yield* run(["whoami", "--profile", "studio", "--json"], { env })).stdout)
      assert.notProperty(other.credentials, "region")
    }).pipe(WithFake)
  )

  it.effect("of a role of the machine are temporary", () =>
    Effect.gen(function* () {
      const { env } = yield* home
      const { stdout } = yield* run(["whoami"], { env })
      assert.match(
        stdout,
        /^Key id {3}AKID.*….*\nKind {5}temporary\nSource {3}the CVM role renderer\nExpires {2}.*, in \d+ h \d+ min\n$/
      )
      assert.deepStrictEqual(yield* hosts, ["metadata.tencentyun.com"])
    }).pipe(WithRole)
  )

  it.effect("come from the server on this machine that --endpoint names, and from nowhere else", () =>
    Effect.gen(function* () {
      const { env } = yield* home
      const id = yield* Fake.Fake.use((fake) => fake.job())
      const { code } = yield* run(["query", id, "--endpoint", "http://127.0.0.1:8123"], { env })
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(yield* hosts, ["127.0.0.1:8123"])
    }).pipe(WithRole)
  )
})
