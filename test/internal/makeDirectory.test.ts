import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { makeDirectory } from "../../src/internal/makeDirectory.ts"

const inTemporaryDirectory = <A, E, R>(use: (directory: string, fs: FileSystem.FileSystem) => Effect.Effect<A, E, R>) =>
  FileSystem.FileSystem.use((fs) =>
    Effect.flatMap(fs.makeTempDirectoryScoped(), (directory) => use(directory, fs))
  ).pipe(Effect.provide(NodeServices.layer))

const tagOf = (directory: string) => Effect.map(Effect.flip(makeDirectory(directory)), ({ reason }) => reason._tag)

describe("a directory", () => {
  it.live("is made with its parents, and may be there already", () =>
    inTemporaryDirectory((directory, fs) =>
      Effect.gen(function* () {
        for (const path of [`${directory}/a/b/c`, `${directory}/a/b/c`, `${directory}/a/d/`, ".", "/"]) {
          yield* makeDirectory(path)
          assert.strictEqual((yield* fs.stat(path)).type, "Directory")
        }
      })
    )
  )

  it.live("is a link to one as well", () =>
    inTemporaryDirectory((directory, fs) =>
      Effect.gen(function* () {
        yield* fs.symlink(directory, `${directory}/link`)
        yield* makeDirectory(`${directory}/link`)
        yield* makeDirectory(`${directory}/link/a`)
        assert.isTrue(yield* fs.exists(`${directory}/a`))
      })
    )
  )

  it.live("is made once by several who make it at the same time", () =>
    inTemporaryDirectory((directory) =>
      Effect.all(
        Array.from({ length: 20 }, () => makeDirectory(`${directory}/a/b/c/d`)),
        { concurrency: "unbounded" }
      )
    )
  )

  it.live("is not made in the place of a file, of a link that leads nowhere, or below them", () =>
    inTemporaryDirectory((directory, fs) =>
      Effect.gen(function* () {
        yield* fs.writeFileString(`${directory}/file`, "")
        yield* fs.symlink(`${directory}/nowhere`, `${directory}/link`)
        assert.strictEqual(yield* tagOf(`${directory}/file`), "AlreadyExists")
        assert.strictEqual(yield* tagOf(`${directory}/file/a`), "BadResource")
        assert.strictEqual(yield* tagOf(`${directory}/link`), "AlreadyExists")
        assert.strictEqual(yield* tagOf(`${directory}/link/a`), "AlreadyExists")
      })
    )
  )

  it.live("fails where nothing can be made, instead of trying for ever", () =>
    inTemporaryDirectory(() =>
      Effect.gen(function* () {
        yield* tagOf("/proc/a")
        yield* tagOf("/proc/a/b/c")
        assert.strictEqual(yield* tagOf(""), "NotFound")
      })
    )
  )
})
