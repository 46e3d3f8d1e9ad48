/**
 * Files that hold credentials: where they are, their text, and whether others may read them.
 *
 * **Gotchas**
 *
 * - A place that this user may not look into is one without a file: a container that
 *   does not run as root often has the `HOME` of root.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import { CredentialsError, UnreadableFile } from "../../CredentialsError.ts"
import { variable } from "./env.ts"

/** A file, and its path for people, where the home is `~`. */
export interface Place {
  readonly path: string
  readonly shown: string
}

/** Something larger holds no credentials. */
const maxSize = 256 * 1024

const isWindows = ({ sep }: Path.Path) => sep === "\\"

/** A file in the user's home, where that is known. */
export const inHome = Effect.fnUntraced(function* (...names: ReadonlyArray<string>) {
  const path = yield* Path.Path
  const home = yield* variable(isWindows(path) ? "USERPROFILE" : "HOME")
  return Option.map(home, (home): Place => ({ path: path.join(home, ...names), shown: path.join("~", ...names) }))
})

const isAbsent = ({ reason: { _tag } }: PlatformError.PlatformError) =>
  _tag === "NotFound" || _tag === "PermissionDenied"

/**
 * Gives what reads the text of a file, or `undefined` where there is none. It warns once of each file that others
 * may read, unless the files hold no secret.
 */
export const makeReader = Effect.fnUntraced(function* ({ isSecret }: { readonly isSecret: boolean }) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const warned = new Set<string>()
  return Effect.fnUntraced(function* ({ path: file, shown }: Place) {
    const fail = (cause: unknown) => new CredentialsError({ reason: new UnreadableFile({ path: shown, cause }) })
    const info = yield* fs.stat(file).pipe(
      Effect.catchIf(isAbsent, () => Effect.undefined),
      Effect.mapError(fail)
    )
    if (info === undefined) return undefined
    // Reading a pipe may never end.
    if (info.type !== "File") return yield* fail(new Error(`It is no file, but of the type ${info.type}.`))
    if (Number(info.size) > maxSize) return yield* fail(new Error("It is too large."))
    if (isSecret && (info.mode & 0o077) !== 0 && !isWindows(path) && !warned.has(file)) {
      warned.add(file)
      yield* Effect.logWarning(
        `Other users of this computer may read ${shown}, which holds a secret key. Run: chmod 600 ${shown}`
      )
    }
    const bytes = yield* Effect.mapError(fs.readFile(file), fail)
    return yield* Effect.try({
      try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
      catch: () => fail(new Error("It is not UTF-8."))
    })
  })
})
