/**
 * Finds a file of the folder by its place in it, and never one outside.
 *
 * A place is names with `/` between them. What could lead elsewhere on any system is refused before the disk is touched,
 * and what a link leads to is looked at after.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { NotFound } from "../Api.ts"
import { formatOf } from "./format.ts"

const maxLength = 1024

// The second one is for Windows: a drive or a stream of a file, and names that it trims or that are devices.
const steering = /[\p{Cc}\\:]/u
const trimmed = /[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/** Whether a place can only be one in the folder. Hidden files are none. */
export const isPlace = (place: string): boolean =>
  place.length <= maxLength &&
  !steering.test(place) &&
  place.split("/").every((name) => name !== "" && !name.startsWith(".") && !trimmed.test(name))

const nothing = (place: string) =>
  new NotFound({ message: `There is no model and no picture ${JSON.stringify(place.slice(0, 200))} in the folder.` })

/** The real path of what is in the folder. Fails where it is not, whatever the reason. */
export const find = Effect.fnUntraced(function* (folder: string, place: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  if (!isPlace(place) || formatOf(place) === undefined) return yield* nothing(place)
  return yield* Effect.gen(function* () {
    const root = yield* fs.realPath(folder)
    const real = yield* fs.realPath(path.join(root, ...place.split("/")))
    const info = yield* fs.stat(real)
    // What a link leads to counts by its own name, too.
    if (!real.startsWith(root + path.sep) || info.type !== "File" || formatOf(real) === undefined) {
      return yield* nothing(place)
    }
    return { real, info }
  }).pipe(Effect.mapError(() => nothing(place)))
})
