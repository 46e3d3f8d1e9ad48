import { createHash } from "node:crypto"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import * as Fake from "../../src/testing/Fake.ts"
import { jpeg, png } from "../files/images.ts"
import { outputOf } from "./output.ts"
import { run } from "./run.ts"

const WithFake = Effect.provide(Layer.merge(Fake.layer(), NodeFileSystem.layer))

/** A dry run has no keys, and sends nothing. */
const dryRun = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const ended = yield* run([...args, "--dry-run"], { env: {} })
  assert.deepStrictEqual(yield* Fake.Fake.use((fake) => fake.requests), [])
  return ended
})

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

const images = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const directory = yield* fs.makeTempDirectoryScoped()
  yield* fs.writeFile(`${directory}/front.png`, png(200, 300))
  yield* fs.writeFile(`${directory}/left.jpg`, jpeg(200, 300))
  return ["--image", `${directory}/front.png`, "--view", `left=${directory}/left.jpg`]
})

describe("a dry run", () => {
  it.effect("prints the request, what each part of it costs, and the price", () =>
    Effect.gen(function* () {
      for (const command of ["submit", "generate"]) {
        const request = ["--prompt", "a brass teapot", "--face-count", "500000", "--enable-pbr"]
        const { code, stdout, stderr } = yield* dryRun(command, ...request)
        assert.strictEqual(
          stdout,
          [
            "SubmitHunyuanTo3DProJob in ap-singapore. This is a dry run: nothing is sent.",
            "FIELD      VALUE",
            "Prompt     a brass teapot",
            "EnablePBR  true",
            "FaceCount  500000",
            "CHARGE     CREDITS",
            "base       25",
            "EnablePBR  10",
            "FaceCount  0 to 10",
            "35 to 45 credits, USD 0.47 to 0.90, by the price list of 2026-05-08.\n"
          ].join("\n")
        )
        assert.strictEqual(stderr, "")
        assert.strictEqual(code, 0)
      }
    }).pipe(WithFake)
  )

  it.live("shows images by their size and digest", () =>
    Effect.gen(function* () {
      const { stdout } = yield* dryRun("submit", ...(yield* images))
      assert.match(stdout, new RegExp(`\\nImageBase64 +${png(200, 300).length} B, sha256 ${sha256(png(200, 300))}\\n`))
      assert.match(stdout, /\nMultiViewImages\.0\.ViewType +left\n/)
      assert.include(stdout, `B, sha256 ${sha256(jpeg(200, 300))}\n`)
      assert.notInclude(stdout, Buffer.from(png(200, 300)).toString("base64").slice(0, 20))
    }).pipe(WithFake)
  )

  it.live("prints with --json one object, with images by their size and digest", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* dryRun("submit", "--json", ...(yield* images))
      const shown = (bytes: Uint8Array) => ({ size: bytes.length, sha256: sha256(bytes) })
      assert.deepStrictEqual(yield* outputOf(stdout), {
        version: 1,
        command: "submit",
        ok: true,
        dryRun: true,
        request: {
          kind: "Pro",
          action: "SubmitHunyuanTo3DProJob",
          region: "ap-singapore",
          fields: {
            ImageBase64: shown(png(200, 300)),
            MultiViewImages: [{ ViewType: "left", ViewImageBase64: shown(jpeg(200, 300)) }]
          }
        },
        credits: {
          estimated: {
            min: 35,
            max: 35,
            date: "2026-05-08",
            base: 25,
            surcharges: [{ field: "MultiViewImages", min: 10, max: 10 }],
            price: { currency: "USD", min: 0.4725, max: 0.7 }
          }
        }
      })
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )

  it.effect("shows links without what grants access, and leaves a prompt as it is", () =>
    Effect.gen(function* () {
      const file = "https://host.example/a.fbx?q-signature=secret"
      const edit = ["--kind", "textureedit", "--file", file, "--prompt", "red?blue=green"]
      const { stdout } = yield* dryRun("submit", ...edit, "--json")
      assert.deepStrictEqual((yield* outputOf(stdout)).request?.fields, {
        File3D: { Url: "https://host.example/a.fbx?…", Type: "fbx" },
        Prompt: "red?blue=green"
      })
      assert.notInclude((yield* dryRun("submit", ...edit)).stdout, "secret")
    }).pipe(WithFake)
  )

  it.effect("refuses what the submission would refuse", () =>
    Effect.gen(function* () {
      const expensive = yield* dryRun("submit", "--prompt", "a", "--max-credits", "24")
      assert.include(expensive.stdout, "25 credits")
      assert.include(expensive.stderr, "--max-credits 24 does not allow that")
      assert.strictEqual(expensive.code, 1)
      const wrong = yield* dryRun("submit", "--prompt", "a", "--face-count", "5")
      assert.include(wrong.stderr, "--face-count")
      assert.strictEqual(wrong.code, 1)
      const endpoint = yield* dryRun("submit", "--prompt", "a", "--endpoint", "https://a:b@host.example")
      assert.include(endpoint.stderr, "--endpoint is not usable")
      assert.strictEqual(endpoint.code, 1)
    }).pipe(WithFake)
  )

  it.live("makes no directory", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const out = `${yield* fs.makeTempDirectoryScoped()}/models`
      const { code } = yield* dryRun("generate", "--prompt", "a", "--out", out)
      assert.isFalse(yield* fs.exists(out))
      assert.strictEqual(code, 0)
    }).pipe(WithFake)
  )
})
