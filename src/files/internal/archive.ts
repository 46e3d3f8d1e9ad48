/**
 * A zip archive: its entries, and their bytes.
 *
 * yauzl reads the directory, which stands at the end of the archive. The bytes of an entry are read and inflated here:
 * yauzl's own streams pass them on 16 KiB at a time, which takes twice as long, and check no CRC-32.
 *
 * **Gotchas**
 *
 * - yauzl is loaded when an archive is opened, and not before: it needs modules of Node, which Bun and Deno have too.
 *   Elsewhere the archive is refused.
 * - yauzl reads as many entries as the archive says it has. That no more stand there is checked here.
 */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import type * as Yauzl from "yauzl"
import { why } from "../../internal/transport.ts"
import { Disk, InvalidArchive, type Reason } from "../DownloadError.ts"
import { viewOf } from "./bytes.ts"
import { onDisk } from "./disk.ts"
import { findZlib, inflate, type Receive, type Zlib } from "./inflate.ts"

const maxEntries = 10_000
// What lies from the first entry of the directory on is kept in memory.
const maxDirectory = 16 * 1024 * 1024

// How much of the archive is read at once.
const chunkSize = 256 * 1024

export interface Entry {
  /** As the archive has it, so it may lead anywhere. */
  readonly path: string
  readonly type: "File" | "Directory"
  /** Where its bytes start in the archive. */
  readonly start: number
  readonly record: Yauzl.Entry
}

export interface Archive {
  /** In the order of their bytes. */
  readonly entries: ReadonlyArray<Entry>
  /** Hands over the bytes of an entry, piece by piece, and fails when they are not whole. A piece may not be kept. */
  readonly read: (entry: Entry, receive: Receive) => Effect.Effect<void, Reason>
}

export const refuse = (description: string) => new InvalidArchive({ description: description.slice(0, 500) })

/** A path as a message shows it. */
export const quote = (path: string) => JSON.stringify(path.slice(0, 200))

/** Opens an archive of this size, until the scope is closed. */
export const openArchive = Effect.fnUntraced(function* (path: string, size: number) {
  const fs = yield* FileSystem.FileSystem
  const zlib = findZlib()
  if (zlib === undefined) return yield* refuse("this runtime has no zlib to inflate it with")
  const yauzl = yield* Effect.promise(() => import("yauzl"))
  const file = yield* onDisk(path, fs.open(path))
  const fill: Fill = Effect.fnUntraced(function* (buffer, position) {
    const isThere = position + buffer.length <= size
    const count = isThere ? yield* onDisk(path, file.read(buffer, { position: BigInt(position) })) : 0
    if (count < buffer.length) return yield* refuse("it ends too early")
  })
  const entries = yield* list(yauzl, fill, size)
  const chunk = new Uint8Array(chunkSize)
  const archive: Archive = { entries, read: (entry, receive) => readEntry(zlib, fill, chunk, entry, receive) }
  return archive
})

/** Fills a buffer with the bytes of the archive from a position on. */
type Fill = (buffer: Uint8Array, position: number) => Effect.Effect<void, Disk | InvalidArchive>

const list = Effect.fnUntraced(function* (yauzl: typeof Yauzl, fill: Fill, size: number) {
  // An interruption ends a read without its answer, so that yauzl goes on with nothing.
  const fork = yield* FiberSet.makeRuntime<never, void>()
  class Reader extends yauzl.RandomAccessReader {
    override read(
      buffer: Uint8Array,
      offset: number,
      length: number,
      position: number,
      done: (error: Error | null) => void
    ) {
      const filled = fill(buffer.subarray(offset, offset + length), position)
      fork(Effect.match(filled, { onFailure: done, onSuccess: () => done(null) }))
    }
  }
  // The scope closes the archive; names and sizes are checked below.
  const options = { autoClose: false, decodeStrings: false, validateEntrySizes: false }
  const zip = yield* asking(() => yauzl.fromRandomAccessReaderPromise(new Reader(), size, options))
  if (zip.entryCount > maxEntries) return yield* refuse(`it has more than ${maxEntries} entries`)
  // A number, though its type says boolean: where the directory is read next.
  if (size - Number(zip.readEntryCursor) > maxDirectory) return yield* refuse("its directory is larger than 16 MiB")
  const records = yield* Stream.runCollect(Stream.fromAsyncIterable(zip.eachEntry(), toReason))
  yield* checkEnd(fill, Number(zip.readEntryCursor))

  const entries: Array<Entry> = []
  let end = 0
  for (const record of records.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader)) {
    const path = pathOf(yauzl, record)
    const reason = unreadable(record)
    if (reason !== undefined) return yield* refuse(`${quote(path)} ${reason}`)
    // A bomb lets many entries have the same bytes.
    if (record.relativeOffsetOfLocalHeader < end) return yield* refuse(`${quote(path)} overlaps another entry`)
    const header = yield* asking(() => zip.readLocalFileHeaderPromise(record))
    if (!header.fileName.equals(record.fileNameRaw)) return yield* refuse(`${quote(path)} has another name too`)
    const start = header.fileDataStart
    end = start + record.compressedSize
    entries.push({ path, type: path.endsWith("/") ? "Directory" : "File", start, record })
  }
  return entries
})

const asking = <A>(evaluate: () => Promise<A>) => Effect.tryPromise({ try: evaluate, catch: toReason })

const toReason = (error: unknown) =>
  error instanceof Disk || error instanceof InvalidArchive ? error : refuse(`it cannot be read (${why(error)})`)

const checkEnd = Effect.fnUntraced(function* (fill: Fill, end: number) {
  const signature = new Uint8Array(4)
  yield* fill(signature, end)
  if (viewOf(signature).getUint32(0, true) === 0x02014b50) return yield* refuse("it has more entries than it says")
})

const utf8 = new TextDecoder("utf-8", { fatal: true })

const isUtf8 = (bytes: Uint8Array) => {
  try {
    utf8.decode(bytes)
    return true
  } catch {
    return false
  }
}

// Many writers write UTF-8 without the flag that says so; what is not UTF-8 is CP437.
const pathOf = (yauzl: typeof Yauzl, { generalPurposeBitFlag, fileNameRaw, extraFields }: Yauzl.Entry) => {
  const flags = isUtf8(fileNameRaw) ? generalPurposeBitFlag | 0x0800 : generalPurposeBitFlag
  return yauzl.getFileNameLowLevel(flags, fileNameRaw, extraFields, true)
}

const stored = 0
const deflated = 8

/** Why an entry cannot be read, or must not be. */
const unreadable = (record: Yauzl.Entry) => {
  if (record.isEncrypted()) return "is encrypted"
  const method = record.compressionMethod
  if (method !== stored && method !== deflated) return `is compressed by a method that is not supported (${method})`
  const isLink = ((record.externalFileAttributes >>> 16) & 0o170000) === 0o120000
  return isLink ? "is a symbolic link" : undefined
}

const readEntry = Effect.fnUntraced(function* (
  zlib: Zlib,
  fill: Fill,
  chunk: Uint8Array,
  { path, start, record }: Entry,
  receive: Receive
) {
  const damaged = () => refuse(`the data of ${quote(path)} is damaged`)
  const { compressedSize, uncompressedSize } = record
  const readPieces = Effect.fnUntraced(function* (use: Receive) {
    for (let at = 0; at < compressedSize; at += chunk.length) {
      const piece = chunk.subarray(0, compressedSize - at)
      yield* fill(piece, start + at)
      yield* use(piece)
    }
  })
  let size = 0
  let crc = 0
  const check: Receive = (bytes) => {
    size += bytes.length
    if (size > uncompressedSize) return Effect.fail(damaged())
    crc = zlib.crc32(bytes, crc)
    return receive(bytes)
  }
  if (record.compressionMethod === stored) {
    yield* readPieces(check)
  } else {
    const used = yield* inflate(zlib, readPieces, check, damaged)
    if (used !== compressedSize) return yield* damaged()
  }
  if (size !== uncompressedSize || crc !== record.crc32) return yield* damaged()
})
