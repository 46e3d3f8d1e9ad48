import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import * as Fake from "../../src/testing/Fake.ts"
import { run, unknownId } from "./run.ts"

const WithFake = Effect.provide(Layer.merge(Fake.layer(), NodeFileSystem.layer))

describe("--endpoint", () => {
  it.effect("that is no URL of a host alone is refused, without a word of it, before anything is sent", () =>
    Effect.gen(function* () {
      for (const endpoint of [
        "hunyuan",
        "ftp://host.example",
        "https://host.example/path",
        "https://host.example/?hunter2",
        "https://host.example/#hunter2",
        "https://user:hunter2@host.example",
        "https://hunter2@host.example",
        "https://user:hunter2@",
        "user:hunter2@host.example"
      ]) {
        const { code, stdout, stderr } = yield* run(["query", unknownId, "--endpoint", endpoint])
        assert.match(stderr, /^hunyuan3d: --endpoint is not usable\. Give a URL without path, .*\n$/)
        assert.notInclude(stdout + stderr, "hunter2")
        assert.strictEqual(code, 1)
      }
      assert.deepStrictEqual(yield* Fake.Fake.use((fake) => fake.requests), [])
    }).pipe(WithFake)
  )

  it.effect("that is misspelled shows no password either", () =>
    Effect.gen(function* () {
      const { stderr } = yield* run(["query", unknownId, "--endpont", "https://user:hunter2@host.example"])
      assert.notInclude(stderr, "hunter2")
    }).pipe(WithFake)
  )

  it.effect("over plain http to another machine is refused before anything is sent", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["query", unknownId, "--endpoint", "http://example.com"])
      assert.match(stderr, /^hunyuan3d: .*loopback.*\n$/)
      assert.strictEqual(code, 1)
      assert.deepStrictEqual(yield* Fake.Fake.use((fake) => fake.requests), [])
    }).pipe(WithFake)
  )

  it.effect("is where calls go", () =>
    Effect.gen(function* () {
      yield* run(["query", unknownId, "--endpoint", "http://127.0.0.1:8123"])
      const [request] = yield* Fake.Fake.use((fake) => fake.requests)
      assert.strictEqual(request?.headers["host"], "127.0.0.1:8123")
    }).pipe(WithFake)
  )
})

describe("--transport", () => {
  it.live("records what passes, and replays it without credentials and without the service", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const file = `${yield* FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())}/cassette.json`
      const id = yield* fake.job({ run: 0 })
      const recorded = yield* run(["query", id, "--transport", `record:${file}`])
      assert.strictEqual(recorded.code, 0, recorded.stderr)
      yield* fake.reset
      const replayed = yield* run(["query", id, "--transport", `replay:${file}`], { env: {} })
      assert.match(replayed.stdout, /^DONE/)
      assert.strictEqual(replayed.code, 0)
    }).pipe(WithFake)
  )

  it.live("replays no file that is not there, and says so in one sentence", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["query", unknownId, "--transport", "replay:/no/such/file.json"])
      assert.match(stderr, /^hunyuan3d: .*\/no\/such\/file\.json.*\n$/)
      assert.strictEqual(code, 1)
    }).pipe(WithFake)
  )

  it.effect("is live, fake, replay:FILE or record:FILE", () =>
    Effect.gen(function* () {
      for (const transport of ["", "dead", "replay:", "record", "fake:"]) {
        const { code, stderr } = yield* run(["query", unknownId, `--transport=${transport}`])
        assert.match(stderr, /^hunyuan3d: --transport cannot be .*\n$/)
        assert.strictEqual(code, 1)
      }
    }).pipe(WithFake)
  )

  it.effect("live needs credentials, and says in one sentence what to set", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* run(["query", unknownId], { env: {} })
      assert.match(stderr, /^hunyuan3d: .*TENCENTCLOUD_SECRET_ID.*\n$/)
      assert.strictEqual(code, 1)
    }).pipe(WithFake)
  )
})
