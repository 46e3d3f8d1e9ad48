import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { jpeg, png, webp } from "../files/images.ts"
import { gif } from "../files/samples.ts"
import { run } from "./run.ts"

const WithFake = Effect.provide(Layer.merge(Fake.layer(), NodeFileSystem.layer))

/** What a submission with these flags sends, with this standard input. */
const sentWith = Effect.fnUntraced(function* (stdin: string | Uint8Array, ...flags: ReadonlyArray<string>) {
  const { code, stderr } = yield* run(["submit", ...flags], { stdin })
  assert.strictEqual(code, 0, stderr)
  return JSON.parse((yield* Fake.Fake.use((fake) => fake.requests)).at(-1)?.body ?? "")
})

const sent = (...flags: ReadonlyArray<string>) => sentWith("", ...flags)

/** Why a submission with these flags is not sent, with this standard input. */
const refusedWith = Effect.fnUntraced(function* (stdin: string | Uint8Array, ...flags: ReadonlyArray<string>) {
  const { code, stderr } = yield* run(["submit", ...flags], { stdin })
  assert.strictEqual(code, 1)
  assert.deepStrictEqual(yield* Fake.Fake.use((fake) => fake.requests), [])
  return stderr
})

const refused = (...flags: ReadonlyArray<string>) => refusedWith("", ...flags)

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64")

describe("a request from flags", () => {
  it.live("has an image file as base64, other views too, and fields from a file", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      yield* fs.writeFile(`${directory}/a.png`, png(200, 300))
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
          ImageBase64: base64(png(200, 300)),
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

  it.effect("has numbers and sides as they are told of", () =>
    Effect.gen(function* () {
      assert.include(yield* refused("a", "--face-count", "many"), '"many". Expected: a whole number, such as 5000\n')
      assert.include(yield* refused("--view", "a.png"), '"a.png". Expected: NAME=FILE, such as left=teapot.png\n')
    }).pipe(WithFake)
  )

  it.live("needs files that can be read", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      yield* fs.writeFileString(`${directory}/array.json`, "[]")
      assert.match(
        yield* refused("--image", `${directory}/no.png`),
        /--image \S+no\.png: The image cannot be read: ENOENT.* Check its name/
      )
      assert.include(
        yield* refused("--request", `${directory}/no.json`),
        "no.json: There is no such file. Correct its name."
      )
      assert.match(yield* refused("--request", directory), /--request \S+: The file cannot be read: EISDIR/)
      assert.include(
        yield* refused("--request", `${directory}/array.json`),
        'array.json: This is JSON, but no object. Give one such as {"Prompt":"a teapot"}.'
      )
    }).pipe(WithFake)
  )
})

describe("a prompt without its flag", () => {
  it.effect("is the prompt, anywhere among the flags, and - is standard input", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* sent("a brass teapot"), { Prompt: "a brass teapot" })
      assert.deepStrictEqual(yield* sent("--enable-pbr", "a teapot", "--model=3.1"), {
        Prompt: "a teapot",
        EnablePBR: true,
        Model: "3.1"
      })
      assert.deepStrictEqual(yield* sentWith("a cup\n", "-"), { Prompt: "a cup" })
      assert.deepStrictEqual(yield* sent("-p", "a cup", "-k", "rapid"), { Prompt: "a cup" })
    }).pipe(WithFake)
  )

  it.effect("of several words needs quotes, as the message says", () =>
    Effect.gen(function* () {
      assert.include(
        yield* refused("a", "brass", "teapot"),
        '"brass", "teapot"\nA prompt of several words needs quotes.\n'
      )
    }).pipe(WithFake)
  )

  it.live("is refused where it may be meant for something else", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/a.png`
      yield* fs.writeFile(path, png(200, 200))
      assert.include(
        yield* refused("a teapot", "--prompt", "a cup"),
        "There are two prompts: 'a teapot' and --prompt. Give one of them."
      )
      assert.include(
        yield* refused(path),
        `"${path}" is a file. If it is the image: --image ${path}. If it is the prompt: --prompt ${path}`
      )
      assert.include(yield* refused("https://host.example/a.png"), '"https://host.example/a.png" is a link. If it is')
      assert.include(yield* refused("help"), "For help, give --help. If it is the prompt: --prompt help")
      assert.include(
        yield* refusedWith("a", "-", "--image", "-"),
        "Only one of --prompt, --image, --view and --request"
      )
      assert.include(yield* refused("--kind", "uv", "a teapot"), "--prompt: This kind of job does not have it.")
    }).pipe(WithFake)
  )
})

describe("a choice", () => {
  it.effect("is taken in either case, and sent as the service spells it", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* sent("a", "--generate-type", "LOWPOLY", "--polygon-type", "Triangle"), {
        Prompt: "a",
        GenerateType: "LowPoly",
        PolygonType: "triangle"
      })
      assert.deepStrictEqual(yield* sent("a", "--kind", "RAPID", "--result-format", "glb"), {
        Prompt: "a",
        ResultFormat: "GLB"
      })
      assert.deepStrictEqual(
        yield* sent("--kind", "SmartTopology", "--file=https://host.example/a", "--file-type", "OBJ"),
        { File3D: { Url: "https://host.example/a", Type: "obj" } }
      )
    }).pipe(WithFake)
  )

  it.effect("is told with its values where it is none of them", () =>
    Effect.gen(function* () {
      assert.include(
        yield* refused("a", "--result-format", "png"),
        '--result-format: "png". Expected: "OBJ" | "GLB" | "STL" | "USDZ" | "FBX" | "MP4" | "GIF"'
      )
    }).pipe(WithFake)
  )

  it.effect("of the kind is each kind's name, however it is spelled", () =>
    Effect.gen(function* () {
      for (const job of JobKind.all) {
        const { name } = job
        const id = yield* Fake.Fake.use((fake) => fake.job({ kind: job, run: "1 hour" }))
        for (const kind of [name, name.toLowerCase(), name.toUpperCase()]) {
          const { code, stderr } = yield* run(["query", id, "--kind", kind])
          assert.strictEqual(code, 0, stderr)
        }
      }
    }).pipe(WithFake)
  )
})

describe("an image from flags", () => {
  it.live("is refused in the words of flags before anything is sent", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const cases: ReadonlyArray<readonly [string, Uint8Array, string]> = [
        ["empty.png", new Uint8Array(), "This is not a PNG, JPEG or WEBP image: it is empty."],
        ["a.gif", gif, "This is not a PNG, JPEG or WEBP image: its format is GIF."],
        ["small.png", png(40, 40), "The image has 40 × 40 px. Scale or crop it, so that each side has 128 to 5000 px."],
        ["large.jpg", new Uint8Array(20_000_000), "The image is larger than 6 MB."],
        ["half.jpg", jpeg(200, 200).subarray(0, -3), "The image is damaged:"]
      ]
      for (const [name, bytes, message] of cases) {
        const path = `${directory}/${name}`
        yield* fs.writeFile(path, bytes)
        assert.include(yield* refused("--image", path), `hunyuan3d: --image ${path}: ${message}`)
      }
      assert.include(yield* refused("--image", "/etc/passwd"), "--image /etc/passwd: This is not a PNG")
    }).pipe(WithFake)
  )

  it.live("has the sides and the format of what it is for", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const directory = yield* fs.makeTempDirectoryScoped()
      const path = (name: string) => `${directory}/${name}`
      yield* fs.writeFile(path("a.webp"), webp(200, 200))
      yield* fs.writeFile(path("a.png"), png(5000, 200))
      const texture = ["--kind", "textureedit", "--file", "https://host.example/a.fbx", "--image"]
      assert.include(yield* refused(...texture, path("a.png")), "5000 × 200 px.")
      assert.include(yield* refused(...texture, path("a.webp")), "a.webp: This is not a PNG or JPEG image")
      const view = `left=${path("a.webp")}`
      assert.include(
        yield* refused("--image", path("a.png"), "--view", view),
        `hunyuan3d: --view ${view}: This is not a PNG or JPEG image: its format is WEBP.`
      )
      assert.deepStrictEqual(yield* sent("--image", path("a.png")), { ImageBase64: base64(png(5000, 200)) })
    }).pipe(WithFake)
  )
})

describe("a request as JSON", () => {
  it.live("is a file, standard input, or the text itself", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/request.json`
      yield* fs.writeFileString(path, '{"Prompt":"a"}')
      const request = { Prompt: "a", FaceCount: 5000 }
      assert.deepStrictEqual(yield* sent("--request", path, "--face-count", "5000"), request)
      assert.deepStrictEqual(yield* sentWith('{"Prompt":"a"}', "--request", "-", "--face-count", "5000"), request)
      assert.deepStrictEqual(yield* sent("--request", '{"Prompt":"a"}', "--face-count", "5000"), request)
    }).pipe(WithFake)
  )

  it.live("that is broken is told of with its place", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/request.json`
      yield* fs.writeFileString(path, '{\n"Prompt":"a",\n}')
      assert.include(
        yield* refused("--request", path),
        `--request ${path}: This is not JSON: the error is in line 3, column 1`
      )
      assert.include(
        yield* refused("--request", "{bad"),
        `--request: This is not JSON: the error is in line 1, column 2, at "bad"`
      )
      assert.include(
        yield* refusedWith("{", "--request", "-"),
        "--request -: This is not JSON: it ends too soon, in line 1"
      )
    }).pipe(WithFake)
  )

  it.live("leaves the words of flags to what flags give", () =>
    Effect.gen(function* () {
      const request = ["--request", '{"Prompt":"a","FaceCount":5000}']
      assert.include(yield* refused(...request, "--face-count", "5"), " --face-count: Set this to a whole number")
      assert.include(yield* refused(...request, "-i", "https://host.example/a"), "Give exactly one of Prompt, --image;")
    }).pipe(WithFake)
  )
})

describe("standard input", () => {
  it.effect("stands for a prompt, without its last line feed, for an image, and for a request", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* sentWith("a brass\nteapot\n", "--prompt", "-"), { Prompt: "a brass\nteapot" })
      assert.deepStrictEqual(yield* sentWith(jpeg(200, 200), "--image", "-"), { ImageBase64: base64(jpeg(200, 200)) })
      assert.deepStrictEqual(yield* sentWith(`{"Prompt":"a"}`, "--request", "-", "--enable-pbr"), {
        Prompt: "a",
        EnablePBR: true
      })
    }).pipe(WithFake)
  )

  it.effect("is checked as a file is", () =>
    Effect.gen(function* () {
      assert.include(yield* refusedWith(gif, "--image", "-"), "--image -: This is not a PNG, JPEG or WEBP image")
      assert.include(yield* refusedWith("", "--prompt", "-"), "--prompt: Make the prompt 1 to 1024 Unicode")
      assert.include(yield* refusedWith("[]", "--request", "-"), "hunyuan3d: --request -: This is JSON, but no object.")
      assert.include(
        yield* refusedWith(Uint8Array.of(0xff), "--prompt", "-"),
        "--prompt -: Standard input is not text in UTF-8."
      )
      assert.include(
        yield* refusedWith(new Uint8Array(10_000_001), "--image", "-"),
        "--image -: Standard input is larger than 10 MB"
      )
    }).pipe(WithFake)
  )

  it.effect("is read for one flag only", () =>
    Effect.gen(function* () {
      assert.include(
        yield* refusedWith("a", "--prompt", "-", "--view", "left=-"),
        "Only one of --prompt, --image, --view and --request can be -"
      )
    }).pipe(WithFake)
  )
})
