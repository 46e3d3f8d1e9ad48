/** A disk in memory, shared by processes that take turns and die as a test says. */
import { Effect, FileSystem, Layer, Path, PlatformError } from "effect"
import { infoOf } from "./fileInfo.ts"

const failure = (_tag: PlatformError.SystemErrorTag, code: string) =>
  PlatformError.systemError({
    module: "FileSystem",
    method: "test",
    _tag,
    cause: Object.assign(new Error(`${code}: it does not work`), { code })
  })

const missing = failure("NotFound", "ENOENT")
const taken = failure("AlreadyExists", "EEXIST")
export const full = failure("Unknown", "ENOSPC")
export const denied = failure("PermissionDenied", "EPERM")
const dead = failure("Unknown", "EIO")

export interface Life {
  /** How many times it lets the others go first, before each of its steps in turn; then over again. */
  readonly yields: ReadonlyArray<number>
  /** The step in which it dies; a write is then cut off in the middle. */
  readonly diesAt?: number | undefined
}

const notUsed = Effect.die(new Error("not used"))

/** Takes a turn before each step of a process, and says whether the process dies in it. */
export const living = ({ diesAt = Infinity, yields }: Life) => {
  let step = 0
  return Effect.gen(function* () {
    for (let times = yields[step % yields.length] ?? 0; times > 0; times--) yield* Effect.yieldNow
    step += 1
    return { isLast: step === diesAt, isDead: step > diesAt }
  })
}

interface Inode {
  text: string
}

const decoder = new TextDecoder()

export const make = ({ links = true }: { readonly links?: boolean } = {}) => {
  const inodes = new Map<string, Inode>()

  /** The disk as one process sees it. */
  const layer = (life: Life): Layer.Layer<FileSystem.FileSystem | Path.Path> => {
    const turn = living(life)
    const step = <A>(work: (isLast: boolean) => Effect.Effect<A, PlatformError.PlatformError>) =>
      Effect.flatMap(turn, ({ isDead, isLast }) => (isDead ? Effect.fail(dead) : work(isLast)))
    const get = (path: string) => {
      const inode = inodes.get(path)
      return inode === undefined ? Effect.fail(missing) : Effect.succeed(inode)
    }
    const fileOf = (inode: Inode): FileSystem.File => ({
      [FileSystem.FileTypeId]: FileSystem.FileTypeId,
      stat: notUsed,
      seek: () => notUsed,
      read: () => notUsed,
      readAlloc: () => notUsed,
      truncate: () => notUsed,
      writeAll: () => notUsed,
      sync: step(() => Effect.void),
      write: (bytes) =>
        step((isLast) => {
          inode.text += decoder.decode(isLast ? bytes.subarray(0, bytes.length / 2) : bytes)
          return Effect.succeed(bytes.length)
        })
    })
    const Files = FileSystem.layerNoop({
      makeDirectory: () => step(() => Effect.void),
      open: (path, options) =>
        step(() => {
          const inode = inodes.get(path)
          if (inode !== undefined && options?.flag === "wx") return Effect.fail(taken)
          const opened = inode ?? { text: "" }
          if (options?.flag !== undefined) inodes.set(path, opened)
          return Effect.succeed(fileOf(opened))
        }),
      link: (from, to) =>
        step(() => {
          if (!links) return Effect.fail(denied)
          if (inodes.has(to)) return Effect.fail(taken)
          return Effect.map(get(from), (inode) => void inodes.set(to, inode))
        }),
      rename: (from, to) =>
        step(() =>
          Effect.map(get(from), (inode) => {
            inodes.set(to, inode)
            inodes.delete(from)
          })
        ),
      remove: (path) => step(() => Effect.sync(() => void inodes.delete(path))),
      stat: (path) => step(() => Effect.map(get(path), ({ text }) => infoOf("File", text.length))),
      readFileString: (path) => step(() => Effect.map(get(path), ({ text }) => text)),
      readDirectory: (directory) =>
        step(() =>
          Effect.sync(() =>
            [...inodes.keys()].flatMap((path) =>
              path.startsWith(`${directory}/`) ? [path.slice(directory.length + 1)] : []
            )
          )
        )
    })
    return Layer.merge(Files, Path.layer)
  }

  return { layer, texts: () => new Map([...inodes].map(([path, { text }]) => [path, text])) }
}
