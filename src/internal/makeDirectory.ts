/**
 * Makes a directory with its parents, as `recursive` of `FileSystem` does, but one at a
 * time: below `/proc`, where nothing can be made, Node's own tries for ever.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"

export const makeDirectory: (
  directory: string,
  mode?: number
) => Effect.Effect<void, PlatformError.PlatformError, FileSystem.FileSystem | Path.Path> = Effect.fnUntraced(function* (
  directory: string,
  mode?: number
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const isThere = Effect.match(fs.stat(directory), {
    onSuccess: ({ type }) => type === "Directory",
    onFailure: () => false
  })
  const made = Effect.catch(fs.makeDirectory(directory, { mode }), (error) =>
    Effect.flatMap(isThere, (is) => (is ? Effect.void : Effect.fail(error)))
  )
  const parent = path.dirname(directory)
  yield* Effect.catchIf(
    made,
    ({ reason }) => reason._tag === "NotFound" && parent !== directory,
    () => Effect.andThen(makeDirectory(parent, mode), made)
  )
})
