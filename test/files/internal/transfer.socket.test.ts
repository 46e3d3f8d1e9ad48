import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as DownloadError from "../../../src/files/DownloadError.ts"
import * as ResultFiles from "../../../src/files/ResultFiles.ts"
import { fbx, mp4, png, text } from "../samples.ts"
import {
  assertBig,
  big,
  closing,
  closingInChunks,
  etag,
  fetchBig,
  first,
  inParallel,
  overSockets,
  resetOnceWritten,
  serve,
  silence,
  whole
} from "../server.ts"
import { done, id, list, locally, only, reasonOf, withDirectory } from "../support.ts"

describe.concurrent("a connection", () => {
  it.live("that is reset is followed by one for the rest of the file", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin, requests } = yield* serve(first(big, 100_000, resetOnceWritten(directory)), whole(big))
        yield* fetchBig(origin, directory)
        assertBig(directory)
        assert.lengthOf(requests, 2)
        assert.match(requests[1]?.range ?? "", /^bytes=[1-9][0-9]*-$/)
        assert.strictEqual(requests[1]?.["if-range"], etag("v1"))
      })
    )
  )

  it.live("that falls silent is followed by one for the rest of the file", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin, requests } = yield* serve(first(big, 100_000, silence), whole(big))
        yield* fetchBig(origin, directory, { idleTimeout: "1 second" })
        assertBig(directory)
        assert.match(requests[1]?.range ?? "", /^bytes=[1-9][0-9]*-$/)
      })
    )
  )

  it.live("that is slow but not silent is left open", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin, requests } = yield* serve((_, response) => {
          response.writeHead(200, { "content-length": big.length })
          const step = big.length / 10
          const send = (from: number) => {
            response.write(big.subarray(from, from + step))
            if (from + step < big.length) setTimeout(() => send(from + step), 150)
            else response.end()
          }
          send(0)
        })
        yield* fetchBig(origin, directory, { idleTimeout: "1 second" })
        assertBig(directory)
        assert.lengthOf(requests, 1)
      })
    )
  )

  it.live("that ends before all bytes arrived is followed by one for the rest of the file", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin, requests } = yield* serve(
          (_, response) => void response.writeHead(200, { etag: etag("v1") }).end(big.subarray(0, 1000)),
          first(big, 1000, (response) => response.destroy()),
          whole(big)
        )
        yield* fetchBig(origin, directory)
        assertBig(directory)
        assert.lengthOf(requests, 3)
      })
    )
  )

  it.live("that closes early without an announced length brings no half file", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const halves: ReadonlyArray<readonly [string, Uint8Array]> = [
          ["PNG", png.subarray(0, 50)],
          ["FBX", fbx().subarray(0, 100)],
          ["MP4", mp4.subarray(0, 100)],
          ["OBJ", text("v 0 0 0\nv 1 0 0\nv 1")]
        ]
        const answers = [closing, closingInChunks]
        yield* inParallel(
          directory,
          halves.flatMap(([type, half]) => answers.map((answer) => [type, answer(half)] as const)),
          ([type, answer], own) =>
            Effect.gen(function* () {
              const { origin, requests } = yield* serve(answer)
              const job = done({ type, url: origin })
              // It is refused and tried again, for as long as it is let.
              const download = yield* Effect.forkChild(ResultFiles.download(job, own))
              yield* Effect.repeat(Effect.sleep("20 millis"), { until: () => requests.length >= 2 })
              yield* Fiber.interrupt(download)
              assert.deepStrictEqual(list(own), [], type)
            })
        )
      })
    )
  )

  it.live("that closes without an announced length brings a whole file whose format shows its end", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin, requests } = yield* serve(closing(png))
        const file = only(yield* ResultFiles.download(done({ type: "PNG", url: origin }), directory))
        assert.strictEqual(file.size, png.length)
        assert.lengthOf(requests, 1)
      })
    )
  )

  it.live("in chunks brings a whole text when the last chunk is marked", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin, requests } = yield* serve((_, response) => {
          response.write("v 0 0 0\n")
          response.end("v 1 0 0\n")
        })
        const file = only(yield* ResultFiles.download(done({ type: "OBJ", url: origin }), directory))
        assert.strictEqual(file.size, 16)
        assert.lengthOf(requests, 1)
      })
    )
  )

  it.live("follows no redirect", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const other = yield* serve(whole(big))
        for (const status of [301, 302, 303, 307, 308]) {
          const { origin, requests } = yield* serve(
            (_, response) => void response.writeHead(status, { location: `${other.origin}/b.glb` }).end()
          )
          const { reason } = yield* Effect.flip(fetchBig(origin, directory))
          assert.deepStrictEqual(reason, new DownloadError.Refused({ status }))
          assert.lengthOf(requests, 1)
        }
        assert.lengthOf(other.requests, 0)
      })
    )
  )

  it.live("carries no headers that the application gave to fetch", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const { origin, requests } = yield* serve(whole(big))
        yield* fetchBig(origin, directory).pipe(
          Effect.withSpan("mine"),
          Effect.provideService(FetchHttpClient.RequestInit, {
            credentials: "include",
            headers: { authorization: "mine", cookie: "mine" }
          })
        )
        for (const name of ["authorization", "cookie", "traceparent", "b3"]) assert.notProperty(requests[0], name)
      }).pipe(Effect.scoped, Effect.provide(FetchHttpClient.layer), locally)
    )
  )
})

describe.concurrent("a size", () => {
  it.live("that is announced and too large is refused before a byte is read", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin, requests } = yield* serve(whole(big))
        const { reason } = yield* ResultFiles.progress(done({ url: origin }), directory, { maxSize: "100 KiB" }).pipe(
          Stream.runForEach(() => Effect.die("a byte was read")),
          Effect.flip
        )
        assert.deepStrictEqual(reason, new DownloadError.TooLarge({ maxSize: 102_400 }))
        assert.lengthOf(requests, 1)
        assert.deepStrictEqual(list(directory), [])
      })
    )
  )

  it.live("of an endless body is bounded, and nothing of it is left", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin } = yield* serve((_, response) => {
          response.writeHead(200)
          const send = () => {
            if (response.destroyed) return
            response.write(big, () => setImmediate(send))
          }
          send()
        })
        const error = yield* Effect.flip(fetchBig(origin, directory, { maxSize: "1 MiB" }))
        assert.strictEqual(reasonOf(error), "TooLarge")
        assert.deepStrictEqual(list(directory), [])
      })
    )
  )
})

it.live("the jobs of an endpoint elsewhere make no request to this machine", () =>
  withDirectory((directory) =>
    Effect.gen(function* () {
      const { origin, requests } = yield* serve(whole(big))
      const error = yield* Effect.flip(fetchBig(origin, directory))
      assert.strictEqual(reasonOf(error), "InvalidLink")
      assert.strictEqual(error.file, `${id}-glb`)
      assert.lengthOf(requests, 0)
    }).pipe(Effect.scoped, Effect.provide(FetchHttpClient.layer))
  )
)
