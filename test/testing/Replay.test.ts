import { assert, describe, it } from "@effect/vitest"
import { Cause, DateTime, Effect, Exit, Fiber, Layer } from "effect"
import * as TestClock from "effect/testing/TestClock"
import * as ApiError from "../../src/cloud/ApiError.ts"
import * as ResultFiles from "../../src/files/ResultFiles.ts"
import * as Job from "../../src/job/Job.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"
import * as Replay from "../../src/testing/Replay.ts"
import proDone from "../cassettes/pro-done.json" with { type: "json" }
import proFailed from "../cassettes/pro-failed.json" with { type: "json" }
import proTroubled from "../cassettes/pro-troubled.json" with { type: "json" }
import { done, only, read, withDirectory } from "../files/support.ts"
import { inVirtualTime } from "../support/virtualTime.ts"

describe("QueryJob over a recording", () => {
  const waiting = Effect.fnUntraced(function* (cassette: unknown, id: string) {
    const fiber = yield* QueryJob.QueryJob.use((jobs) => jobs.wait(Job.JobId.make(id))).pipe(
      Effect.provide(QueryJob.layer.pipe(Layer.provide(Replay.layer(cassette)))),
      Effect.exit,
      Effect.forkChild
    )
    yield* TestClock.adjust("10 minutes")
    return yield* Fiber.join(fiber)
  })

  it.effect("QueryJob over a recording waits for a job that is done, with the expiry of its links", () =>
    Effect.gen(function* () {
      const exit = yield* waiting(proDone, "1375367755519696896")
      assert(Exit.isSuccess(exit))
      assert.deepStrictEqual(
        exit.value.files.map((file) => [file.type, file.expiresAt && DateTime.formatIso(file.expiresAt)]),
        [
          ["OBJ", "2026-04-08T09:41:42.000Z"],
          ["GLB", "2026-04-08T09:41:42.000Z"]
        ]
      )
    })
  )

  it.effect("QueryJob over a recording waits for a job that fails", () =>
    Effect.gen(function* () {
      const exit = yield* waiting(proFailed, "1375367755519696900")
      assert(Exit.isFailure(exit))
      assert.instanceOf(Cause.squash(exit.cause), QueryJob.JobFailed)
    })
  )

  it.effect("QueryJob over a recording waits through recorded trouble", () =>
    Effect.gen(function* () {
      assert.isTrue(Exit.isSuccess(yield* waiting(proTroubled, "1375367755519696904")))
    })
  )

  it.effect("QueryJob over a recording ends at once with what was not recorded", () =>
    Effect.gen(function* () {
      const error = yield* QueryJob.QueryJob.use((jobs) => jobs.wait(Job.JobId.make("1375367755519696999"))).pipe(
        Effect.flip,
        Effect.provide(QueryJob.layer.pipe(Layer.provide(Replay.layer(proDone, { allowUnused: true }))))
      )
      assert.instanceOf(error, ApiError.ApiError)
      assert(error.reason._tag === "Transport")
      assert.instanceOf(error.reason.cause, Replay.ReplayMismatch)
    })
  )
})

describe("ResultFiles over a recording", () => {
  it.effect("downloads a file that does not show where it ends, since the answer states its size", () =>
    Effect.gen(function* () {
      const url = "https://storage.example/a.obj"
      const cassette = {
        version: 1,
        note: "Written by hand.",
        recordings: [{ request: { method: "GET", url }, response: { status: 200, body: "v 0 0 0\n" } }]
      }
      const content = yield* withDirectory((directory) =>
        Effect.map(ResultFiles.download(done({ url, type: "OBJ" }), directory), (files) => read(only(files).path))
      ).pipe(inVirtualTime, Effect.provide(Replay.layer(cassette)))
      assert.strictEqual(new TextDecoder().decode(content), "v 0 0 0\n")
    })
  )
})
