import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Random } from "effect"
import * as ResultFiles from "../../../src/files/ResultFiles.ts"
import { glb } from "../samples.ts"
import { answering, done, id, list, only, onFake, read, sized, withDirectory, write } from "../support.ts"

const model = glb(1000)
const job = done({ type: "GLB", url: "https://a.example/" })

/** A storage that has one version of the model, and remembers what was asked of it. */
const storage = (ranges: Array<string | null> = []) =>
  answering((request) => {
    const range = request.headers.get("range")
    ranges.push(range)
    const start = Number(/^bytes=([0-9]+)-$/.exec(range ?? "")?.[1] ?? 0)
    if (start === 0 || request.headers.get("if-range") !== `"v1"`) return sized(model, { etag: `"v1"` })
    return new Response(Uint8Array.from(model.subarray(start)), {
      status: 206,
      headers: { etag: `"v1"`, "content-range": `bytes ${start}-${model.length - 1}/${model.length}` }
    })
  })

describe("parts", () => {
  it.effect("that others left are resumed from the longest one, and all removed when the file is whole", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        write(directory, `${id}-glb.v1.part`, model.subarray(0, 100))
        write(directory, `${id}-glb.v1.abc.part`, model.subarray(0, 300))
        write(directory, `${id}-glb.v1.xyz.part`, model.subarray(0, 200))
        write(directory, `${id}-glb..abc.part`, model.subarray(0, 900))
        write(directory, `${id}-glb-2.v1.abc.part`, model)
        const ranges: Array<string | null> = []
        yield* ResultFiles.download(job, directory).pipe(Effect.provide(storage(ranges)))
        assert.deepStrictEqual(ranges, ["bytes=300-"])
        assert.deepStrictEqual(list(directory), [`${id}-glb-2.v1.abc.part`, `${id}-glb.glb`])
        assert.deepStrictEqual(read(NodePath.join(directory, `${id}-glb.glb`)), model)
      })
    )
  )

  it.effect("never are what a link leads to", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const mine = model.subarray(0, 500)
        write(directory, "mine", mine)
        const names = [`${id}-glb.part`, `${id}-glb.v1.part`, `${id}-glb.v1.abc.part`, `${id}-glb..abc.part`]
        for (const name of names) NodeFs.symlinkSync(NodePath.join(directory, "mine"), NodePath.join(directory, name))
        const ranges: Array<string | null> = []
        const file = only(yield* ResultFiles.download(job, directory).pipe(Effect.provide(storage(ranges))))
        assert.deepStrictEqual(read(file.path), model)
        assert.deepStrictEqual(ranges, [null])
        assert.deepStrictEqual(read(NodePath.join(directory, "mine")), mine)
      })
    )
  )

  it.effect("do not replace what a link with the file's own name leads to", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        write(directory, "mine", "mine")
        NodeFs.symlinkSync(NodePath.join(directory, "mine"), NodePath.join(directory, `${id}-glb.glb`))
        const file = only(yield* ResultFiles.download(job, directory).pipe(Effect.provide(storage())))
        assert.isFalse(file.kept)
        assert.isTrue(NodeFs.lstatSync(file.path).isFile())
        assert.strictEqual(NodeFs.readFileSync(NodePath.join(directory, "mine"), "utf8"), "mine")
      })
    )
  )

  it.effect("of four downloads at the same time do not disturb each other", () =>
    onFake(
      Effect.fnUntraced(function* ({ job, directory }) {
        for (const overwrite of [false, true, true, true]) {
          const all = yield* Effect.all(
            Array.from({ length: 4 }, () => ResultFiles.download(job, directory, { overwrite, previews: true })),
            { concurrency: "unbounded" }
          )
          for (const files of all) {
            for (const file of files) assert.strictEqual(read(file.path).length, file.size)
          }
          assert.deepStrictEqual(list(directory), [`${id}-glb-preview.png`, `${id}-glb.glb`])
        }
      })
    )
  )

  it.effect("have names of their own where random numbers repeat", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const all = yield* Effect.all(
          Array.from({ length: 4 }, () => Random.withSeed(ResultFiles.download(job, directory), "same")),
          { concurrency: "unbounded" }
        )
        for (const files of all) assert.deepStrictEqual(read(only(files).path), model)
        assert.deepStrictEqual(list(directory), [`${id}-glb.glb`])
      })
    ).pipe(Effect.provide(storage()))
  )
})
