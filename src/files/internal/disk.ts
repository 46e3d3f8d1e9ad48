/** What the files of a download share of the disk: its errors, and reading and writing some bytes of a file. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as PlatformError from "effect/PlatformError"
import * as Stream from "effect/Stream"
import { Disk } from "../DownloadError.ts"

/** Names the path in a failure. */
export const onDisk = <A, R>(path: string, effect: Effect.Effect<A, PlatformError.PlatformError, R>) =>
  Effect.mapError(effect, (cause) => new Disk({ path, cause }))

const has =
  (tag: PlatformError.SystemErrorTag) =>
  (cause: unknown): boolean =>
    PlatformError.isPlatformError(cause) && cause.reason._tag === tag

/** Whether a failure is that nothing is there. */
export const isMissing = has("NotFound")

/** Whether a failure is that something is there. */
export const isTaken = has("AlreadyExists")

/** What stands at a path; undefined when nothing does. Follows links. */
export const statOf = (path: string) =>
  FileSystem.FileSystem.use((fs) =>
    onDisk(
      path,
      Effect.catchIf(fs.stat(path), isMissing, () => Effect.succeed(undefined))
    )
  )

/** Reads some bytes of a file; fewer where it ends before. */
export const read = (path: string) => (offset: number, length: number) =>
  FileSystem.FileSystem.use((fs) => Stream.mkUint8Array(fs.stream(path, { offset, bytesToRead: length })))

const blockSize = 1024 * 1024

/** What a writer gathers bytes in. */
export const makeBlock = () => new Uint8Array(blockSize)

/**
 * Makes what appends bytes to a file, a block at a time: one large write costs less than many small ones, and a block
 * that is used again leaves no garbage. What does not fill a block waits for more, or for `flush`.
 */
export const makeWriter = (file: FileSystem.File, block: Uint8Array) => {
  let filled = 0
  const flush = Effect.suspend(() => {
    const bytes = block.subarray(0, filled)
    filled = 0
    return bytes.length === 0 ? Effect.void : file.writeAll(bytes)
  })
  const write = Effect.fnUntraced(function* (bytes: Uint8Array) {
    for (let at = 0; at < bytes.length;) {
      const piece = bytes.subarray(at, at + block.length - filled)
      block.set(piece, filled)
      filled += piece.length
      at += piece.length
      if (filled === block.length) yield* flush
    }
  })
  return { write, flush }
}
