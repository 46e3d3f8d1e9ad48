import * as NodePath from "node:path"
import { deflateRawSync } from "node:zlib"
import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Fiber, FileSystem, Latch, PlatformError, Stream } from "effect"
import * as Zip from "effect/encoding/Zip"
import * as fc from "fast-check"
import { openArchive } from "../../../src/files/internal/archive.ts"
import { property } from "../../support/property.ts"
import { rawArchive, rawZip, zip } from "../samples.ts"
import { withDirectory, write } from "../support.ts"

/** What is in an archive, by its paths. */
const contents = (bytes: Uint8Array) =>
  withDirectory((directory) =>
    Effect.gen(function* () {
      write(directory, "a.zip", bytes)
      const { entries, read } = yield* openArchive(NodePath.join(directory, "a.zip"), bytes.length)
      const found: Record<string, string> = {}
      for (const entry of entries) {
        const pieces: Array<Buffer> = []
        yield* read(entry, (piece) => Effect.sync(() => pieces.push(Buffer.from(piece))))
        found[entry.path] = Buffer.concat(pieces).toString("latin1")
      }
      return found
    })
  )

const refusedFor = (bytes: Uint8Array, why: RegExp) =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(contents(bytes))
    assert.strictEqual(error._tag, "InvalidArchive")
    assert.match(error.message, why)
  })

/** The archive with other bytes at a distance from the nth place where a signature stands. */
const patched = (bytes: Uint8Array, signature: string, nth: number, distance: number, by: string) => {
  const copy = Buffer.from(bytes)
  let at = -1
  for (let i = 0; i <= nth; i++) at = copy.indexOf(signature, at + 1, "latin1")
  copy.write(by, at + distance, "latin1")
  return new Uint8Array(copy)
}

const local = "PK\u0003\u0004"
const record = "PK\u0001\u0002"
const end = "PK\u0005\u0006"

const small = await Effect.runPromise(
  zip(Zip.file("a.txt", "abc".repeat(100)), Zip.file("d/b.txt", "b", { method: "Store" }), Zip.directory("e"))
)
const smallContents = { "a.txt": "abc".repeat(100), "d/b.txt": "b", "e/": "" }

describe("an archive", () => {
  it.effect("gives its directories, and its files stored or deflated", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* contents(small), smallContents)
      assert.deepStrictEqual(yield* contents(yield* zip()), {})
    })
  )

  it.effect("gives files of many pieces, whose sizes follow their data", () =>
    Effect.gen(function* () {
      const large = Buffer.from(Uint8Array.from({ length: 700_000 }, (_, i) => (i * i) >> 7))
      const body = Stream.make(large.subarray(0, 300_000), large.subarray(300_000))
      const archive = yield* zip(
        Zip.fileStream("deflated", body),
        Zip.fileStream("stored", body, { method: "Store", size: large.length })
      )
      const found = yield* contents(archive)
      assert.deepStrictEqual(Object.keys(found), ["deflated", "stored"])
      for (const content of Object.values(found)) assert.isTrue(content === large.toString("latin1"))
    })
  )

  it.effect("has paths in UTF-8, with or without the flag that says so, and else in CP437", () =>
    Effect.gen(function* () {
      const archive = rawArchive([
        { name: "模型.obj" },
        { name: "贴图.png", flags: 0 },
        { name: Uint8Array.of(0x81, 0x2e, 0x61), flags: 0 }
      ])
      assert.deepStrictEqual(Object.keys(yield* contents(archive)), ["模型.obj", "贴图.png", "ü.a"])
    })
  )

  it.effect("is refused when an entry is encrypted", () =>
    Effect.gen(function* () {
      yield* refusedFor(rawArchive([{ name: "secret", flags: 0x0801 }]), /"secret" is encrypted/)
      yield* refusedFor(rawArchive([{ name: "secret", flags: 0x0841 }]), /strong encryption is not supported/)
    })
  )

  it.effect("is refused when an entry is compressed by another method than deflate", () =>
    refusedFor(rawArchive([{ name: "a", method: 9 }]), /"a" is compressed by a method that is not supported \(9\)/)
  )

  it.effect("is refused when entries share bytes, as those of a bomb do", () =>
    refusedFor(patched(rawZip("a", "b"), record, 1, 42, "\0"), /"b" overlaps another entry/)
  )

  it.effect("is refused when an entry has one name in the directory and another one before its data", () =>
    refusedFor(patched(rawZip("a"), local, 0, 30, "b"), /"a" has another name too/)
  )

  it.effect("is refused when it has too many entries, or more than it says", () =>
    Effect.gen(function* () {
      const many = rawZip(...Array.from({ length: 10_001 }, () => "d/"))
      yield* refusedFor(many, /it has more than 10000 entries/)
      yield* refusedFor(patched(rawZip("a", "b"), end, 0, 10, "\u0001"), /it has more entries than it says/)
    })
  )

  it.effect("is refused when its directory would fill the memory", () =>
    refusedFor(
      new Uint8Array(Buffer.concat([Buffer.alloc(17 * 1024 * 1024), Buffer.from(end.padEnd(22, "\0"), "latin1")])),
      /its directory is larger than 16 MiB/
    )
  )

  it.effect(
    "is refused when the data of an entry has another size or checksum than it says, or does not end with it",
    () =>
      Effect.gen(function* () {
        const why = /the data of "a" is damaged/
        const data = deflateRawSync("abc")
        const deflated = (given: Uint8Array, content = "abc") =>
          rawArchive([{ name: "a", content, data: given, method: 8 }])
        assert.deepStrictEqual(yield* contents(deflated(data)), { a: "abc" })
        for (const content of ["ab", "abd", "abcd"]) yield* refusedFor(deflated(data, content), why)
        yield* refusedFor(deflated(data.subarray(0, -1)), why)
        yield* refusedFor(deflated(Buffer.concat([data, Buffer.alloc(1)])), why)
        yield* refusedFor(deflated(Buffer.concat([data, Buffer.alloc(600_000)])), why)
        yield* refusedFor(rawArchive([{ name: "a", content: "ab", data }]), why)
      })
  )

  it.effect("is refused where the runtime has no zlib", () =>
    Effect.gen(function* () {
      const found = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined)
      yield* Effect.addFinalizer(() => Effect.sync(() => found.mockRestore()))
      yield* refusedFor(small, /this runtime has no zlib/)
    })
  )

  property(
    "that is broken in any place gives the same files or is refused",
    [fc.nat(small.length - 1), fc.integer({ min: 1, max: 255 })],
    (at, mask) =>
      Effect.gen(function* () {
        const broken = small.map((byte, i) => (i === at ? byte ^ mask : byte))
        const result = yield* Effect.catchTag(contents(broken), "InvalidArchive", () => Effect.undefined)
        if (result !== undefined) assert.deepStrictEqual(result, smallContents)
      }),
    { runs: 50 }
  )
})

describe("the file of an archive", () => {
  /** Opens and reads an archive whose nth read is another one, and tells how many files stay open. */
  const withRead = (nth: number, read: FileSystem.File["read"]) => {
    let reads = 0
    let open = 0
    const contentsOf = withDirectory((directory) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        write(directory, "a.zip", small)
        const other = FileSystem.FileSystem.of({
          ...fs,
          open: (path, options) =>
            Effect.gen(function* () {
              yield* Effect.acquireRelease(Effect.succeed(++open), () => Effect.sync(() => --open))
              const file = yield* fs.open(path, options)
              const own = file.read.bind(file)
              return Object.assign(file, {
                read: (...args: Parameters<typeof read>) => (++reads === nth ? read : own)(...args)
              })
            })
        })
        const archive = openArchive(NodePath.join(directory, "a.zip"), small.length)
        return yield* Effect.flatMap(archive, ({ entries, read }) =>
          Effect.forEach(entries, (entry) => read(entry, () => Effect.void))
        ).pipe(Effect.scoped, Effect.provideService(FileSystem.FileSystem, other))
      })
    )
    return { contentsOf, stillOpen: () => open }
  }

  it.effect("is named when it cannot be read", () =>
    Effect.gen(function* () {
      const trouble = PlatformError.systemError({ _tag: "Unknown", module: "FileSystem", method: "read" })
      for (let nth = 1; nth <= 12; nth++) {
        const error = yield* Effect.flip(withRead(nth, () => Effect.fail(trouble)).contentsOf)
        assert.strictEqual(error._tag, "Disk")
        assert.include(error.message, "a.zip")
      }
    })
  )

  it.effect("is closed when the reading is interrupted, wherever that is", () =>
    Effect.gen(function* () {
      for (let nth = 1; nth <= 12; nth++) {
        const reached = yield* Latch.make()
        const { contentsOf, stillOpen } = withRead(nth, () => Effect.andThen(reached.open, Effect.never))
        const fiber = yield* Effect.forkChild(contentsOf)
        yield* reached.await
        assert.strictEqual(stillOpen(), 1)
        yield* Fiber.interrupt(fiber)
        assert.strictEqual(stillOpen(), 0)
      }
    })
  )
})
