/**
 * What has arrived of a file that is not whole: a file `<name>.<etag>.<random>.part`.
 *
 * Each download writes a part of its own, so that downloads of the same file at the
 * same time do not disturb each other, in one process or in several. It begins with
 * a copy of the longest part that another one left, and removes all parts when the
 * file is whole.
 *
 * **Gotchas**
 *
 * - The ETag names the version of the file. Without one nothing can be resumed: the
 *   part then has no ETag in its name, and does not outlive its download.
 * - Whoever left a part may still write to it. Copying harms nobody; so a part that
 *   was copied is removed only if it has not grown since.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { isMissing, isTaken, onDisk, statOf } from "./disk.ts"

export interface Part {
  readonly path: string
  readonly etag: string | undefined
  readonly file: FileSystem.File
}

// A part that another program made may have no random.
const suffix = /^\.([a-zA-Z0-9-]*)(?:\.[a-z0-9]+)?\.part$/

/** All parts of a file. A link with the name of a part is none: what it leads to is not ours. */
const list = Effect.fnUntraced(function* (directory: string, name: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const parts: Array<{ readonly path: string; readonly etag: string | undefined; readonly size: number }> = []
  for (const entry of yield* onDisk(directory, fs.readDirectoryEntries(directory))) {
    const match = entry.name.startsWith(`${name}.`) ? suffix.exec(entry.name.slice(name.length)) : null
    if (match === null || entry.type !== "File") continue
    const place = path.join(directory, entry.name)
    const info = yield* statOf(place)
    if (info !== undefined) parts.push({ path: place, etag: match[1] || undefined, size: Number(info.size) })
  }
  return parts
})

/** Makes an empty part. It is removed with the scope if nothing can be resumed from it. */
export const make = Effect.fnUntraced(function* (directory: string, name: string, etag: string | undefined) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const create = Effect.gen(function* () {
    const random = yield* Random.nextIntBetween(36 ** 7, 36 ** 8 - 1)
    const place = path.join(directory, `${name}.${etag ?? ""}.${random.toString(36)}.part`)
    // Never one that is there, nor what a link of this name leads to.
    const file = yield* onDisk(place, fs.open(place, { flag: "wx+" }))
    const part: Part = { path: place, etag, file }
    return part
  })
  const part = yield* Effect.retry(create, { while: ({ cause }) => isTaken(cause), times: 10 })
  yield* Effect.addFinalizer(() =>
    Effect.ignore(
      Effect.gen(function* () {
        if (etag === undefined || (yield* sizeOf(part)) === 0) yield* discard(part)
      })
    )
  )
  return part
  // Else an interruption between the two leaves a part that nobody removes.
}, Effect.uninterruptible)

/** Makes a part that begins with what others left of the file; undefined when they left nothing. */
export const resume = Effect.fnUntraced(function* (directory: string, name: string) {
  const fs = yield* FileSystem.FileSystem
  const [longest] = (yield* list(directory, name))
    .filter(({ etag, size }) => etag !== undefined && size > 0)
    .toSorted((a, b) => b.size - a.size)
  if (longest === undefined) return undefined
  const part = yield* make(directory, name, longest.etag)
  let size = 0
  const copy = Stream.runForEach(fs.stream(longest.path), (chunk) => {
    size += chunk.length
    return part.file.writeAll(chunk)
  })
  // Another download may have removed it.
  yield* onDisk(
    part.path,
    Effect.catchIf(copy, isMissing, () => Effect.void)
  )
  yield* Effect.addFinalizer(() =>
    Effect.ignore(
      Effect.gen(function* () {
        const info = yield* fs.stat(longest.path)
        if (Number(info.size) === size) yield* fs.remove(longest.path)
      })
    )
  )
  return part
})

export const sizeOf = ({ path, file }: Part) =>
  onDisk(
    path,
    Effect.map(file.stat, (info) => Number(info.size))
  )

/** Removes a part whose bytes are of no use. */
export const discard = ({ path }: Part) =>
  FileSystem.FileSystem.use((fs) => onDisk(path, fs.remove(path, { force: true })))

/** Removes all parts of a file that is whole. */
export const removeAll = (directory: string, name: string) =>
  Effect.ignore(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      for (const { path } of yield* list(directory, name)) yield* Effect.ignore(fs.remove(path, { force: true }))
    })
  )
