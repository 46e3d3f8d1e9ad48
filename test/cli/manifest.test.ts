import { createHash } from "node:crypto"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Schema } from "effect"
import { Manifest } from "../../src/cli/manifest.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { outputOf } from "./output.ts"
import { run } from "./run.ts"

const WithFake = Effect.provide(Layer.merge(Fake.layer({ run: 0 }), NodeFileSystem.layer))

const temporaryDirectory = FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Manifest), { onExcessProperty: "error" })

const manifestOf = Effect.fnUntraced(function* (directory: string, id: string) {
  const text = yield* FileSystem.FileSystem.use((fs) => fs.readFileString(`${directory}/${id}-manifest.json`))
  assert.notInclude(text, "http")
  return yield* decode(text)
})

describe("the manifest beside downloaded files", () => {
  it.live("says of each file of a job what is on the disk, and which job it is of", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* temporaryDirectory
      const id = yield* Fake.Fake.use((fake) => fake.job())
      const { stdout } = yield* run(["download", id, "--out", directory, "--previews", "--json"])
      const { manifest, files } = yield* outputOf(stdout)
      assert.strictEqual(manifest, `${directory}/${id}-manifest.json`)
      const { date: _, ...written } = yield* manifestOf(directory, id)
      assert.deepStrictEqual(
        { ...written, ticket: { ...written.ticket } },
        {
          version: 1,
          ticket: { jobId: id, kind: "Pro", region: "ap-singapore" },
          status: "DONE",
          files: (files ?? []).map(({ path, ...file }) => ({ name: path.slice(directory.length + 1), ...file }))
        }
      )
      assert.deepStrictEqual(
        written.files.map(({ kept, preview, type }) => [type, preview, kept]),
        [
          ["GLB", true, false],
          ["GLB", false, false]
        ]
      )
      for (const { name, sha256, size } of written.files) {
        const bytes = yield* fs.readFile(`${directory}/${name}`)
        assert.strictEqual(size, bytes.length)
        assert.strictEqual(sha256, createHash("sha256").update(bytes).digest("hex"))
      }
    }).pipe(WithFake)
  )

  it.live("says of files that were there that they were kept", () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const id = yield* Fake.Fake.use((fake) => fake.job())
      const download = ["download", id, "--out", directory]
      yield* run(download)
      const [first] = (yield* manifestOf(directory, id)).files
      yield* run(download)
      const [second] = (yield* manifestOf(directory, id)).files
      assert.deepStrictEqual({ ...first, kept: true }, second)
    }).pipe(WithFake)
  )

  it.live("is one for each job in a directory, and leaves nothing else behind", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* temporaryDirectory
      const ids = yield* Effect.replicateEffect(
        Fake.Fake.use((fake) => fake.job()),
        2
      )
      for (const id of ids) yield* run(["download", id, "--out", directory])
      assert.sameMembers(
        yield* fs.readDirectory(directory),
        ids.flatMap((id) => [`${id}-glb.glb`, `${id}-manifest.json`])
      )
    }).pipe(WithFake)
  )

  it.live("that cannot be written is an error, and the files are there", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* temporaryDirectory
      const id = yield* Fake.Fake.use((fake) => fake.job())
      yield* fs.makeDirectory(`${directory}/${id}-manifest.json/in-its-place`, { recursive: true })
      const { code, stdout } = yield* run(["download", id, "--out", directory, "--json"])
      const { error, files } = yield* outputOf(stdout)
      assert.deepStrictEqual([code, error?.code, files?.length], [1, "Disk", 1])
      assert.sameMembers(yield* fs.readDirectory(directory), [`${id}-glb.glb`, `${id}-manifest.json`])
    }).pipe(WithFake)
  )
})
