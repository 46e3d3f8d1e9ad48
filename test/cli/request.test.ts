import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import * as Fake from "../../src/testing/Fake.ts"
import { run } from "./run.ts"

const WithFake = Effect.provide(Layer.merge(Fake.layer(), NodeFileSystem.layer))

/** What a submission with these flags sends. */
const sent = Effect.fnUntraced(function* (...flags: ReadonlyArray<string>) {
  const { code, stderr } = yield* run(["submit", ...flags])
  assert.strictEqual(code, 0, stderr)
  return JSON.parse((yield* Fake.Fake.use((fake) => fake.requests)).at(-1)?.body ?? "")
})

/** Why a submission with these flags is not sent. */
const refused = Effect.fnUntraced(function* (...flags: ReadonlyArray<string>) {
  const { code, stderr } = yield* run(["submit", ...flags])
  assert.strictEqual(code, 1)
  assert.deepStrictEqual(yield* Fake.Fake.use((fake) => fake.requests), [])
  return stderr
})

describe("a request from flags", () => {
  it.live("has an image file as base64, other views too, and fields from a file", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      yield* fs.writeFile(`${directory}/a.png`, new Uint8Array([1, 2, 3]))
      yield* fs.writeFileString(`${directory}/request.json`, `{"FaceCount":5000}`)
      assert.deepStrictEqual(
        yield* sent(
          "--enable-pbr",
          `--image=${directory}/a.png`,
          "--view=left=https://host.example/left.png",
          `--request=${directory}/request.json`
        ),
        {
          FaceCount: 5000,
          ImageBase64: "AQID",
          MultiViewImages: [{ ViewType: "left", ViewImageUrl: "https://host.example/left.png" }],
          EnablePBR: true
        }
      )
    }).pipe(WithFake)
  )

  it.effect("has its file by the name that the kind gives it, with the type that its name ends in", () =>
    Effect.gen(function* () {
      const url = "https://host.example/model.FBX?a=b"
      const file = { Url: url, Type: "fbx" }
      assert.deepStrictEqual(yield* sent("--kind", "uv", "--file", url), { File: file })
      assert.deepStrictEqual(yield* sent("--kind", "autorigging", "--file", url), { File3D: file })
      assert.deepStrictEqual(
        yield* sent("--kind", "textureedit", "--file", url, "--image", "https://host.example/a.png"),
        { File3D: file, Image: { Url: "https://host.example/a.png" } }
      )
    }).pipe(WithFake)
  )

  it.effect("that breaks a rule is told of in the words of flags", () =>
    Effect.gen(function* () {
      assert.match(
        yield* refused("--prompt", "a", "--face-count", "5"),
        /^hunyuan3d: The request for --kind pro is not acceptable\. --face-count: .*3000 to 1500000\.\n$/
      )
      assert.include(yield* refused(), "exactly one of --prompt, --image;")
      assert.include(yield* refused("--prompt", "a", "--polygon-type", "triangle"), "set --generate-type to LowPoly")
      assert.include(
        yield* refused("--kind", "uv", "--file", "https://host.example/a.zip"),
        "--file-type: Set this to one of"
      )
      assert.include(yield* refused("--kind", "uv"), "--file: This kind of job needs it. Add it.")
      assert.include(
        yield* refused("--kind", "rapid", "--prompt", "a", "--face-count", "5000"),
        "--face-count: This kind of job does not have it. Leave it out, correct its name, or choose another --kind."
      )
    }).pipe(WithFake)
  )

  it.live("that breaks a rule by what a file says is told of in the words of the file", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const file = `${yield* fs.makeTempDirectoryScoped()}/request.json`
      yield* fs.writeFileString(file, `{"Promt":"a","FaceCount":5}`)
      assert.include(yield* refused("--request", file, "--prompt", "a"), "Promt: This kind of job does not have it.")
      yield* fs.writeFileString(file, `{"FaceCount":5}`)
      assert.include(yield* refused("--request", file, "--prompt", "a"), "FaceCount: Set this to a whole number")
    }).pipe(WithFake)
  )

  it.live("needs files that can be read", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      yield* fs.writeFileString(`${directory}/array.json`, "[]")
      assert.match(yield* refused("--image", `${directory}/no.png`), /no\.png" cannot be read\. Check its name/)
      assert.match(yield* refused("--request", `${directory}/no.json`), /no\.json" cannot be read\. Check its name/)
      assert.match(yield* refused("--request", `${directory}/array.json`), /array\.json" is not a JSON object\./)
    }).pipe(WithFake)
  )
})
