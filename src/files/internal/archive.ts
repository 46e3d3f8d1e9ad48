/**
 * A zip archive: its entries, and their bytes.
 *
 * yauzl reads the directory, and the bytes of an entry are read and inflated here: yauzl's own streams pass them on
 * 16 KiB at a time, which takes half as long again, and check no CRC-32.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { Reason } from "../DownloadError.ts"
import { type Entry, type Fill, quote, readDirectory, refuse } from "./archiveDirectory.ts"
import { onDisk } from "./disk.ts"
import { findZlib, inflate, type Receive, type Zlib } from "./inflate.ts"

// How much of the archive is read at once.
const chunkSize = 256 * 1024

export interface Archive {
  /** In the order of their bytes. */
  readonly entries: ReadonlyArray<Entry>
  /** Hands over the bytes of an entry, piece by piece, and fails when they are not whole. A piece may not be kept. */
  readonly read: (entry: Entry, receive: Receive) => Effect.Effect<void, Reason>
}

/** Opens an archive of this size, until the scope is closed. */
export const openArchive = Effect.fnUntraced(function* (path: string, size: number) {
  const fs = yield* FileSystem.FileSystem
  const zlib = findZlib()
  if (zlib === undefined) return yield* refuse("this runtime has no zlib to inflate it with")
  const file = yield* onDisk(path, fs.open(path))
  const fill: Fill = Effect.fnUntraced(function* (buffer, position) {
    const isThere = position + buffer.length <= size
    const count = isThere ? yield* onDisk(path, file.read(buffer, { position: BigInt(position) })) : 0
    if (count < buffer.length) return yield* refuse("it ends too early")
  })
  const entries = yield* readDirectory(fill, size)
  const chunk = new Uint8Array(chunkSize)
  const archive: Archive = { entries, read: (entry, receive) => readEntry(zlib, fill, chunk, entry, receive) }
  return archive
})

const readEntry = Effect.fnUntraced(function* (
  zlib: Zlib,
  fill: Fill,
  chunk: Uint8Array,
  entry: Entry,
  receive: Receive
) {
  const { compressedSize } = entry
  const damaged = () => refuse(`the data of ${quote(entry.path)} is damaged`)
  const readPieces = Effect.fnUntraced(function* (use: Receive) {
    for (let at = 0; at < compressedSize; at += chunk.length) {
      const piece = chunk.subarray(0, compressedSize - at)
      yield* fill(piece, entry.start + at)
      yield* use(piece)
    }
  })
  let size = 0
  let crc = 0
  const check: Receive = (bytes) => {
    size += bytes.length
    if (size > entry.size) return Effect.fail(damaged())
    crc = zlib.crc32(bytes, crc)
    return receive(bytes)
  }
  const used = entry.isDeflated
    ? yield* inflate(zlib, readPieces, check, damaged)
    : yield* Effect.as(readPieces(check), compressedSize)
  if (used !== compressedSize || size !== entry.size || crc !== entry.crc32) return yield* damaged()
})
