/** Images in the formats that the service takes, of any sides. Those at the end were written by libjpeg and libwebp. */
import * as zlib from "node:zlib"
import type * as Hunyuan from "../../src/job/Hunyuan.ts"

const join = (...parts: ReadonlyArray<Uint8Array>) => new Uint8Array(Buffer.concat(parts))
const latin1 = (text: string) => Buffer.from(text, "latin1")
const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, "base64"))

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

const chunk = (type: string, content: Uint8Array) => {
  const body = join(latin1(type), content)
  return join(u32(content.length), body, u32(zlib.crc32(body)))
}

/** A PNG that says to have these sides, in black. More than 16 million pixels are left out. */
export const png = (width: number, height: number): Uint8Array => {
  const pixels = height * (1 + Math.ceil(width / 8))
  return join(
    latin1("\u0089PNG\r\n\u001a\n"),
    chunk("IHDR", join(u32(width), u32(height), Uint8Array.of(1, 0, 0, 0, 0))),
    chunk("IDAT", zlib.deflateSync(new Uint8Array(pixels > 2 ** 22 ? 0 : pixels))),
    chunk("IEND", new Uint8Array())
  )
}

export const segment = (marker: number, content: Uint8Array): Uint8Array =>
  join(Uint8Array.of(0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 0xff), content)

const frame = (marker: number, width: number, height: number) =>
  segment(marker, Uint8Array.of(8, height >> 8, height & 0xff, width >> 8, width & 0xff, 1, 1, 0x11, 0))

/** A JPEG with the frame's marker, what stands before the frame, and what follows the picture. */
export const jpeg = (
  width: number,
  height: number,
  { marker = 0xc0, before = [], after = new Uint8Array() }: JpegOptions = {}
): Uint8Array =>
  join(
    Uint8Array.of(0xff, 0xd8),
    ...before,
    frame(marker, width, height),
    // A table, and two scans with a byte FF of the picture, a restart, and bytes that fill.
    segment(0xc4, new Uint8Array(20).fill(0xff)),
    segment(0xda, Uint8Array.of(1, 1, 0, 0, 63, 0)),
    Uint8Array.of(1, 0xff, 0, 2, 0xff, 0xd3, 3, 0xff, 0xff),
    segment(0xda, Uint8Array.of(1, 1, 0, 1, 63, 0)),
    Uint8Array.of(4, 5, 6, 0xff, 0xd9),
    after
  )

interface JpegOptions {
  readonly marker?: number
  readonly before?: ReadonlyArray<Uint8Array>
  readonly after?: Uint8Array
}

/** What a camera writes before the frame: a preview with sides and an end of its own. */
export const preview: Uint8Array = segment(0xe1, join(latin1("Exif\0\0"), jpeg(160, 120)))

const riff = (type: string, content: Uint8Array) => {
  const bytes = Buffer.concat([latin1(`RIFF....WEBP${type}....`), content])
  bytes.writeUInt32LE(bytes.length - 8, 4)
  bytes.writeUInt32LE(content.length, 16)
  return new Uint8Array(bytes)
}

/** A WEBP in its three forms: lossy, lossless, and extended, as with transparency. */
export const webp = (width: number, height: number, form: "VP8 " | "VP8L" | "VP8X" = "VP8 "): Uint8Array => {
  const content = Buffer.alloc(16)
  if (form === "VP8 ") {
    content.set([0x10, 0, 0, 0x9d, 0x01, 0x2a])
    content.writeUInt16LE(width, 6)
    content.writeUInt16LE(height, 8)
  } else if (form === "VP8L") {
    content.writeUInt8(0x2f)
    content.writeUInt32LE((((height - 1) << 14) | (width - 1)) >>> 0, 1)
  } else {
    content.writeUIntLE(width - 1, 4, 3)
    content.writeUIntLE(height - 1, 7, 3)
  }
  return riff(form, content)
}

/** Each has 131 × 257 px. */
export const written: ReadonlyArray<readonly [form: string, format: Hunyuan.ImageFormat, bytes: Uint8Array]> = [
  [
    "a progressive JPEG",
    "jpeg",
    fromBase64(
      "/9j/2wBDAP//////////////////////////////////////////////////////////////////////////////////////2wBDAf//////////////////////////////////////////////////////////////////////////////////////wgARCAEBAIMDASIAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQBAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhADEAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP/xAAUEAEAAAAAAAAAAAAAAAAAAACQ/9oACAEBAAEFAgx//8QAFBEBAAAAAAAAAAAAAAAAAAAAcP/aAAgBAwEBPwEZ/8QAFBEBAAAAAAAAAAAAAAAAAAAAcP/aAAgBAgEBPwEZ/8QAFBABAAAAAAAAAAAAAAAAAAAAkP/aAAgBAQAGPwIMf//EABQQAQAAAAAAAAAAAAAAAAAAAJD/2gAIAQEAAT8hDH//2gAMAwEAAgADAAAAEPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP/xAAUEQEAAAAAAAAAAAAAAAAAAABw/9oACAEDAQE/EBn/xAAUEQEAAAAAAAAAAAAAAAAAAABw/9oACAECAQE/EBn/xAAUEAEAAAAAAAAAAAAAAAAAAACQ/9oACAEBAAE/EAx//9k="
    )
  ],
  [
    "a lossy WEBP",
    "webp",
    fromBase64(
      "UklGRoAAAABXRUJQVlA4IHQAAABwCwCdASqDAAEBP83m8XO/uDOsoEgD8DmJaW7hdrEbQBPa9FXCDIIaqk122i4QZBDVUmu20XCDIIaqk122i4QZBDVUmu20XCDIIaqk122i4QZBDVUmu20XCDIIaqk122i4QXoAAP71B/0Hxcv0swAAAAAAAA=="
    )
  ],
  ["a lossless WEBP", "webp", fromBase64("UklGRiYAAABXRUJQVlA4TBkAAAAvggBAAAdQ1d61qv8BIUHC//U2I/qf9j8IAA==")],
  [
    "a WEBP with transparency",
    "webp",
    fromBase64(
      "UklGRqoAAABXRUJQVlA4WAoAAAAQAAAAggAAAAEAQUxQSBMAAAABB1DAiAgICRL+r7cZ0f+0/0EAAFZQOCBwAAAAcAsAnQEqgwABAT/N5vFzv7gzrKBIA/A5iWlu4XaxG0AT2vRVwgyCGqpNdtouEGQQ1VJrttFwgyCGqpNdtouEGQQ1VJrttFwgyCGqpNdtouEGQQ1VJrttFwgyCGqpNdtouEF6AAD+/y0oXgAAAAAAAA=="
    )
  ]
]
