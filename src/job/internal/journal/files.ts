/**
 * A directory with one file an entry, `<id>.jsonl`, one line a part.
 *
 * A file is written beside its place, brought to the disk, and then linked to its
 * place. A hard link is the one step that is whole, and fails when something is there.
 * A part is one line more, in one write at the end of the file, so that processes that
 * add at the same time do not write over each other. The line of a ticket needs no new
 * file and no new block: a disk that fills up while the job is submitted still keeps it.
 *
 * **Gotchas**
 *
 * - A line begins with a line end, since the line before it may be cut off.
 * - A file system without hard links (Azure Files, exFAT) gets an empty file first, and
 *   the whole one takes its place. A process that dies between the two leaves the empty
 *   one, which is reported as unreadable. Nothing was submitted then.
 * - A process that is killed while it begins an entry can leave a file `.<id>.….tmp`.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as PlatformError from "effect/PlatformError"
import * as Random from "effect/Random"
import { makeDirectory } from "../../../internal/makeDirectory.ts"
import { type Store, StoreError } from "./store.ts"

const extension = ".jsonl"

// An entry has less than a kilobyte, and what is larger is none.
const maxSize = 1024 * 1024

const has =
  (...tags: ReadonlyArray<string>) =>
  (error: PlatformError.PlatformError): boolean =>
    tags.includes(error.reason._tag)

const encoder = new TextEncoder()

/** Writes a text in one write, and returns when it is on the disk. */
const write = (path: string, flag: "wx" | "a", text: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const file = yield* fs.open(path, { flag, mode: 0o600 })
    const bytes = encoder.encode(text)
    const written = yield* file.write(bytes)
    if (written < bytes.length) {
      return yield* Effect.fail(
        PlatformError.systemError({
          _tag: "WriteZero",
          module: "FileSystem",
          method: "write",
          pathOrDescriptor: path,
          description: "the disk took a part of it only"
        })
      )
    }
    yield* file.sync
  }).pipe(Effect.scoped)

/** Brings the names in a directory to the disk, where that can be done: the entry is there, and is read, without it. */
const syncDirectory = (directory: string) =>
  FileSystem.FileSystem.use((fs) => Effect.flatMap(fs.open(directory), (opened) => opened.sync)).pipe(
    Effect.scoped,
    Effect.ignore
  )

/** Gives a whole file its place, and says whether the place was free. */
const take = (temporary: string, place: string) =>
  FileSystem.FileSystem.use((fs) =>
    fs.link(temporary, place).pipe(
      Effect.catchIf(
        (error) => !has("AlreadyExists")(error),
        () => Effect.andThen(write(place, "wx", ""), fs.rename(temporary, place))
      ),
      Effect.as(true),
      Effect.catchIf(has("AlreadyExists"), () => Effect.succeed(false))
    )
  )

const create = Effect.fnUntraced(function* (directory: string, id: string, part: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  yield* makeDirectory(directory, 0o700)
  const random = yield* Random.nextIntBetween(36 ** 7, 36 ** 8 - 1)
  const { epochMilliseconds } = yield* DateTime.now
  const temporary = path.join(directory, `.${id}.${epochMilliseconds}-${random.toString(36)}.tmp`)
  const created = yield* write(temporary, "wx", `${part}\n`).pipe(
    Effect.andThen(take(temporary, path.join(directory, `${id}${extension}`))),
    Effect.ensuring(Effect.ignore(fs.remove(temporary, { force: true })))
  )
  if (created) yield* syncDirectory(directory)
  return created
})

const read = Effect.fnUntraced(function* (place: string) {
  const fs = yield* FileSystem.FileSystem
  const { size, type } = yield* fs.stat(place)
  // Reading a pipe never ends.
  if (type !== "File" || Number(size) > maxSize) return []
  return (yield* fs.readFileString(place)).split("\n").filter((line) => line.trim() !== "")
})

/** A store in a directory, which is made when the first entry is. */
export const make = (
  directory: Effect.Effect<string, StoreError>
): Effect.Effect<Store, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const services = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
    const path = yield* Path.Path
    const inDirectory = <A>(
      use: (directory: string) => Effect.Effect<A, PlatformError.PlatformError, FileSystem.FileSystem | Path.Path>
    ): Effect.Effect<A, StoreError> =>
      Effect.flatMap(directory, (place) =>
        use(place).pipe(
          Effect.mapError((cause) => new StoreError({ place, cause })),
          Effect.provide(services)
        )
      )
    const fileOf = (directory: string, id: string) => path.join(directory, `${id}${extension}`)
    return {
      place: (id) => `${id}${extension}`,
      create: (id, part) => inDirectory((directory) => create(directory, id, part)),
      put: (id, _name, part) => inDirectory((directory) => write(fileOf(directory, id), "a", `\n${part}\n`)),
      read: (id) =>
        inDirectory((directory) =>
          Effect.catchIf(read(fileOf(directory, id)), has("NotFound"), () => Effect.succeed(undefined))
        ),
      ids: inDirectory((directory) =>
        FileSystem.FileSystem.use((fs) => fs.readDirectory(directory)).pipe(
          Effect.map((names) =>
            names.flatMap((name) => (name.endsWith(extension) ? [name.slice(0, -extension.length)] : []))
          ),
          Effect.catchIf(has("NotFound"), () => Effect.succeed([]))
        )
      ),
      remove: (id) =>
        inDirectory((directory) => FileSystem.FileSystem.use((fs) => fs.remove(fileOf(directory, id), { force: true })))
    }
  })
