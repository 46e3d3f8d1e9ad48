import { assert, describe, it } from "@effect/vitest"
import { type Duration, Effect, Fiber, FileSystem, Stream } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as TestClock from "effect/testing/TestClock"
import * as ResultFiles from "../../../src/files/ResultFiles.ts"
import { inVirtualTime } from "../../support/virtualTime.ts"
import { glb } from "../samples.ts"
import { done, reasonOf, withDirectory } from "../support.ts"

const model = glb(100_000)

/** A storage that sends so many bytes every so often. */
const trickling = (bytes: number, every: Duration.Input) =>
  HttpClient.make((request) => {
    const body = Stream.range(0, Math.ceil(model.length / bytes) - 1).pipe(
      Stream.mapEffect((i) => Effect.as(Effect.sleep(every), model.subarray(i * bytes, (i + 1) * bytes)))
    )
    const answer = HttpServerResponse.stream(body, { contentLength: model.length })
    return Effect.succeed(HttpServerResponse.toClientResponse(answer, { request }))
  })

const downloadFrom = (client: HttpClient.HttpClient, options?: ResultFiles.Options) =>
  withDirectory((directory) =>
    ResultFiles.download(done({ type: "GLB", url: "https://a.example/" }), directory, options)
  ).pipe(Effect.provideService(HttpClient.HttpClient, client))

describe("a storage", () => {
  it.effect("that sends a byte a minute is given up", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(inVirtualTime(downloadFrom(trickling(1, "59 seconds"))))
      assert.strictEqual(reasonOf(error), "TooSlow")
      assert.isTrue(error.isRetryable)
    })
  )

  it.effect("that is slower than minSpeed is given up", () =>
    Effect.gen(function* () {
      const slow = trickling(1000, "1 second")
      const error = yield* Effect.flip(inVirtualTime(downloadFrom(slow, { minSpeed: "2 KiB" })))
      assert.strictEqual(reasonOf(error), "TooSlow")
    })
  )

  it.effect("that is slow, but not slower than minSpeed, is let finish", () =>
    Effect.gen(function* () {
      for (const minSpeed of [900, 0]) {
        const files = yield* inVirtualTime(downloadFrom(trickling(1000, "1 second"), { minSpeed }))
        assert.strictEqual(files[0]?.size, model.length)
      }
    })
  )

  it.effect("that breaks off loses nothing of what it has sent, though the disk is slower", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const ranges: Array<string | undefined> = []
        const client = HttpClient.make((request) =>
          Effect.sync(() => {
            const { range } = request.headers
            ranges.push(range)
            const from = range === undefined ? 0 : 60_000
            const sent = Stream.range(from / 1000, range === undefined ? 59 : 99).pipe(
              Stream.map((i) => model.subarray(i * 1000, (i + 1) * 1000)),
              Stream.rechunk(1),
              Stream.concat(range === undefined ? Stream.fail(new Error("broken off")) : Stream.empty)
            )
            const answer = HttpServerResponse.stream(sent, {
              status: range === undefined ? 200 : 206,
              contentLength: model.length - from,
              headers: { etag: `"v1"`, "content-range": `bytes ${from}-${model.length - 1}/${model.length}` }
            })
            return HttpServerResponse.toClientResponse(answer, { request })
          })
        )
        const fs = yield* FileSystem.FileSystem
        const slow = FileSystem.FileSystem.of({
          ...fs,
          open: (path, options) =>
            Effect.map(fs.open(path, options), (file) => ({
              ...file,
              stat: file.stat,
              sync: file.sync,
              seek: file.seek.bind(file),
              truncate: file.truncate.bind(file),
              readAlloc: file.readAlloc.bind(file),
              writeAll: (bytes: Uint8Array) => Effect.delay(file.writeAll(bytes), "1 minute")
            }))
        })
        const download = ResultFiles.download(done({ type: "GLB", url: "https://a.example/" }), directory)
        const files = yield* inVirtualTime(download).pipe(
          Effect.provideService(HttpClient.HttpClient, client),
          Effect.provideService(FileSystem.FileSystem, slow)
        )
        assert.strictEqual(files[0]?.size, model.length)
        assert.deepStrictEqual(ranges, [undefined, "bytes=60000-"])
      })
    )
  )

  it.effect("is not slow when the reader of the progress is", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const fiber = yield* ResultFiles.progress(done({ type: "GLB", url: "https://a.example/" }), directory).pipe(
          Stream.tap(() => Effect.sleep("10 minutes")),
          Stream.runCollect,
          Effect.provideService(HttpClient.HttpClient, trickling(1000, "1 millis")),
          Effect.forkChild
        )
        const events = yield* inVirtualTime(Fiber.join(fiber)).pipe(
          Effect.raceFirst(Effect.forever(TestClock.adjust("1 minute")))
        )
        assert.strictEqual(events.at(-1)?.finished?.size, model.length)
      })
    )
  )
})
