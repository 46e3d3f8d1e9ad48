/**
 * An archive to a directory beside it, which is then there as a whole or not at all.
 *
 * **Gotchas**
 *
 * - The entries come in the order of the archive, and nothing before them says what
 *   they are: a symbolic link comes out as a small file that holds its target.
 */
import * as Effect from "effect/Effect"
import * as Zip from "effect/encoding/Zip"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import * as Stream from "effect/Stream"
import { Disk, InvalidArchive, TooLarge } from "../DownloadError.ts"
import { makePathReader } from "./archivePath.ts"
import { makeBlock, makeWriter, onDisk } from "./disk.ts"
import type { Whole } from "./whole.ts"

// Text of a model compresses to a fifth, so there is room enough below these.
const maxRatio = 100
const maxEntries = 10_000
// However small an archive is, 16 MiB do no harm.
const harmless = 16 * 1024 * 1024

// How much of the archive is read at once.
const chunkSize = 256 * 1024

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
  const write = yield* makeEntryWriter(root, Math.max(archive.size * maxRatio, harmless), maxSize)
  yield* fs.stream(archive.path, { chunkSize }).pipe(
    Stream.pipeThroughChannel(Zip.decode()),
    Stream.mapError((error) =>
      Zip.isZipError(error) ? fromZipError(error) : new Disk({ path: archive.path, cause: error })
    ),
    Stream.runForEach((entry) => Effect.scoped(write(entry)))
  )
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

const refuse = (description: string) => new InvalidArchive({ description })

const fromZipError = (error: Zip.ZipError) => refuse(error.message.slice(0, 500))

/** Writes the entries of an archive below a directory. */
const makeEntryWriter = Effect.fnUntraced(function* (root: string, ratioSize: number, maxSize: number) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const read = makePathReader()
  const block = makeBlock()
  let entries = 0
  let size = 0
  return Effect.fnUntraced(function* ({ header, body }: Zip.Entry<Zip.ZipError | PlatformError.PlatformError>) {
    const named = JSON.stringify(header.path.slice(0, 200))
    if (++entries > maxEntries) return yield* refuse(`it has more than ${maxEntries} entries`)
    const parts = read(header.path, header.type)
    if (typeof parts === "string") return yield* refuse(`the path ${named} ${parts}`)
    const place = path.join(root, ...parts)
    const parent = header.type === "Directory" ? place : path.dirname(place)
    yield* onDisk(parent, fs.makeDirectory(parent, { recursive: true }))
    const open = header.type === "File" ? yield* onDisk(place, fs.open(place, { flag: "wx" })) : undefined
    const writer = open === undefined ? undefined : makeWriter(open, block)
    const bytes = Stream.mapError(body, (error) =>
      Zip.isZipError(error) ? fromZipError(error) : new Disk({ path: place, cause: error })
    )
    yield* Stream.runForEach(bytes, (chunk) =>
      Effect.gen(function* () {
        size += chunk.length
        if (size > maxSize) return yield* new TooLarge({ maxSize })
        if (size > ratioSize) return yield* refuse(`it unpacks to more than ${maxRatio} times its size`)
        if (writer === undefined) return yield* refuse(`the directory ${named} has bytes`)
        yield* onDisk(place, writer.write(chunk))
      })
    )
    if (writer !== undefined) yield* onDisk(place, writer.flush)
  })
})
