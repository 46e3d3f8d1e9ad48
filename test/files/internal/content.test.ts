import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import { property } from "../../support/property.ts"
import { inVirtualTime } from "../../support/virtualTime.ts"
import { glb, png, rawZip, text, textStl, wholeFiles } from "../samples.ts"
import { id, receive } from "../support.ts"

describe("the content", () => {
  it.effect(
    "decides about the extension, whatever the type and the link say",
    () =>
      Effect.gen(function* () {
        for (const [extension, bytes] of Object.entries(wholeFiles)) {
          for (const type of [undefined, "HOLOGRAM", extension.toUpperCase(), extension]) {
            const { result } = yield* receive(bytes, { type, url: "https://storage.example/a.ply?b.obj" })
            assert.strictEqual(result, `${id}-${(type ?? "file").toLowerCase()}.${extension}`)
          }
        }
        assert.strictEqual((yield* receive(rawZip("a.obj"), { type: "OBJ" })).result, `${id}-obj.zip`)
        assert.strictEqual((yield* receive("; FBX 7.3.0 project file\n", { type: "FBX" })).result, `${id}-fbx.fbx`)
        assert.strictEqual((yield* receive(textStl, { type: "STL" })).result, `${id}-stl.stl`)
        assert.strictEqual((yield* receive("PK\u0005\u0006".padEnd(22, "\0"))).result, `${id}-file.zip`)
        // Each of seventy files goes to the disk.
      }),
    20_000
  )

  it.effect("that is clearly another file's is refused, and not left on the disk", () =>
    Effect.gen(function* () {
      const xml = "<?xml version='1.0' ?>\n<Error><Code>NoSuchKey</Code></Error>"
      const cases: ReadonlyArray<readonly [string | Uint8Array, string | undefined]> = [
        [xml, "GLB"],
        [xml, "OBJ"],
        [xml, "STL"],
        [xml, "TEXTURE_IMAGE"],
        [xml, undefined],
        ["\ufeff \n<!DOCTYPE html><html></html>", "obj"],
        [`{"Response":{"Error":{}}}`, "FBX"],
        ["v 0 0 0", "GLB"],
        ["v 0 0 0", "zip"],
        ["v 0 0 0", "USDZ"],
        ["v 0 0 0\n".repeat(100), "STL"],
        [glb(100), "Image"],
        [png, "GLB"],
        [glb(100, 99), "GLB"],
        [glb(100, 100, 1), "GLB"],
        ["", "OBJ"],
        ["", "NEW"]
      ]
      for (const [bytes, type] of cases) {
        const { result, left } = yield* receive(bytes, { type })
        assert.isTrue(typeof result === "object" && result._tag === "UnexpectedContent", `${type}: ${result}`)
        assert.deepStrictEqual(left, [])
      }
    })
  )

  it.effect("of a type that is not known is accepted", () =>
    Effect.gen(function* () {
      for (const content of ["<scene/>", `{"asset":{}}`, "anything"]) {
        assert.strictEqual((yield* receive(content, { type: "X3D" })).result, `${id}-x3d.x3d`)
      }
    })
  )

  property(
    "of any bytes ends in a file or a typed error",
    [
      fc.constantFrom(...Object.values(wholeFiles), text("solid "), text("<"), new Uint8Array()),
      fc.nat(40),
      fc.uint8Array({ maxLength: 120 }),
      fc.constantFrom(undefined, "GLB", "obj", "STL", "usdz", "IMAGE", "ZIP", "NEW"),
      fc.boolean()
    ],
    (start, count, rest, type, unpack) =>
      Effect.gen(function* () {
        const bytes = new Uint8Array([...start.subarray(0, count), ...rest])
        const { result, left } = yield* inVirtualTime(receive(bytes, { type }, { unpack })).pipe(
          Effect.provide(TestClock.layer())
        )
        if (typeof result === "string") assert.include(left, result)
        else assert.include(["UnexpectedContent", "MalformedResponse", "InvalidArchive"], result._tag)
      }),
    { runs: 30 }
  )
})
