/** A disk in memory, which outlives the processes that use it. Each life sees it through a `FileSystem` of its own. */
import { Effect, FileSystem, Layer, Option, Path, PlatformError } from "effect"
import { infoOf } from "../support/fileInfo.ts"
import { type Life, step } from "./life.ts"

const failure = (_tag: PlatformError.SystemErrorTag, code: string) =>
  PlatformError.systemError({
    module: "FileSystem",
    method: "simulated",
    _tag,
    cause: Object.assign(new Error(`${code}: simulated`), { code })
  })

const missing = Effect.fail(failure("NotFound", "ENOENT"))
const taken = Effect.fail(failure("AlreadyExists", "EEXIST"))
const full = Effect.fail(failure("Unknown", "ENOSPC"))

interface Inode {
  bytes: Uint8Array
}

const resized = (bytes: Uint8Array, size: number) => {
  const other = new Uint8Array(size)
  other.set(bytes.subarray(0, size))
  return other
}

/** An open file: where it is read and written, whatever its name has become. */
const fileOf = (inode: Inode, life: Life, appends: boolean, isFull: () => boolean): FileSystem.File => {
  let position = 0
  const put = (bytes: Uint8Array) => {
    if (appends) position = inode.bytes.length
    if (position + bytes.length > inode.bytes.length) inode.bytes = resized(inode.bytes, position + bytes.length)
    inode.bytes.set(bytes, position)
    position += bytes.length
  }
  const write = (bytes: Uint8Array) =>
    // A write in which the process dies is cut off in the middle.
    Effect.andThen(
      step(life, () => put(bytes.subarray(0, bytes.length >> 1))),
      Effect.suspend(() => {
        if (isFull()) return full
        put(bytes)
        return Effect.succeed(bytes.length)
      })
    )
  const take = (size: number, from: number) => inode.bytes.slice(from, from + size)
  return {
    [FileSystem.FileTypeId]: FileSystem.FileTypeId,
    stat: Effect.sync(() => infoOf("File", inode.bytes.length)),
    seek: (offset, from) =>
      Effect.sync(() => {
        position = Number(offset) + (from === "start" ? 0 : position)
        return BigInt(position)
      }),
    sync: step(life),
    read: (buffer, options) =>
      Effect.sync(() => {
        const bytes = take(buffer.length, Number(options?.position ?? position))
        buffer.set(bytes)
        if (options?.position === undefined) position += bytes.length
        return bytes.length
      }),
    readAlloc: (size, options) =>
      Effect.sync(() => {
        const bytes = take(size, Number(options?.position ?? position))
        if (options?.position === undefined) position += bytes.length
        return bytes.length === 0 ? Option.none() : Option.some(bytes)
      }),
    truncate: (size = 0) =>
      Effect.map(step(life), () => {
        inode.bytes = resized(inode.bytes, size)
      }),
    write,
    writeAll: (bytes) => Effect.asVoid(write(bytes))
  }
}

/** What may happen in each operation, as the seed draws it. */
interface Chances {
  /** Whether a write finds the disk full. */
  readonly isFull: () => boolean
  /** Whether other processes come in between. */
  readonly isSlow: () => boolean
}

export interface Disk {
  readonly layer: (life: Life, chances: Chances) => Layer.Layer<FileSystem.FileSystem | Path.Path>
  readonly files: ReadonlyMap<string, { readonly bytes: Uint8Array }>
}

const parentOf = (path: string) => path.slice(0, Math.max(1, path.lastIndexOf("/")))

export const make = (): Disk => {
  const files = new Map<string, Inode>()
  const directories = new Set(["/"])

  const get = (path: string) => {
    const inode = files.get(path)
    return inode === undefined ? missing : Effect.succeed(inode)
  }

  const entriesOf = (directory: string): ReadonlyArray<FileSystem.DirectoryEntry> =>
    [
      ...[...directories].map((path) => ({ path, type: "Directory" as const })),
      ...[...files.keys()].map((path) => ({ path, type: "File" as const }))
    ].flatMap(({ path, type }) =>
      parentOf(path) === directory && path !== "/" ? [{ name: path.slice(path.lastIndexOf("/") + 1), type }] : []
    )

  const opened = (path: string, flag: FileSystem.OpenFlag) => {
    if (directories.has(path)) return Effect.succeed<Inode>({ bytes: new Uint8Array() })
    const inode = files.get(path)
    if (inode === undefined && (flag === "r" || flag === "r+" || !directories.has(parentOf(path)))) return missing
    if (inode !== undefined && flag.includes("x")) return taken
    const made = inode ?? { bytes: new Uint8Array() }
    if (flag.startsWith("w")) made.bytes = new Uint8Array()
    files.set(path, made)
    return Effect.succeed(made)
  }

  const filesOf = (life: Life, { isFull, isSlow }: Chances): Partial<FileSystem.FileSystem> => {
    const then = <A>(work: () => Effect.Effect<A, PlatformError.PlatformError>) =>
      Effect.suspend(() => (isSlow() ? Effect.yieldNow : Effect.void)).pipe(
        Effect.andThen(step(life)),
        Effect.andThen(Effect.suspend(work))
      )
    const listed = (path: string) => then(() => (directories.has(path) ? Effect.sync(() => entriesOf(path)) : missing))
    return {
      makeDirectory: (path) =>
        then(() => {
          if (directories.has(path) || files.has(path)) return taken
          if (!directories.has(parentOf(path))) return missing
          directories.add(path)
          return Effect.void
        }),
      stat: (path) =>
        then(() =>
          directories.has(path)
            ? Effect.succeed(infoOf("Directory", 0))
            : Effect.map(get(path), ({ bytes }) => infoOf("File", bytes.length))
        ),
      open: (path, { flag = "r" } = {}) =>
        Effect.acquireRelease(
          then(() => Effect.map(opened(path, flag), (inode) => fileOf(inode, life, flag.startsWith("a"), isFull))).pipe(
            Effect.tap(() => Effect.sync(() => (life.handles += 1)))
          ),
          () => Effect.sync(() => (life.handles -= 1))
        ),
      link: (from, to) =>
        then(() => (files.has(to) ? taken : Effect.map(get(from), (inode) => void files.set(to, inode)))),
      rename: (from, to) =>
        then(() =>
          Effect.map(get(from), (inode) => {
            files.delete(from)
            files.set(to, inode)
          })
        ),
      remove: (path, options) => then(() => (files.delete(path) || options?.force === true ? Effect.void : missing)),
      readFile: (path) => then(() => Effect.map(get(path), ({ bytes }) => bytes.slice())),
      readDirectory: (path) => Effect.map(listed(path), (entries) => entries.map(({ name }) => name)),
      readDirectoryEntries: listed
    }
  }

  return {
    files,
    layer: (life, chances) =>
      Layer.merge(
        Layer.succeed(
          FileSystem.FileSystem,
          FileSystem.make({ ...FileSystem.makeNoop({}), ...filesOf(life, chances) })
        ),
        Path.layer
      )
  }
}
