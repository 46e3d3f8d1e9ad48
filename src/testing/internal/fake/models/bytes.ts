/** Bytes put together, and their checksum. */
import { utf8 } from "../../../../internal/sha256.ts"

/** Texts, as UTF-8, and bytes in one row. */
export const bytesOf = (...pieces: ReadonlyArray<string | Uint8Array>): Uint8Array => {
  const arrays = pieces.map((piece) => (typeof piece === "string" ? utf8(piece) : piece))
  const bytes = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const array of arrays) {
    bytes.set(array, at)
    at += array.length
  }
  return bytes
}

let table: Uint32Array | undefined

const crcTable = () =>
  Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
    return c
  })

/** As in PNG and zip. */
export const crc32 = (bytes: Uint8Array): number => {
  table ??= crcTable()
  let crc = 0xffffffff
  for (const byte of bytes) crc = (table[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8)
  return ~crc >>> 0
}
