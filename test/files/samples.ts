/** Small files of each format, as writers make them. */
import { Effect, Stream } from "effect"
import * as Zip from "effect/encoding/Zip"

export const text = (content: string) => new TextEncoder().encode(content)

const hex = (content: string) => new Uint8Array(Buffer.from(content, "hex"))
const join = (...parts: ReadonlyArray<Uint8Array>) => new Uint8Array(Buffer.concat(parts))
const u32 = (value: number) => Uint8Array.of(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24)

/** A GLB file of this size, filled with what differs from place to place. */
export const glb = (size: number, says = size, version = 2) => {
  const bytes = Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 0xff)
  const view = new DataView(bytes.buffer)
  ;[0x46546c67, version, says].forEach((word, i) => view.setUint32(i * 4, word, true))
  return bytes
}

export const zip = (...entries: ReadonlyArray<Zip.Entry | Zip.ContentEntry>) =>
  Stream.fromIterable(entries).pipe(Stream.pipeThroughChannel(Zip.encode()), Stream.mkUint8Array, Effect.orDie)

interface RawEntry {
  readonly name: string | Uint8Array
  readonly content?: string
  /** What stands in the archive for the content: the content itself unless the method says otherwise. */
  readonly data?: Uint8Array
  readonly flags?: number
  readonly method?: number
  /** What the upper half of its external attributes says: on Unix, the type and the permissions. */
  readonly mode?: number
}

/** An archive of entries that say anything, as no careful writer makes one. They are stored unless they say otherwise. */
export const rawArchive = (entries: ReadonlyArray<RawEntry>) => {
  const locals: Array<Buffer> = []
  const records: Array<Buffer> = []
  let at = 0
  for (const { name, content = "x", data = text(content), flags = 0x0800, method = 0, mode = 0 } of entries) {
    const bytes = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(flags, 2)
    common.writeUInt16LE(method, 4)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(bytes.length, 22)
    const rest = Buffer.alloc(14)
    rest.writeUInt16LE(mode, 8)
    rest.writeUInt32LE(at, 10)
    const local = Buffer.concat([text("PK\u0003\u0004"), common, bytes, data])
    records.push(Buffer.concat([text("PK\u0001\u0002"), Buffer.alloc(2), common, rest, bytes]))
    locals.push(local)
    at += local.length
  }
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(Buffer.concat(records).length, 8)
  end.writeUInt32LE(at, 12)
  return new Uint8Array(Buffer.concat([...locals, ...records, text("PK\u0005\u0006"), end]))
}

export const rawZip = (...names: ReadonlyArray<string>) => rawArchive(names.map((name) => ({ name })))

const crc32 = (content: string) => {
  let crc = -1
  for (const byte of Buffer.from(content)) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

/** One that begins like the text form, as some writers do. */
export const binaryStl = (triangles: number) => {
  const bytes = new Uint8Array(84 + triangles * 50)
  bytes.set(text("solid made by a binary writer"))
  new DataView(bytes.buffer).setUint32(80, triangles, true)
  return bytes
}

export const textStl = text("solid a\n facet normal 0 0 1\n endfacet\nendsolid\n")

/** One grey pixel. */
export const png = hex(
  "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55" +
    "0000000a4944415478da6368000000820081da45083b0000000049454e44ae426082"
)

/** One white pixel. */
export const gif = hex("47494638396101000100800000ffffff0000002c00000000010001000002024401003b")

const segment = (marker: number, content: Uint8Array) =>
  join(Uint8Array.of(0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 0xff), content)

/** With a preview inside its metadata, which has an end mark of its own. */
export const jpg = join(
  hex("ffd8"),
  segment(0xe1, join(text("Exif\0\0"), hex("ffd8ffdb0000ffd9"))),
  segment(0xda, hex("01010000003f00")),
  hex("123456ff00789a"),
  hex("ffd9")
)

const box = (type: string, content: Uint8Array, long = false) => {
  const header = long ? Buffer.alloc(16) : Buffer.alloc(8)
  header.writeUInt32BE(long ? 1 : header.length + content.length)
  header.write(type, 4, "latin1")
  if (long) header.writeBigUInt64BE(BigInt(header.length + content.length), 8)
  return join(header, content)
}
const ftyp = box("ftyp", text("isom\0\0\0\0mp41"))
export const mp4 = join(ftyp, box("moov", new Uint8Array(40)), box("mdat", new Uint8Array(100)))
/** The picture data before what describes it, and with a long size. */
export const mp4Late = join(ftyp, box("mdat", new Uint8Array(100), true), box("moov", new Uint8Array(40)))
/** A box that goes on to the end of the file, wherever that is. */
export const mp4Open = join(ftyp, box("moov", new Uint8Array(40)), u32(0), text("mdat"), new Uint8Array(100))

const webp = join(text("RIFF"), u32(24), text("WEBPVP8 "), u32(12), new Uint8Array(12))

/** A binary FBX file of one node; since version 7500 its numbers are longer, and some writers turn their bytes round. */
export const fbx = (version = 7400, { hasFooter = true, isLittle = true } = {}) => {
  const isWide = version >= 7500
  const turned = (bytes: Uint8Array) => (isLittle ? bytes : bytes.toReversed())
  const number = (value: number) => turned(isWide ? join(u32(value), u32(0)) : u32(value))
  const name = text("FBXHeaderExtension")
  const header = (end: number, nameLength: number) => join(number(end), number(0), number(0), Uint8Array.of(nameLength))
  const end = 27 + header(0, 0).length + name.length + 50
  return join(
    text("Kaydara FBX Binary  \0\u001a"),
    Uint8Array.of(isLittle ? 0 : 1),
    turned(u32(version)),
    header(end, name.length),
    name,
    new Uint8Array(50),
    header(0, 0),
    ...(hasFooter
      ? [
          hex("fabcab09d0c8d466b176fb831cf7267e"),
          new Uint8Array(16),
          turned(u32(version)),
          new Uint8Array(120),
          hex("f85a8c6adef5d97eece90ce3758f290b")
        ]
      : [])
  )
}

export const usdz = rawZip("model.usdc")

/** A whole file of each format that is recognised, by its extension. */
export const wholeFiles: Readonly<Record<string, Uint8Array>> = {
  fbx: fbx(),
  gif,
  glb: glb(100),
  jpg,
  mp4,
  png,
  stl: binaryStl(3),
  usdz,
  webp,
  zip: rawZip("model.obj")
}
