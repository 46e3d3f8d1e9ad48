import * as NodeFs from "node:fs"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, PlatformError, Result } from "effect"
import * as Zip from "effect/encoding/Zip"
import * as fc from "fast-check"
import * as Image from "../../src/files/Image.ts"
import * as Hunyuan from "../../src/job/Hunyuan.ts"
import { property } from "../support/property.ts"
import { jpeg, png, preview, segment, webp, written } from "./images.ts"
import { gif, glb, text, zip } from "./samples.ts"
import { withDirectory, write } from "./support.ts"

const { subject, texture, view } = Hunyuan.imageLimits

/** Any sides and any size. */
const anything: Hunyuan.ImageLimits = { formats: ["png", "jpeg", "webp"], minSide: 0, maxSide: 2 ** 32, maxSize: 1e9 }

const join = (...parts: ReadonlyArray<Uint8Array>) => new Uint8Array(Buffer.concat(parts))

const check = (bytes: Uint8Array, limits?: Hunyuan.ImageLimits) => Effect.result(Image.fromBytes(bytes, limits))

/** The message of the reason why an image is refused. */
const refusal = (bytes: Uint8Array, limits?: Hunyuan.ImageLimits) =>
  Effect.map(Effect.flip(Image.fromBytes(bytes, limits)), ({ message }) => message)

const images: ReadonlyArray<readonly [Hunyuan.ImageFormat, (width: number, height: number) => Uint8Array]> = [
  ["png", png],
  ["jpeg", jpeg],
  ["jpeg", (width, height) => jpeg(width, height, { before: [preview], marker: 0xc2 })],
  ["webp", webp],
  ["webp", (width, height) => webp(width, height, "VP8L")],
  ["webp", (width, height) => webp(width, height, "VP8X")]
]

describe("the sides of an image", () => {
  property(
    "are read from every format",
    [fc.constantFrom(...images), fc.integer({ min: 1, max: 16383 }), fc.integer({ min: 1, max: 16383 })],
    ([format, make], width, height) =>
      Effect.gen(function* () {
        const bytes = make(width, height)
        const image = yield* Image.fromBytes(bytes, anything)
        assert.deepInclude(image, { format, width, height, size: bytes.length })
        assert.strictEqual(image.base64, Buffer.from(bytes).toString("base64"))
      })
  )

  it.effect("are read from what libjpeg and libwebp write", () =>
    Effect.gen(function* () {
      for (const [form, format, bytes] of written) {
        assert.deepInclude(yield* Image.fromBytes(bytes), { format, width: 131, height: 257 }, form)
      }
    })
  )

  it.effect("are read from a frame of any kind, and from nothing that is none", () =>
    Effect.gen(function* () {
      for (let marker = 0xc0; marker <= 0xcf; marker++) {
        const found = yield* check(jpeg(200, 300, { marker }), subject)
        assert.strictEqual(Result.isSuccess(found), ![0xc4, 0xc8, 0xcc].includes(marker), marker.toString(16))
      }
    })
  )

  it.effect("are those of the picture, and not of the preview in its metadata", () =>
    Effect.gen(function* () {
      const colours = segment(0xe2, new Uint8Array(65_000).fill(0xd9))
      const photo = jpeg(3000, 4000, { before: [preview, colours, colours, preview] })
      assert.deepInclude(yield* Image.fromBytes(photo), { width: 3000, height: 4000 })
    })
  )

  property(
    "may be as huge as a header can say, and are refused",
    [fc.integer({ min: 5001, max: 0xffff_ffff }), fc.integer({ min: 0, max: 0xffff_ffff }), fc.boolean()],
    (long, other, isWide) =>
      Effect.gen(function* () {
        const [width, height] = isWide ? [long, other] : [other, long]
        const { reason } = yield* Effect.flip(Image.fromBytes(png(width, height)))
        assert.deepInclude(reason, { _tag: "WrongSides", width, height })
      })
  )

  it.effect("are in the range that is documented for what the image is for, or the message names it", () =>
    Effect.gen(function* () {
      for (const [limits, min, max] of [
        [subject, 128, 5000],
        [view, 129, 4999],
        [texture, 128, 4096]
      ] as const) {
        assert.isTrue(Result.isSuccess(yield* check(png(min, max), limits)))
        assert.isTrue(Result.isSuccess(yield* check(jpeg(max, min), limits)))
        const range = `Scale or crop it, so that each side has ${min} to ${max} px.`
        assert.strictEqual(yield* refusal(png(min - 1, max), limits), `The image has ${min - 1} × ${max} px. ${range}`)
        assert.strictEqual(yield* refusal(jpeg(min, max + 1), limits), `The image has ${min} × ${max + 1} px. ${range}`)
      }
    })
  )
})

describe("an image that is not whole", () => {
  const samples = [
    ...images.map(([, make]) => make(300, 200)),
    ...written.map(([, , bytes]) => bytes),
    jpeg(300, 200, { before: [preview, segment(0xe2, new Uint8Array(65_000).fill(0xd9)), preview] })
  ]

  property(
    "is refused, wherever it was cut",
    [fc.constantFrom(...samples), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })],
    (bytes, share) =>
      Effect.gen(function* () {
        const { reason } = yield* Effect.flip(
          Image.fromBytes(bytes.subarray(0, Math.floor(bytes.length * share)), anything)
        )
        assert.include(["Damaged", "WrongFormat"], reason._tag)
      }),
    { runs: 1000 }
  )

  it.effect("is told what to do with", () =>
    Effect.gen(function* () {
      const damaged = (what: string) => `The image is damaged: ${what}. Save or download it again.`
      assert.strictEqual(yield* refusal(png(200, 200).subarray(0, -1)), damaged("the end of the PNG is missing"))
      assert.strictEqual(yield* refusal(webp(200, 200).subarray(0, -1)), damaged("the end of the WEBP is missing"))
      assert.strictEqual(yield* refusal(jpeg(9, 9).subarray(0, -1)), damaged("its header or its end is missing"))
      const noHeader = Uint8Array.from(png(200, 200)).fill(0, 8, 16)
      assert.strictEqual(yield* refusal(noHeader), damaged("its header is missing"))
    })
  )

  property(
    "or that has any bytes is refused or read, and never a defect",
    [fc.constantFrom(...samples), fc.nat(80), fc.uint8Array({ maxLength: 200 }), fc.boolean()],
    (start, count, rest, keepsEnd) =>
      Effect.gen(function* () {
        const bytes = join(start.subarray(0, count), rest, keepsEnd ? start.subarray(count) : new Uint8Array())
        const found = yield* check(bytes)
        if (Result.isSuccess(found)) return assert.isAtLeast(Math.min(found.success.width, found.success.height), 128)
        assert.match(found.failure.message, /[.]$/)
      }),
    { runs: 500 }
  )

  it.effect("is not one with a film or other bytes behind it, as phones write them", () =>
    Effect.gen(function* () {
      const film = new Uint8Array(200_000).fill(7)
      assert.isTrue(Result.isSuccess(yield* check(jpeg(300, 200, { after: film }))))
      assert.isTrue(Result.isSuccess(yield* check(join(png(300, 200), text("more")))))
    })
  )
})

describe("an image of the wrong format", () => {
  it.effect("is told what it is instead, whatever its name says", () =>
    Effect.gen(function* () {
      const archive = yield* zip(Zip.file("a.png", png(200, 200)))
      for (const [bytes, what] of [
        [new Uint8Array(), "it is empty"],
        [gif, "its format is GIF"],
        [glb(200), "its format is GLB"],
        [archive, "its format is ZIP"],
        [text("<html><body>Not found</body></html>"), "it is text"],
        [text("root:x:0:0:root:/root:/bin/bash\n"), "its format is not known"],
        [text("\0\0\0\u0018ftypheic\0\0\0\0mif1heic"), "its format is HEIC or AVIF"],
        [text("\0\0\0\u0018ftypavif\0\0\0\0"), "its format is HEIC or AVIF"],
        [text("\0\0\0\u0018ftypisom\0\0\0\0"), "its format is MP4"]
      ] as const) {
        assert.strictEqual(
          yield* refusal(bytes),
          `This is not a PNG, JPEG or WEBP image: ${what}. Choose another file, or convert it.`
        )
      }
    })
  )

  it.effect("is a WEBP as a view or as a texture", () =>
    Effect.gen(function* () {
      for (const limits of [view, texture]) {
        assert.match(yield* refusal(webp(200, 200), limits), /^This is not a PNG or JPEG image: its format is WEBP\./)
      }
    })
  )
})

describe("an image of many bytes", () => {
  it.effect("is taken up to the documented size, before it is encoded", () =>
    Effect.gen(function* () {
      for (const [limits, size, limit] of [
        [subject, 6_000_000, "6 MB"],
        [view, 6_000_000, "6 MB"],
        [texture, 7_499_997, "7.5 MB"]
      ] as const) {
        const bytes = (length: number) => jpeg(200, 200, { after: new Uint8Array(length - jpeg(200, 200).length) })
        assert.isTrue(Result.isSuccess(yield* check(bytes(size), limits)))
        assert.strictEqual(
          yield* refusal(bytes(size + 1), limits),
          `The image is larger than ${limit}. Scale it down, save it as JPEG, or send a link to it.`
        )
      }
    })
  )
})

describe("an image in a log", () => {
  it.effect("shows what it is, without its base64", () =>
    Effect.gen(function* () {
      const image = yield* Image.fromBytes(jpeg(200, 300))
      const told = { format: "jpeg", width: 200, height: 300, size: image.size }
      assert.deepStrictEqual(JSON.parse(JSON.stringify(image)), told)
      assert.notInclude(inspect(image, { depth: null, showHidden: true }), image.base64)
    })
  )

  it.effect("is what was checked, even if the bytes change later", () =>
    Effect.gen(function* () {
      const bytes = png(200, 200)
      const before = Buffer.from(bytes).toString("base64")
      const image = yield* Image.fromBytes(bytes)
      bytes.fill(0)
      assert.strictEqual(image.base64, before)
    })
  )
})

describe("an image from a file", () => {
  it.effect("is read and checked", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        write(directory, "a.txt", webp(200, 300))
        assert.deepInclude(yield* Image.fromFile(`${directory}/a.txt`), { format: "webp", width: 200, height: 300 })
        const error = yield* Effect.flip(Image.fromFile(`${directory}/a.txt`, view))
        assert.strictEqual(error.path, `${directory}/a.txt`)
        assert.match(error.message, /a\.txt: This is not a PNG or JPEG image/)
      })
    )
  )

  it.effect("needs a file that can be read", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const missing = yield* Effect.flip(Image.fromFile(`${directory}/no.png`))
        assert.match(missing.message, /^.*no\.png: The image cannot be read: ENOENT.*\. Check its name and its permis/)
        for (const path of [directory, "/dev/zero"]) {
          const { reason } = yield* Effect.flip(Image.fromFile(path))
          assert.match(reason.message, /^The image cannot be read: it is not a file\. Check its name/)
        }
      })
    )
  )

  it.effect("that is too large is not read", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const path = `${directory}/large.png`
        write(directory, "large.png", "")
        NodeFs.truncateSync(path, 20_000_000)
        const fs = yield* FileSystem.FileSystem
        const error = yield* Image.fromFile(path).pipe(
          Effect.provideService(FileSystem.FileSystem, { ...fs, readFile: () => Effect.die("read") }),
          Effect.flip
        )
        assert.strictEqual(error.reason._tag, "TooLarge")
      })
    )
  )

  it.effect("that fails while it is read ends in the error too", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        write(directory, "a.png", png(200, 200))
        const fs = yield* FileSystem.FileSystem
        const denied = PlatformError.systemError({ _tag: "PermissionDenied", module: "FileSystem", method: "readFile" })
        const error = yield* Image.fromFile(`${directory}/a.png`).pipe(
          Effect.provideService(FileSystem.FileSystem, { ...fs, readFile: () => Effect.fail(denied) }),
          Effect.flip
        )
        assert.strictEqual(error.reason._tag, "Unreadable")
        assert.include(error.message, "PermissionDenied")
      })
    )
  )
})
