import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Path } from "effect"
import { checkOut } from "../../src/cli/outDirectory.ts"
import * as Fake from "../../src/testing/Fake.ts"
import * as memoryDisk from "../support/memoryDisk.ts"
import { run, unknownId } from "./run.ts"

const WithFake = Effect.provide(Layer.merge(Fake.layer({ run: 0 }), NodeFileSystem.layer))

const commands = [
  ["generate", "--prompt", "a teapot"],
  ["download", unknownId]
]

/** Why neither command uses a directory; neither has sent anything. */
const refused = Effect.fnUntraced(function* (out: string) {
  for (const command of commands) {
    const { code, stdout, stderr } = yield* run([...command, "--out", out])
    assert.include(stderr, `hunyuan3d: --out ${out}: Nothing can be written there (E`)
    assert.include(stderr, "Correct this, or choose another directory. Nothing was sent.\n")
    assert.strictEqual(stderr.trim().split("\n").length, 1)
    assert.strictEqual(stdout, "")
    assert.strictEqual(code, 1)
  }
  assert.deepStrictEqual(yield* Fake.Fake.use((fake) => fake.requests), [])
})

const temporaryDirectory = FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())

describe("the directory of --out", () => {
  it.live("is made with its parents, and holds nothing but the result files and their manifest in the end", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const out = `${yield* temporaryDirectory}/a/b`
      const { code, stderr } = yield* run(["generate", "--prompt", "a teapot", "--out", out])
      assert.strictEqual(code, 0, stderr)
      assert.match((yield* fs.readDirectory(out)).join(), /^(\d+)-glb\.glb,\1-manifest\.json$/)
    }).pipe(WithFake)
  )

  it.live("is refused before a request when it cannot be made", () =>
    // Where nothing can be made, and Node's own recursive mkdir never ends.
    refused("/proc/hunyuan3d/models").pipe(WithFake)
  )

  it.live("is refused before a request when a file is in its place, or in that of a parent", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const file = `${yield* temporaryDirectory}/file`
      yield* fs.writeFileString(file, "")
      yield* refused(file)
      yield* refused(`${file}/models`)
    }).pipe(WithFake)
  )

  it.live("is not looked at when there are no keys", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const out = `${yield* temporaryDirectory}/models`
      for (const command of commands) {
        const { code, stderr } = yield* run([...command, "--out", out], { env: {} })
        assert.match(stderr, /^hunyuan3d: No credentials were found\. .*\n$/)
        assert.strictEqual(code, 1)
      }
      assert.isFalse(yield* fs.exists(out))
    }).pipe(WithFake)
  )

  for (const [trouble, broken] of [
    ["its disk is full", { writeFile: () => Effect.fail(memoryDisk.full) }],
    ["it is read-only", { makeTempDirectoryScoped: () => Effect.fail(memoryDisk.denied) }]
  ] as const) {
    it.live(`is refused when ${trouble}, and nothing is left in it`, () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const out = yield* temporaryDirectory
        const Broken = Layer.succeed(FileSystem.FileSystem, { ...fs, ...broken })
        const { message } = yield* Effect.flip(checkOut(out)).pipe(Effect.provide(Layer.merge(Broken, Path.layer)))
        assert.match(message, /^--out \S+: Nothing can be written there \(E(NOSPC|PERM): it does not work\)\. /)
        assert.deepStrictEqual(yield* fs.readDirectory(out), [])
      }).pipe(WithFake)
    )
  }
})
