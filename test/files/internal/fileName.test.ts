import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import * as ResultFiles from "../../../src/files/ResultFiles.ts"
import { property } from "../../support/property.ts"
import { answering, done, id, list, receive, sized, withDirectory } from "../support.ts"

const mesh = answering(() => sized("v 0 0 0"))

describe("names", () => {
  property(
    "are one safe component each, different from each other, whatever types and links say",
    [
      fc.array(
        fc.record(
          {
            type: fc.oneof(
              fc.string({ unit: "binary" }),
              fc.constantFrom("OBJ", "obj", "obj-2", "OBJ_2", "../../etc/passwd", "CON", "obj-preview", "con.", "")
            ),
            url: fc.oneof(
              fc.webUrl({ validSchemes: ["https"] }),
              fc.constantFrom(
                "https://a.example/..%2f..%2fx.sh",
                "https://a.example/a.b/c\\d.e f",
                "https://a.example/.part"
              )
            ),
            previewUrl: fc.constant("https://a.example/p.png")
          },
          { requiredKeys: ["url"] }
        ),
        { minLength: 1, maxLength: 5 }
      )
    ],
    (files) =>
      withDirectory((directory) =>
        Effect.gen(function* () {
          const inside = NodePath.join(directory, "inside")
          const downloaded = yield* ResultFiles.download(done(...files), inside, { previews: true })
          for (const file of downloaded) {
            assert.strictEqual(NodePath.dirname(file.path), inside)
            assert.isFalse(file.kept)
          }
          assert.deepStrictEqual(list(directory), ["inside"])
          const names = downloaded.map((file) => NodePath.basename(file.path))
          assert.deepStrictEqual(list(inside), names.toSorted())
          assert.strictEqual(new Set(names).size, names.length)
          for (const name of names) {
            assert.match(name, /^[0-9]{19}-[a-z0-9_]{1,40}(-[0-9]+)?(-preview)?\.[a-z0-9]{1,8}$/)
          }
        })
      ).pipe(Effect.provide(mesh)),
    { runs: 30 }
  )

  it.effect("number a type that comes several times", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const url = "https://a.example/a.obj"
        const job = done({ type: "OBJ", url }, { type: "obj", url }, { type: "MTL", url }, { type: "O-B-J", url })
        const files = yield* ResultFiles.download(job, directory)
        assert.deepStrictEqual(
          files.map((file) => NodePath.basename(file.path)),
          [`${id}-obj.obj`, `${id}-obj-2.obj`, `${id}-mtl.obj`, `${id}-obj-3.obj`]
        )
        assert.isFalse(files.some((file) => file.kept))
        assert.isTrue(files.every((file) => NodeFs.existsSync(file.path)))
      })
    ).pipe(Effect.provide(mesh))
  )

  it.effect("end in what the link or the type says when the bytes say nothing, if that is a known format", () =>
    Effect.gen(function* () {
      for (const [type, path, name] of [
        ["OBJ", "a.OBJ?x=b.zip", "obj.obj"],
        ["OBJ", "a", "obj.obj"],
        ["OBJ", "a.part", "obj.obj"],
        ["MTL", "a.very-long-extension", "mtl.mtl"],
        ["TEXTURE_IMAGE", "a.exr", "texture_image.exr"],
        ["TEXTURE_IMAGE", "a", "texture_image.bin"],
        [undefined, "a.b.ply", "file.ply"],
        [undefined, "", "file.bin"]
      ] as const) {
        const { result } = yield* receive("v 0 0 0\n", { type, url: `https://storage.example/${path}` })
        assert.strictEqual(result, `${id}-${name}`)
      }
    })
  )

  it.effect("never end in what a system runs when it is opened", () =>
    Effect.gen(function* () {
      for (const extension of ["exe", "lnk", "bat", "cmd", "com", "scr", "js", "html", "svg", "sh", "url", "desktop"]) {
        const url = `https://storage.example/a.${extension}`
        assert.strictEqual((yield* receive("v 0 0 0\n", { url })).result, `${id}-file.bin`)
        const typed = yield* receive("v 0 0 0\n", { type: extension.toUpperCase() })
        assert.strictEqual(typed.result, `${id}-${extension}.bin`)
      }
    })
  )
})
