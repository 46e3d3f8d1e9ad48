/**
 * The directory of a zip archive, which stands at its end and says where the entries are. yauzl reads it.
 *
 * **Gotchas**
 *
 * - yauzl needs modules of Node, which Bun and Deno have too. So it is loaded when an archive is opened, and not before.
 * - yauzl reads as many entries as the archive says it has. That no more stand there is checked here.
 */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Stream from "effect/Stream"
import type * as Yauzl from "yauzl"
import { why } from "../../internal/transport.ts"
import { Disk, InvalidArchive } from "../DownloadError.ts"
import { viewOf } from "./bytes.ts"

const maxEntries = 10_000
// What lies from the first entry of the directory on is kept in memory.
const maxDirectory = 16 * 1024 * 1024

export interface Entry {
  /** As the archive has it, so it may lead anywhere. */
  readonly path: string
  readonly type: "File" | "Directory"
  /** Where its bytes start in the archive, and how many there are. */
  readonly start: number
  readonly compressedSize: number
  readonly isDeflated: boolean
  /** In bytes, when it is inflated. */
  readonly size: number
  readonly crc32: number
}

/** Fills a buffer with the bytes of the archive from a position on. */
export type Fill = (buffer: Uint8Array, position: number) => Effect.Effect<void, Disk | InvalidArchive>

export const refuse = (description: string) => new InvalidArchive({ description: description.slice(0, 500) })

/** A path as a message shows it. */
export const quote = (path: string) => JSON.stringify(path.slice(0, 200))

/** The entries of an archive of this size, in the order of their bytes. */
export const readDirectory = Effect.fnUntraced(function* (fill: Fill, size: number) {
  // Bundlers give a CommonJS module as the default export, and no more.
  const { default: yauzl } = yield* Effect.promise(() => import("yauzl"))
  // Interrupted with the scope, so that yauzl gets no answer that nobody waits for.
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
    const path = pathOf(record, yauzl.getFileNameLowLevel)
    const reason = unreadable(record)
    if (reason !== undefined) return yield* refuse(`${quote(path)} ${reason}`)
    // A bomb lets many entries have the same bytes.
    if (record.relativeOffsetOfLocalHeader < end) return yield* refuse(`${quote(path)} overlaps another entry`)
    const header = yield* asking(() => zip.readLocalFileHeaderPromise(record))
    if (!header.fileName.equals(record.fileNameRaw)) return yield* refuse(`${quote(path)} has another name too`)
    const { compressedSize, compressionMethod, crc32, uncompressedSize: size } = record
    const start = header.fileDataStart
    end = start + compressedSize
    const type = path.endsWith("/") ? "Directory" : "File"
    entries.push({ path, type, start, compressedSize, isDeflated: compressionMethod === deflated, size, crc32 })
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
const pathOf = (record: Yauzl.Entry, decode: typeof Yauzl.getFileNameLowLevel) => {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = record
  const flags = isUtf8(fileNameRaw) ? generalPurposeBitFlag | 0x0800 : generalPurposeBitFlag
  return decode(flags, fileNameRaw, extraFields, true)
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
