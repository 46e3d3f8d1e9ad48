import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { TestClock } from "effect/testing"
import { answering, start } from "./run.ts"

describe("hunyuan3d demo", () => {
  it.effect("shows the way from WAIT to DONE in under 10 seconds and ends with the files, without an account", () =>
    Effect.gen(function* () {
      const directory = yield* FileSystem.FileSystem.use((fs) => fs.makeTempDirectoryScoped())
      const showing = yield* start(["demo", "--out", directory], { env: {} })
      yield* showing.prints(/Submitted/)
      yield* TestClock.adjust("1 second")
      yield* TestClock.adjust("9 seconds")
      const { code, stdout, stderr } = yield* showing.ended
      assert.match(stderr, /^Submitted job \d+\.\n.* WAIT .*\n.* RUN .*\n.* DONE .*\n$/)
      assert.match(
        stdout,
        /\nTYPE +HOST +LINK EXPIRES\nGLB +\S+ +1970-01-02 00:00 UTC, in 2\d h \d+ min\nFILE +SIZE\n.*-glb\.glb +\d+ B\n$/
      )
      assert.strictEqual(code, 0)
    }).pipe(Effect.provide(Layer.merge(answering({}), NodeFileSystem.layer)))
  )
})
