import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, FileSystem, Latch } from "effect"
import * as Zip from "effect/encoding/Zip"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as ResultFiles from "../../../src/files/ResultFiles.ts"
import { property } from "../../support/property.ts"
import { inVirtualTime } from "../../support/virtualTime.ts"
import { png, rawArchive, rawZip, usdz, zip } from "../samples.ts"
import { answering, done, everything, id, list, only, read, receive, sized, withDirectory } from "../support.ts"

const unpack = (bytes: Uint8Array, options?: ResultFiles.Options) =>
  receive(bytes, { type: "OBJ" }, { ...options, unpack: true })

const refusedFor = (bytes: Uint8Array, why: RegExp, options?: ResultFiles.Options) =>
  Effect.gen(function* () {
    const { result, all } = yield* unpack(bytes, options)
    if (typeof result === "string") return assert.fail(`unpacked ${all}`)
    assert.match(result.message, why)
    assert.deepStrictEqual(all, [`${id}-obj.zip`])
  })

const model = await Effect.runPromise(
  zip(
    Zip.directory("textures"),
    Zip.file("model.obj", "mtllib model.mtl\n".repeat(1000)),
    Zip.file("textures/a.png", png, { method: "Store" }),
    Zip.file("./b//c.txt", "c")
  )
)
const small = await Effect.runPromise(
  zip(Zip.file("a.txt", "abc".repeat(100)), Zip.file("d/b.txt", "b", { method: "Store" }))
)
const modelFiles = ["b/c.txt", "model.obj", "textures/a.png"]

/** Downloads an archive into a directory, as often as it is run. */
const downloadTo = (directory: string, bytes: Uint8Array, options?: ResultFiles.Options) =>
  ResultFiles.download(done({ type: "OBJ", url: "https://a.example/" }), directory, options).pipe(
    Effect.provide(answering(() => sized(bytes))),
    Effect.map(only)
  )

describe("an archive", () => {
  it.effect("is unpacked beside itself, and not again", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const file = yield* downloadTo(directory, model, { unpack: true })
        const unpacked = NodePath.join(directory, `${id}-obj`)
        assert.strictEqual(file.unpacked, unpacked)
        assert.deepStrictEqual(list(directory), [`${id}-obj`, `${id}-obj.zip`])
        assert.deepStrictEqual(everything(unpacked), modelFiles)
        assert.strictEqual(read(NodePath.join(unpacked, "model.obj")).length, 17_000)
        assert.strictEqual(NodeFs.statSync(unpacked).mode & 0o055, 0o055)

        NodeFs.writeFileSync(NodePath.join(unpacked, "mine.txt"), "mine")
        assert.deepStrictEqual(yield* downloadTo(directory, model, { unpack: true }), { ...file, kept: true })
        assert.include(list(unpacked), "mine.txt")
      })
    )
  )

  it.effect("is unpacked later when it was only downloaded before, and anew with overwrite", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        yield* downloadTo(directory, model)
        assert.deepStrictEqual(list(directory), [`${id}-obj.zip`])
        const file = yield* downloadTo(directory, model, { unpack: true })
        assert.isTrue(file.kept)
        NodeFs.writeFileSync(NodePath.join(file.unpacked ?? "", "mine.txt"), "mine")
        yield* downloadTo(directory, model, { unpack: true, overwrite: true })
        assert.deepStrictEqual(everything(file.unpacked ?? ""), modelFiles)
        assert.deepStrictEqual(list(directory), [`${id}-obj`, `${id}-obj.zip`])
      })
    )
  )

  it.effect("is unpacked where an empty directory or a file has the name", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const unpacked = NodePath.join(directory, `${id}-obj`)
        NodeFs.mkdirSync(unpacked)
        yield* downloadTo(directory, model, { unpack: true })
        assert.deepStrictEqual(everything(unpacked), modelFiles)
        NodeFs.rmSync(unpacked, { recursive: true })
        NodeFs.writeFileSync(unpacked, "")
        yield* downloadTo(directory, model, { unpack: true })
        assert.deepStrictEqual(everything(unpacked), modelFiles)
      })
    )
  )

  it.effect("is unpacked as a whole by four downloads at the same time", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        for (const overwrite of [false, true]) {
          const files = yield* Effect.all(
            Array.from({ length: 4 }, () => downloadTo(directory, model, { unpack: true, overwrite })),
            { concurrency: "unbounded" }
          )
          for (const { unpacked } of files) assert.deepStrictEqual(everything(unpacked ?? ""), modelFiles)
          assert.deepStrictEqual(list(directory), [`${id}-obj`, `${id}-obj.zip`])
        }
      })
    )
  )

  it.effect("that is a USDZ stays one file", () =>
    Effect.gen(function* () {
      const { all } = yield* receive(usdz, { type: "USDZ" }, { unpack: true })
      assert.deepStrictEqual(all, [`${id}-usdz.usdz`])
    })
  )

  it.effect("is refused for the path of one entry, and then leaves nothing of the others", () =>
    Effect.gen(function* () {
      yield* refusedFor(rawZip("fine.txt", "../x"), /the path "..\/x" leads out of the archive/)
      yield* refusedFor(rawZip("fine.txt", "con"), /the path "con" is not a valid name on every system/)
      yield* refusedFor(rawZip("a", "a"), /the path "a" occurs twice/)
    })
  )

  it.effect("is refused when an entry is a symbolic link", () =>
    refusedFor(rawArchive([{ name: "link", content: "/etc", mode: 0o120777 }]), /"link" is a symbolic link/)
  )

  it.effect("is refused when a directory has bytes", () => refusedFor(rawZip("d/"), /the directory "d\/" has bytes/))

  it.effect("is refused when it unpacks to too much", () =>
    Effect.gen(function* () {
      const bomb = yield* zip(...[1, 2, 3].map((n) => Zip.file(`${n}`, new Uint8Array(6 * 1024 * 1024))))
      assert.isBelow(bomb.length, 30_000)
      yield* refusedFor(bomb, /more than 100 times its size/)
      yield* refusedFor(bomb, /larger than 1 ?MiB/, { maxSize: "1 MiB" })
    })
  )

  it.effect("leaves nothing of its unpacking when that is interrupted", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const reached = yield* Latch.make()
        const stuck = FileSystem.FileSystem.of({
          ...fs,
          open: (path, options) =>
            path.endsWith("a.png") ? Effect.andThen(reached.open, Effect.never) : fs.open(path, options)
        })
        const fiber = yield* downloadTo(directory, model, { unpack: true }).pipe(
          Effect.provideService(FileSystem.FileSystem, stuck),
          Effect.forkChild
        )
        yield* reached.await
        assert.lengthOf(list(directory), 2)
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(list(directory), [`${id}-obj.zip`])
      })
    )
  )

  const wholeOrRefused = (bytes: Uint8Array) =>
    inVirtualTime(unpack(bytes)).pipe(
      Effect.provide(TestClock.layer()),
      Effect.map(({ result, all }) => {
        if (typeof result === "string") return
        assert.include(["InvalidArchive", "MalformedResponse", "UnexpectedContent"], result._tag)
        assert.isFalse(all.some((name) => name.startsWith(`${id}-obj/`) || name.includes("unpacking")))
      })
    )

  property(
    "that is broken in any place is unpacked as a whole or refused",
    [fc.nat(small.length - 1), fc.integer({ min: 1, max: 255 })],
    (at, mask) => wholeOrRefused(small.map((byte, i) => (i === at ? byte ^ mask : byte))),
    { runs: 20 }
  )

  property(
    "that lacks bytes before its end is unpacked as a whole or refused",
    [fc.nat(small.length - 1)],
    (length) => wholeOrRefused(Uint8Array.from([...small.subarray(0, length), ...small.subarray(-22)])),
    { runs: 20 }
  )
})
