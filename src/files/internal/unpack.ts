/** An archive to a directory beside it, which is then there as a whole or not at all. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { TooLarge } from "../DownloadError.ts"
import { type Archive, openArchive } from "./archive.ts"
import { type Entry, quote, refuse } from "./archiveDirectory.ts"
import { makePathReader } from "./archivePath.ts"
import { makeBlock, makeWriter, onDisk } from "./disk.ts"
import type { Whole } from "./whole.ts"

// Text of a model compresses to a fifth, so there is room enough below these.
const maxRatio = 100
// However small an archive is, 16 MiB do no harm.
const harmless = 16 * 1024 * 1024

/** Whether there is a directory with something in it. */
export const isUnpacked = (directory: string) =>
  FileSystem.FileSystem.use((fs) => fs.readDirectory(directory)).pipe(
    Effect.map((entries) => entries.length > 0),
    Effect.orElseSucceed(() => false)
  )

interface Options {
  readonly overwrite: boolean
  /** In bytes. */
  readonly maxSize: number
}

/** Unpacks an archive in place of whatever has the directory's name. */
export const unpack = Effect.fnUntraced(function* (archive: Whole, directory: string, { overwrite, maxSize }: Options) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const prefix = `${path.basename(directory)}.unpacking-`
  const temporary = yield* onDisk(directory, fs.makeTempDirectoryScoped({ directory: path.dirname(directory), prefix }))
  // Inside, since nobody else can read a temporary directory itself.
  const root = path.join(temporary, "files")
  yield* onDisk(root, fs.makeDirectory(root))
  const { entries, read } = yield* openArchive(archive.path, archive.size)
  const write = yield* makeEntryWriter(root, read, Math.max(archive.size * maxRatio, harmless), maxSize)
  yield* Effect.forEach(entries, (entry) => Effect.scoped(write(entry)), { discard: true })
  // Whatever has the name is moved away, but for what another download has unpacked meanwhile.
  let moved = 0
  const enter = Effect.catch(fs.rename(root, directory), (error) =>
    Effect.gen(function* () {
      if (!overwrite && (yield* isUnpacked(directory))) return
      yield* fs.rename(directory, path.join(temporary, `old-${++moved}`))
      return yield* Effect.fail(error)
    })
  )
  yield* onDisk(directory, Effect.retry(enter, { times: 20 }))
}, Effect.scoped)

/** Writes the entries of an archive below a directory. */
const makeEntryWriter = Effect.fnUntraced(function* (
  root: string,
  read: Archive["read"],
  ratioSize: number,
  maxSize: number
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const readPath = makePathReader()
  const block = makeBlock()
  let size = 0
  return Effect.fnUntraced(function* (entry: Entry) {
    const parts = readPath(entry.path, entry.type)
    if (typeof parts === "string") return yield* refuse(`the path ${quote(entry.path)} ${parts}`)
    const place = path.join(root, ...parts)
    const parent = entry.type === "Directory" ? place : path.dirname(place)
    yield* onDisk(parent, fs.makeDirectory(parent, { recursive: true }))
    const open = entry.type === "File" ? yield* onDisk(place, fs.open(place, { flag: "wx" })) : undefined
    const writer = open === undefined ? undefined : makeWriter(open, block)
    yield* read(
      entry,
      Effect.fnUntraced(function* (bytes) {
        size += bytes.length
        if (size > maxSize) return yield* new TooLarge({ maxSize })
        if (size > ratioSize) return yield* refuse(`it unpacks to more than ${maxRatio} times its size`)
        if (writer === undefined) return yield* refuse(`the directory ${quote(entry.path)} has bytes`)
        yield* onDisk(place, writer.write(bytes))
      })
    )
    if (writer !== undefined) yield* onDisk(place, writer.flush)
  })
})
