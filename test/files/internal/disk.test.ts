import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, PlatformError } from "effect"
import * as fc from "fast-check"
import type * as DownloadError from "../../../src/files/DownloadError.ts"
import { makeWriter } from "../../../src/files/internal/disk.ts"
import * as ResultFiles from "../../../src/files/ResultFiles.ts"
import { property } from "../../support/property.ts"
import { list, onFake, read, reasonOf, withDirectory } from "../support.ts"

const failing = (
  change: (fs: FileSystem.FileSystem) => Partial<FileSystem.FileSystem>,
  check: (error: DownloadError.DownloadError, directory: string) => void
) =>
  onFake(
    Effect.fnUntraced(function* ({ job, directory }) {
      const fs = yield* FileSystem.FileSystem
      const error = yield* Effect.flip(ResultFiles.download(job, directory)).pipe(
        Effect.provideService(FileSystem.FileSystem, FileSystem.FileSystem.of({ ...fs, ...change(fs) }))
      )
      assert.strictEqual(reasonOf(error), "Disk")
      assert.isFalse(error.isRetryable)
      check(error, directory)
    })
  )

const trouble = (_tag: PlatformError.SystemErrorTag, code: string) =>
  Effect.fail(
    PlatformError.systemError({
      module: "FileSystem",
      method: "test",
      _tag,
      cause: Object.assign(new Error(`${code}: it does not work`), { code })
    })
  )

describe("a disk", () => {
  it.effect("that is full is an error with the path", () =>
    failing(
      (fs) => ({
        open: (path, options) =>
          Effect.map(fs.open(path, options), (file) => ({
            ...file,
            stat: file.stat,
            sync: file.sync,
            seek: file.seek.bind(file),
            readAlloc: file.readAlloc.bind(file),
            writeAll: () => trouble("Unknown", "ENOSPC")
          }))
      }),
      (error, directory) => {
        assert.match(
          error.message,
          /-glb: Cannot use .*\.part: the disk is full\. Free some space, then download again/
        )
        assert.include(error.message, directory)
        assert.deepStrictEqual(list(directory), [])
      }
    )
  )

  it.effect("that denies access is an error with the path", () =>
    failing(
      () => ({ rename: () => trouble("PermissionDenied", "EACCES") }),
      (error) => assert.match(error.message, /-glb\.glb: access was denied/)
    )
  )

  it.effect("that fails in another way is an error with its own words", () =>
    failing(
      () => ({ readDirectory: () => trouble("Unknown", "EIO") }),
      (error) => assert.match(error.message, /: EIO: it does not work\. Correct this, then download again\./)
    )
  )

  it.effect("with a file where the directory should be is an error with the path", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory }) {
        const file = NodePath.join(directory, "file")
        NodeFs.writeFileSync(file, "")
        const { reason } = yield* Effect.flip(ResultFiles.download(job, file))
        assert.strictEqual(reason._tag === "Disk" ? reason.path : reason._tag, file)
      })
    )
  )
})

describe("a writer", () => {
  property(
    "writes all bytes in their order, in blocks that are full until it is flushed",
    [fc.array(fc.uint8Array({ maxLength: 20 })), fc.integer({ min: 1, max: 16 })],
    (pieces, blockSize) =>
      withDirectory((directory) =>
        Effect.gen(function* () {
          const fs = yield* FileSystem.FileSystem
          const path = NodePath.join(directory, "file")
          const file = yield* fs.open(path, { flag: "wx" })
          const { write, flush } = makeWriter(file, new Uint8Array(blockSize))
          for (const piece of pieces) yield* write(piece)
          const all = Buffer.concat(pieces)
          assert.strictEqual(read(path).length, all.length - (all.length % blockSize))
          yield* flush
          assert.isTrue(all.equals(read(path)))
        }).pipe(Effect.scoped)
      ),
    { runs: 30 }
  )
})
