/** A file that is on the disk as a whole, under its own name. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Bytes from "./bytes.ts"
import * as content from "./content.ts"
import { isMissing, onDisk, read, statOf } from "./disk.ts"
import { fallbackExtension, type Target } from "./fileName.ts"

export interface Whole {
  readonly path: string
  readonly size: number
  readonly extension: string
}

/** Judges what is at a path by the type that the service declared. */
export const inspect = (target: Target, path: string, size: number) =>
  Effect.flatMap(Bytes.make(size, read(path)), (bytes) =>
    content.inspect(target.preview ? "image" : target.file.type, bytes)
  )

/** The file, if it is there already. Nothing else that has its name counts: a directory, an empty file, half a file. */
export const find = Effect.fnUntraced(function* (target: Target, directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const entries = new Set(yield* onDisk(directory, fs.readDirectory(directory)))
  for (const extension of [...content.extensions, fallbackExtension(target)]) {
    const entry = `${target.name}.${extension}`
    const place = path.join(directory, entry)
    const info = entries.has(entry) ? yield* statOf(place) : undefined
    if (info?.type !== "File") continue
    const size = Number(info.size)
    // Another program may remove it meanwhile.
    const judged = Effect.catchIf(inspect(target, place, size), isMissing, () => Effect.succeed(undefined))
    const finding = yield* onDisk(place, judged)
    const whole: Whole = { path: place, size, extension }
    if (finding?._tag === "Accepted") return whole
  }
  return undefined
})
