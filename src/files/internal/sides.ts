/**
 * How many pixels wide and high a PNG, JPEG or WEBP is, read from its header.
 *
 * **Gotchas**
 *
 * - A JPEG is read to its end. Phones write a film behind it, so that its end is not
 *   near the end of the file, and a preview in its header has an end of its own.
 * - The sides are those of the pixels: a camera that was held upright may have written
 *   that they are to be turned.
 */
import { viewOf } from "./bytes.ts"

export interface Sides {
  readonly width: number
  readonly height: number
}

// The first chunk of a PNG is its header.
const png = (view: DataView): Sides | undefined =>
  view.byteLength >= 24 && view.getUint32(8) === 13 && view.getUint32(12) === 0x49484452
    ? { width: view.getUint32(16), height: view.getUint32(20) }
    : undefined

// SOF0 to SOF15. Tables and an extension stand between them: DHT, JPG and DAC.
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

// No marks are: a byte FF of the picture itself, which 00 follows, one that fills, and the eight restarts within a scan.
const isMark = (marker: number | undefined) =>
  marker !== undefined && marker !== 0 && marker !== 0xff && (marker & 0xf8) !== 0xd0

const nextMark = (bytes: Uint8Array, from: number): number => {
  let at = bytes.indexOf(0xff, from)
  while (at >= 0 && !isMark(bytes[at + 1])) at = bytes.indexOf(0xff, at + 1)
  return at
}

const jpeg = (bytes: Uint8Array): Sides | undefined => {
  const view = viewOf(bytes)
  let sides: Sides | undefined
  let hasScan = false
  let at = nextMark(bytes, 2)
  while (at >= 0) {
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xd9) return hasScan ? sides : undefined
    if (at + 9 > bytes.length) return undefined
    if (isFrame(marker)) sides = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    if (marker === 0xda) hasScan = true
    // The segment, and after a scan's the picture.
    at = nextMark(bytes, at + 2 + view.getUint16(at + 2))
  }
  return undefined
}

const webp = (view: DataView): Sides | undefined => {
  if (view.byteLength < 30) return undefined
  const chunk = view.getUint32(12)
  // VP8X: the canvas, each side less 1 in three bytes.
  if (chunk === 0x56503858) {
    return { width: 1 + (view.getUint32(24, true) & 0xffffff), height: 1 + (view.getUint32(26, true) >>> 8) }
  }
  // VP8L: after its mark 14 bits for each side less 1.
  if (chunk === 0x5650384c && view.getUint8(20) === 0x2f) {
    const bits = view.getUint32(21, true)
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) }
  }
  // VP8: a key frame, with its mark, then 14 bits for each side and 2 for its scale.
  if (chunk === 0x56503820 && (view.getUint8(20) & 1) === 0 && (view.getUint32(23) & 0xffffff00) >>> 0 === 0x9d012a00) {
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  }
  return undefined
}

/** The sides of an image; undefined when its header, or the end of a JPEG, is missing or damaged. */
export const sidesOf = (format: "png" | "jpeg" | "webp", bytes: Uint8Array): Sides | undefined => {
  if (format === "jpeg") return jpeg(bytes)
  return format === "png" ? png(viewOf(bytes)) : webp(viewOf(bytes))
}
