/**
 * Images to start a job from, checked before anything is sent and paid for.
 *
 * `fromFile` reads an image from the disk and `fromBytes` takes one from elsewhere,
 * such as an upload. Both look at the bytes, not at the name: the image must be whole,
 * of a format that the service takes, and neither too small nor too large. `base64` of
 * the result is what a request carries, as `ImageBase64` for example.
 *
 * What an image must be depends on what it is for: `Hunyuan.imageLimits` has the
 * documented limits of a `subject`, which is the default, a `view` and a `texture`.
 *
 * **Gotchas**
 *
 * - The pixels are not decoded, so damage among them is not noticed.
 * - A link (`ImageUrl`) is not fetched and not checked.
 * - A whole request is at most 10 MB. Two large images in base64 do not fit: send links.
 * - An `Image` prints and serializes without its base64, which is long and may be private.
 *
 * **Example** (From an image to a model)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { NodeServices } from "@effect/platform-node"
 * import { Effect, FileSystem, Layer } from "effect"
 * import { Base64 } from "effect/encoding"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as GenerateJob from "effect-hunyuan3d/GenerateJob"
 * import * as Image from "effect-hunyuan3d/Image"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 *
 * const fromFile = Effect.fnUntraced(function* (path: string) {
 *   const image = yield* Image.fromFile(path)
 *   return yield* GenerateJob.GenerateJob.use((jobs) => jobs.generate(JobKind.Pro, { ImageBase64: image.base64 }))
 * })
 *
 * const black128 =
 *   "iVBORw0KGgoAAAANSUhEUgAAAIAAAACAAQAAAADrRVxmAAAAGUlEQVR42mNgGAWjYBSMglEwCkbBKKAvAAAIgAABw1fMHQAAAABJRU5ErkJggg=="
 * const program = Effect.gen(function* () {
 *   const fs = yield* FileSystem.FileSystem
 *   const path = yield* fs.makeTempFileScoped({ suffix: ".png" })
 *   yield* fs.writeFile(path, yield* Effect.fromResult(Base64.decode(black128)))
 *   return yield* fromFile(path)
 * })
 *
 * const Test = Layer.mergeAll(GenerateJob.layer.pipe(Layer.provide(Fake.layer({ run: 0 }))), NodeServices.layer)
 * assert.equal((await Effect.runPromise(Effect.scoped(Effect.provide(program, Test)))).status, "DONE")
 * ```
 *
 * @since 0.1.0
 */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import { why } from "../internal/transport.ts"
import * as Hunyuan from "../job/Hunyuan.ts"
import * as Bytes from "./internal/bytes.ts"
import { ending } from "./internal/ending.ts"
import { type Format, recognize } from "./internal/format.ts"
import { sidesOf } from "./internal/sides.ts"

/**
 * The file cannot be read.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Unreadable extends Schema.TaggedError<Unreadable>("effect-hunyuan3d/Image/Unreadable")("Unreadable", {
  description: Schema.String
}) {
  override get message(): string {
    return `The image cannot be read: ${this.description}. Check its name and its permissions.`
  }
}

/**
 * The bytes are not those of an image, or of none that the service takes.
 *
 * @category reasons
 * @since 0.1.0
 */
export class WrongFormat extends Schema.TaggedError<WrongFormat>("effect-hunyuan3d/Image/WrongFormat")("WrongFormat", {
  /** What the bytes are instead. */
  description: Schema.String,
  /** The formats that the service takes. */
  formats: Schema.Array(Schema.Literals(["png", "jpeg", "webp"]))
}) {
  override get message(): string {
    const formats = this.formats.map((format) => format.toUpperCase())
    const named = new Intl.ListFormat("en-GB", { type: "disjunction" }).format(formats)
    return `This is not a ${named} image: ${this.description}. Choose another file, or convert it.`
  }
}

/**
 * The image is cut off, or its header is damaged.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Damaged extends Schema.TaggedError<Damaged>("effect-hunyuan3d/Image/Damaged")("Damaged", {
  description: Schema.String
}) {
  override get message(): string {
    return `The image is damaged: ${this.description}. Save or download it again.`
  }
}

/**
 * A side of the image is too short or too long.
 *
 * @category reasons
 * @since 0.1.0
 */
export class WrongSides extends Schema.TaggedError<WrongSides>("effect-hunyuan3d/Image/WrongSides")("WrongSides", {
  /** In pixels, as the sides below. */
  width: Schema.Int,
  height: Schema.Int,
  minSide: Schema.Int,
  maxSide: Schema.Int
}) {
  override get message(): string {
    return (
      `The image has ${this.width} × ${this.height} px. ` +
      `Scale or crop it, so that each side has ${this.minSide} to ${this.maxSide} px.`
    )
  }
}

/**
 * The image has too many bytes.
 *
 * @category reasons
 * @since 0.1.0
 */
export class TooLarge extends Schema.TaggedError<TooLarge>("effect-hunyuan3d/Image/TooLarge")("TooLarge", {
  /** In bytes. */
  maxSize: Schema.Int
}) {
  override get message(): string {
    const limit = ByteSize.format(ByteSize.bytes(this.maxSize), { unit: "MB", precision: 1 })
    return `The image is larger than ${limit}. Scale it down, save it as JPEG, or send a link to it.`
  }
}

/**
 * All reasons for which an image is refused.
 *
 * @category reasons
 * @since 0.1.0
 */
export const Reason = Schema.Union([Unreadable, WrongFormat, Damaged, WrongSides, TooLarge])

/**
 * The type of {@link Reason}.
 *
 * @category reasons
 * @since 0.1.0
 */
export type Reason = typeof Reason.Type

/**
 * An image was refused, and nothing was sent. Its tagged `reason` says why, and what
 * to do.
 *
 * @category errors
 * @since 0.1.0
 */
export class ImageError extends Schema.TaggedError<ImageError>("effect-hunyuan3d/ImageError")("ImageError", {
  /** The file, when the image comes from one. */
  path: Schema.optional(Schema.String),
  reason: Reason
}) {
  override get message(): string {
    return this.path === undefined ? this.reason.message : `${this.path}: ${this.reason.message}`
  }
}

/**
 * An image that was checked.
 *
 * @category models
 * @since 0.1.0
 */
export interface Image {
  readonly format: Hunyuan.ImageFormat
  /** In pixels, as stored: a camera may have written that the image is to be turned. */
  readonly width: number
  /** In pixels. */
  readonly height: number
  /** In bytes, before they are encoded. */
  readonly size: number
  /** The bytes as a request carries them: for `ImageBase64`, `ViewImageBase64`, or `Base64` of `Image`. */
  readonly base64: string
}

// With a getter, so that whoever prints an image does not print its base64.
class Checked implements Image {
  readonly format
  readonly width
  readonly height
  readonly size
  readonly #base64
  constructor(format: Hunyuan.ImageFormat, width: number, height: number, bytes: Uint8Array) {
    this.format = format
    this.width = width
    this.height = height
    this.size = bytes.length
    // At once: the bytes are the caller's, and may change.
    this.#base64 = Base64.encode(bytes)
  }
  get base64() {
    return this.#base64
  }
}

const imageFormats: Partial<Record<Format | "page", Hunyuan.ImageFormat>> = { png: "png", jpg: "jpeg", webp: "webp" }

const described = (found: Format | "page" | undefined, { size, headText }: Bytes.Bytes<unknown, unknown>): string => {
  if (size === 0) return "it is empty"
  if (found === "page") return "it is text"
  // The pictures that phones take begin as films do.
  if (found === "mp4" && /^....ftyp(?:he[iv]|mi[af]|avi)/s.test(headText)) return "its format is HEIC or AVIF"
  return `its format is ${found === undefined ? "not known" : found.toUpperCase()}`
}

/**
 * Checks an image that is at hand as bytes.
 *
 * **Details**
 *
 * It fails with `ImageError`, in this order of reasons: `WrongFormat`, `TooLarge`,
 * `Damaged`, `WrongSides`.
 *
 * **Example** (Handling one reason)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect } from "effect"
 * import { Hunyuan, Image } from "effect-hunyuan3d"
 *
 * const upload = new TextEncoder().encode("GIF89a")
 * const checked = Image.fromBytes(upload, Hunyuan.imageLimits.view).pipe(
 *   Effect.catchReason("ImageError", "WrongFormat", (reason) => Effect.succeed(reason.message))
 * )
 * assert.equal(
 *   await Effect.runPromise(checked),
 *   "This is not a PNG or JPEG image: its format is GIF. Choose another file, or convert it."
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromBytes: (bytes: Uint8Array, limits?: Hunyuan.ImageLimits) => Effect.Effect<Image, ImageError> =
  Effect.fnUntraced(
    function* (bytes: Uint8Array, limits: Hunyuan.ImageLimits = Hunyuan.imageLimits.subject) {
      const { formats, minSide, maxSide, maxSize } = limits
      const samples = yield* Bytes.make(bytes.length, (offset, length) =>
        Effect.succeed(bytes.subarray(offset, offset + length))
      )
      const found = recognize(samples)
      const format = imageFormats[found ?? "page"]
      if (format === undefined || !formats.includes(format)) {
        return yield* new WrongFormat({ description: described(found, samples), formats })
      }
      if (bytes.length > maxSize) return yield* new TooLarge({ maxSize })
      // The end of a JPEG may be far from the end of its file: `sidesOf` looks for it.
      const end = format === "jpeg" ? undefined : yield* ending(format, samples)
      if (end?._tag === "CutOff" || end?._tag === "Damaged") {
        return yield* new Damaged({ description: end.description })
      }
      const sides = sidesOf(format, bytes)
      if (sides === undefined) {
        const missing = format === "jpeg" ? "its header or its end" : "its header"
        return yield* new Damaged({ description: `${missing} is missing` })
      }
      const { width, height } = sides
      if (Math.min(width, height) < minSide || Math.max(width, height) > maxSide) {
        return yield* new WrongSides({ width, height, minSide, maxSide })
      }
      return new Checked(format, width, height, bytes)
    },
    Effect.mapError((reason) => new ImageError({ reason }))
  )

/**
 * Reads an image from a file, and checks it.
 *
 * **Details**
 *
 * It fails as {@link fromBytes} does, with the path in the error, and with the reason
 * `Unreadable`. A file that is too large is not read.
 *
 * **Example** (Another view of the same thing)
 *
 * ```ts no-run
 * import { Effect } from "effect"
 * import { GenerateJob, Hunyuan, Image, JobKind } from "effect-hunyuan3d"
 *
 * export const program = Effect.gen(function* () {
 *   const jobs = yield* GenerateJob.GenerateJob
 *   const front = yield* Image.fromFile("teapot.webp")
 *   const left = yield* Image.fromFile("teapot-left.jpg", Hunyuan.imageLimits.view)
 *   return yield* jobs.generate(JobKind.Pro, {
 *     ImageBase64: front.base64,
 *     MultiViewImages: [{ ViewType: "left", ViewImageBase64: left.base64 }]
 *   })
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromFile: (
  path: string,
  limits?: Hunyuan.ImageLimits
) => Effect.Effect<Image, ImageError, FileSystem.FileSystem> = Effect.fnUntraced(function* (
  path: string,
  limits: Hunyuan.ImageLimits = Hunyuan.imageLimits.subject
) {
  const fs = yield* FileSystem.FileSystem
  const refused = (reason: Reason) => new ImageError({ path, reason })
  const onDisk = Effect.mapError((cause: unknown) => refused(new Unreadable({ description: why(cause) })))
  const { type, size } = yield* onDisk(fs.stat(path))
  // A pipe has no size before it is read; a device may have no end.
  if (type !== "File" && type !== "FIFO") {
    return yield* refused(new Unreadable({ description: "it is not a file" }))
  }
  if (size > limits.maxSize) return yield* refused(new TooLarge({ maxSize: limits.maxSize }))
  const bytes = yield* onDisk(fs.readFile(path))
  return yield* Effect.mapError(fromBytes(bytes, limits), ({ reason }) => refused(reason))
})
