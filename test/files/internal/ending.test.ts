import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Zip from "effect/encoding/Zip"
import * as fc from "fast-check"
import * as Bytes from "../../../src/files/internal/bytes.ts"
import { inspect } from "../../../src/files/internal/content.ts"
import { property } from "../../support/property.ts"
import { binaryStl, fbx, gif, jpg, mp4, mp4Late, mp4Open, png, text, textStl, wholeFiles, zip } from "../samples.ts"

const judge = (file: Uint8Array, type?: string) =>
  Effect.flatMap(
    Bytes.make(file.length, (offset, length) => Effect.succeed(file.subarray(offset, offset + length))),
    (bytes) => inspect(type, bytes)
  )

const join = (...parts: ReadonlyArray<Uint8Array>) => new Uint8Array(Buffer.concat(parts))

/** Larger than the samples that are read of the beginning and the end. */
const far = new Uint8Array(200_000).fill(1)

const files: ReadonlyArray<readonly [string, Uint8Array]> = [
  ...Object.entries(wholeFiles),
  ["fbx", fbx(7500)],
  ["fbx", fbx(7400, { isLittle: false })],
  ["fbx", fbx(7500, { isLittle: false })],
  ["mp4", mp4Late],
  ["stl", textStl]
]

/** How long an FBX is without its footer, which some writers leave out. */
const withoutFooter = new Set([7400, 7500].map((version) => fbx(version, { hasFooter: false }).length))

describe("a file's end", () => {
  it.effect("is found in a whole file of each format", () =>
    Effect.gen(function* () {
      for (const [extension, file] of files) {
        assert.deepStrictEqual(
          yield* judge(file, extension.toUpperCase()),
          { _tag: "Accepted", extension, isWhole: true },
          extension
        )
      }
    })
  )

  property(
    "is found in no part of a file, wherever it was cut",
    [fc.constantFrom(...files), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })],
    ([extension, file], share) =>
      Effect.gen(function* () {
        // The last byte of a text is a line feed, which nobody misses.
        const length = file === textStl ? file.length - 1 : file.length
        const cut = file.subarray(0, Math.floor(length * share))
        if (extension === "fbx" && withoutFooter.has(cut.length)) return
        const finding = yield* judge(cut, extension)
        assert.isFalse(finding._tag === "Accepted" && finding.isWhole, `${extension} ${JSON.stringify(finding)}`)
      }),
    { runs: 1000 }
  )

  it.effect("is missing in a large file that was cut", () =>
    Effect.gen(function* () {
      const large = [
        join(png.subarray(0, 41), far, png.subarray(41)),
        join(jpg.subarray(0, -2), far, jpg.subarray(-2)),
        join(gif.subarray(0, 30), far, gif.subarray(30)),
        binaryStl(5000),
        join(
          textStl.subarray(0, 30),
          far.map(() => 0x20),
          textStl.subarray(30)
        ),
        yield* zip(Zip.file("a", far, { method: "Store" }))
      ]
      for (const file of large) {
        const whole = yield* judge(file, "STL")
        if (whole._tag === "Accepted") assert.isTrue(whole.isWhole)
        for (const cut of [2, 3, 1000, 70_000, 150_000]) {
          const finding = yield* judge(file.subarray(0, file.length - cut))
          assert.isFalse(finding._tag === "Accepted" && finding.isWhole)
        }
      }
    })
  )

  it.effect("is not the end mark of a preview inside the file", () =>
    Effect.gen(function* () {
      const preview = jpg.indexOf(0xd9)
      assert.strictEqual((yield* judge(jpg.subarray(0, preview + 1)))._tag, "CutOff")
      assert.strictEqual((yield* judge(jpg.subarray(0, -2)))._tag, "CutOff")
    })
  )

  it.effect("may be followed by bytes that some writers add", () =>
    Effect.gen(function* () {
      for (const file of [
        join(png, text("more")),
        join(jpg, new Uint8Array(20)),
        join(gif, text("\0\0;")),
        join(textStl, text("\n\n"))
      ]) {
        const finding = yield* judge(file)
        assert.isTrue(finding._tag === "Accepted" && finding.isWhole)
      }
    })
  )

  it.effect("of a binary FBX file needs no footer, but a footer needs its end", () =>
    Effect.gen(function* () {
      for (const version of [7400, 7500]) {
        const bare = fbx(version, { hasFooter: false })
        assert.deepStrictEqual(yield* judge(bare), { _tag: "Accepted", extension: "fbx", isWhole: true })
        for (const length of [1, 16, 100, 150]) {
          const cut = fbx(version).subarray(0, bare.length + length)
          assert.strictEqual((yield* judge(cut))._tag, "CutOff")
        }
      }
    })
  )

  it.effect("is unknown for text, and for boxes that go on to the end of the file", () =>
    Effect.gen(function* () {
      for (const [type, file] of [
        ["OBJ", text("v 0 0 0\n")],
        ["MTL", text("newmtl a\n")],
        ["FBX", text("; FBX 7.3.0 project file\n")],
        ["MP4", mp4Open],
        ["NEW", text("anything")]
      ] as const) {
        const finding = yield* judge(file, type)
        assert.isTrue(finding._tag === "Accepted" && !finding.isWhole, type)
      }
    })
  )

  it.effect("cannot be where a file contradicts itself", () =>
    Effect.gen(function* () {
      const changed = (file: Uint8Array, at: number, value: number) => {
        const bytes = Uint8Array.from(file)
        new DataView(bytes.buffer).setUint32(at, value, true)
        return bytes
      }
      for (const file of [
        changed(fbx(), 27, 20),
        changed(mp4, 0, 0x02000000),
        join(binaryStl(2), text("x")),
        text("v 0 0 0\n".repeat(20))
      ]) {
        assert.strictEqual(
          (yield* judge(file, file[0] === 0x76 || file[0] === 0x73 ? "STL" : undefined))._tag,
          "Refused"
        )
      }
    })
  )

  property(
    "is judged for any bytes, in bounded steps",
    [
      fc.constantFrom(...files.map(([, file]) => file), text("solid "), text("PK\u0003\u0004"), text("<")),
      fc.nat(60),
      fc.uint8Array({ maxLength: 120 }),
      fc.constantFrom(undefined, "GLB", "obj", "STL", "usdz", "IMAGE", "ZIP", "NEW")
    ],
    (start, count, rest, type) =>
      Effect.gen(function* () {
        let reads = 0
        const file = join(start.subarray(0, count), rest)
        const bytes = yield* Bytes.make(file.length, (offset, length) =>
          Effect.sync(() => {
            reads++
            return file.subarray(offset, offset + length)
          })
        )
        const finding = yield* inspect(type, bytes)
        assert.isBelow(reads, 1100)
        if (finding._tag !== "Accepted") return assert.isNotEmpty(finding.description)
        if (type === "GLB") assert.include(["glb", "fbx", "stl", "usdz", "zip"], finding.extension)
      }),
    { runs: 2000 }
  )
})
