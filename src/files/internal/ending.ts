/**
 * Whether all of a file is there, told from its format. A connection that closes
 * early looks like the end of the file when the server has announced no length, so
 * that the file itself must show its end: a size that it states, or a mark that
 * stands last.
 *
 * **Gotchas**
 *
 * - Text (OBJ, MTL, FBX as text) and unknown formats show no end.
 * - A binary FBX may end before its footer, which some writers leave out. So one that
 *   was cut exactly there is taken for whole.
 * - Bytes after a mark are accepted, since many writers add some; a size must be met.
 */
import * as Effect from "effect/Effect"
import { type Bytes, latin1, viewOf } from "./bytes.ts"
import { type Format, isTextStl } from "./format.ts"

export type Ending =
  | { readonly _tag: "Whole" }
  /** The format does not show its end. */
  | { readonly _tag: "Unknown" }
  /** Bytes are missing at the end. */
  | { readonly _tag: "CutOff"; readonly description: string }
  | { readonly _tag: "Damaged"; readonly description: string }

const whole: Ending = { _tag: "Whole" }
const unknown: Ending = { _tag: "Unknown" }
const cutOff = (description: string): Ending => ({ _tag: "CutOff", description })
const damaged = (description: string): Ending => ({ _tag: "Damaged", description })

const marked = (isThere: boolean, name: string): Ending =>
  isThere ? whole : cutOff(`the end of the ${name} is missing`)

const sized = (name: string, stated: number, size: number): Ending => {
  if (stated === size) return whole
  const description = `the ${name} states a size of ${stated} bytes`
  return stated > size ? cutOff(description) : damaged(`${description}, but it has ${size}`)
}

// The most nodes or boxes that are read one by one; real files have about a dozen.
const maxSteps = 1000

const glb = ({ head, size }: Bytes<unknown, unknown>): Ending => {
  if (size < 12) return cutOff("a GLB file has at least 12 bytes")
  const version = viewOf(head).getUint32(4, true)
  return version === 2
    ? sized("GLB file", viewOf(head).getUint32(8, true), size)
    : damaged(`it is a GLB file of version ${version}, not 2`)
}

const stl = (bytes: Bytes<unknown, unknown>): Ending => {
  if (isTextStl(bytes)) return marked(/\bendsolid\b[^\n]*\s*$/.test(bytes.tailText), "STL file")
  if (bytes.size < 84) return cutOff("an STL file has at least 84 bytes")
  const triangles = viewOf(bytes.head).getUint32(80, true)
  // Text that is read as a number: more than seven gigabytes of triangles.
  return triangles >= 0x0900_0000
    ? damaged("it is not an STL file")
    : sized("STL file", 84 + triangles * 50, bytes.size)
}

// Each segment of a JPEG states its length, up to the picture. In the picture a byte FF is never followed by D9.
const jpg = ({ head, tailText, size }: Bytes<unknown, unknown>): Ending => {
  let at = 2
  while (at + 4 <= head.length && head[at] === 0xff && head[at + 1] !== 0xda) {
    at += head[at + 1] === 0xff ? 1 : 2 + viewOf(head).getUint16(at + 2)
  }
  // Not in the segments: a preview there has an end of its own.
  const picture = tailText.slice(Math.max(0, at - (size - tailText.length)))
  return marked(picture.includes("\u00ff\u00d9"), "JPEG")
}

// A node of a binary FBX file states where it ends; a node of zeros is the last one, and a fixed mark ends the file.
const fbxEnd = "\u00f8\u005a\u008c\u006a\u00de\u00f5\u00d9\u007e\u00ec\u00e9\u000c\u00e3\u0075\u008f\u0029\u000b"

const fbx = Effect.fnUntraced(function* <E, R>({ head, headText, tailText, size, read }: Bytes<E, R>) {
  if (!headText.startsWith("Kaydara FBX Binary")) return unknown
  const missing = cutOff("the end of the FBX file is missing")
  if (size < 27) return missing
  const isLittle = head[22] === 0
  const isWide = viewOf(head).getUint32(23, isLittle) >= 7500
  const header = isWide ? 25 : 13
  let at = 27
  for (let step = 0; step < maxSteps; step++) {
    const node = yield* read(at, header)
    if (node.length < header) return missing
    const end = isWide ? Number(viewOf(node).getBigUint64(0, isLittle)) : viewOf(node).getUint32(0, isLittle)
    if (end === 0) return at + header === size || tailText.endsWith(fbxEnd) ? whole : missing
    if (end <= at) return damaged("the FBX file contradicts itself")
    if (end > size) return missing
    at = end
  }
  return unknown
})

// An MP4 file is a row of boxes, each with its size: 1 when the size follows as a long number, 0 when nothing follows.
const mp4 = Effect.fnUntraced(function* <E, R>({ size, read }: Bytes<E, R>) {
  const missing = cutOff("the end of the MP4 file is missing")
  const seen = new Set<string>()
  let at = 0
  for (let step = 0; at < size; step++) {
    const box = yield* read(at, 16)
    const short = box.length < 8 ? undefined : viewOf(box).getUint32(0)
    if (short === undefined || (short === 1 && box.length < 16)) return missing
    if (short === 0 || step === maxSteps) return unknown
    const length = short === 1 ? Number(viewOf(box).getBigUint64(8)) : short
    if (length < 8) return damaged("the MP4 file contradicts itself")
    if (at + length > size) return missing
    seen.add(latin1(box.subarray(4, 8)))
    at += length
  }
  const isComplete = seen.has("mdat") && ["moov", "moof", "meta"].some((name) => seen.has(name))
  return marked(isComplete, "MP4 file")
})

const webp = ({ head, size }: Bytes<unknown, unknown>): Ending =>
  marked(viewOf(head).getUint32(4, true) + 8 <= size, "WEBP")

// The last record of an archive ends with a comment, and the comment with the file.
const zip = ({ tailText }: Bytes<unknown, unknown>): Ending => {
  for (let at = tailText.lastIndexOf("PK\u0005\u0006"); at >= 0; at = tailText.lastIndexOf("PK\u0005\u0006", at - 1)) {
    const comment = tailText.charCodeAt(at + 20) + tailText.charCodeAt(at + 21) * 256
    if (at + 22 + comment === tailText.length) return whole
    if (at === 0) break
  }
  return cutOff("the end of the archive is missing")
}

/** Whether all of a file of this format is there. */
export const ending = <E, R>(format: Format, bytes: Bytes<E, R>): Effect.Effect<Ending, E, R> => {
  switch (format) {
    case "fbx":
      return fbx(bytes)
    case "mp4":
      return mp4(bytes)
    case "glb":
      return Effect.succeed(glb(bytes))
    case "stl":
      return Effect.succeed(stl(bytes))
    case "jpg":
      return Effect.succeed(jpg(bytes))
    case "png":
      return Effect.succeed(marked(bytes.tailText.includes("\0\0\0\0IEND\u00aeB`\u0082"), "PNG"))
    case "gif":
      return Effect.succeed(marked(/\0;[\0\r\n;]*$/.test(bytes.tailText), "GIF"))
    case "webp":
      return Effect.succeed(webp(bytes))
    case "usdz":
    case "zip":
      return Effect.succeed(zip(bytes))
  }
}
