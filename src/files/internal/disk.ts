/** What the files of a download share of the disk: its errors, and reading some bytes of a file. */
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
