import type * as Http from "node:http"
import * as NodePath from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as ResultFiles from "../../../src/files/ResultFiles.ts"
import { glb, text } from "../samples.ts"
import {
  assertBig,
  big,
  etag,
  fetchBig,
  first,
  inParallel,
  overSockets,
  partsIn,
  reset,
  serve,
  silence,
  whole
} from "../server.ts"
import { done, id, list, only, read, write } from "../support.ts"

const leave = (directory: string, bytes: Uint8Array, name = "v1") =>
  write(directory, `${id}-glb.${name}.0a1b.part`, bytes)

describe.concurrent("a part", () => {
  it.live("is resumed, and counts as received", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        leave(directory, big.subarray(0, 1234))
        const { origin, requests } = yield* serve(whole(big))
        const events = yield* ResultFiles.progress(done({ type: "glb", url: origin }), directory).pipe(
          Stream.runCollect
        )
        assertBig(directory)
        assert.strictEqual(requests[0]?.range, "bytes=1234-")
        assert.deepStrictEqual([events[0]?.received, events[0]?.total], [1234, big.length])
      })
    )
  )

  it.live("that is whole only gets its name", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        leave(directory, big)
        const { origin, requests } = yield* serve(whole(big))
        yield* fetchBig(origin, directory)
        assertBig(directory)
        assert.lengthOf(requests, 1)
      })
    )
  )

  it.live("is begun anew when the file has changed", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        leave(directory, big.subarray(0, 200_000), "old")
        const { origin, requests } = yield* serve(first(big, 50_000, reset), whole(big))
        yield* fetchBig(origin, directory)
        assertBig(directory)
        assert.strictEqual(requests[0]?.["if-range"], etag("old"))
        assert.notStrictEqual(requests[1]?.["if-range"], etag("old"))
      })
    )
  )

  it.live("is begun anew when it is longer than the file", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        leave(directory, glb(big.length + 1))
        const { origin } = yield* serve(whole(big))
        yield* fetchBig(origin, directory)
        assertBig(directory)
      })
    )
  )

  it.live("is begun anew when the storage sends all of the file, or another part of it", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const ranged = (range: string, name: string | undefined) => (_: unknown, response: Http.ServerResponse) =>
          void response
            .writeHead(206, { "content-range": range, ...(name === undefined ? {} : { etag: etag(name) }) })
            .end(big.subarray(1000))
        const all = (_: unknown, response: Http.ServerResponse) =>
          void response.writeHead(200, { etag: etag("v1") }).end(big)
        const answers = [
          all,
          ranged(`bytes 0-${big.length - 1001}/${big.length}`, "v1"),
          ranged(`bytes 1000-${big.length - 1}/${big.length}`, "v2"),
          ranged(`bytes 1000-${big.length - 1}/${big.length}`, undefined),
          ranged("lines 1-2", "v1")
        ]
        yield* inParallel(directory, answers, (answer, own) =>
          Effect.gen(function* () {
            leave(own, glb(1000))
            const { origin } = yield* serve(answer, whole(big))
            yield* fetchBig(origin, own)
            assertBig(own)
          })
        )
      })
    )
  )

  it.live("of a file without a strong ETag is not resumed, and not left", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const weakly = [undefined, `W/"v1"`, `"../v1"`, `"${"v".repeat(200)}"`]
        yield* inParallel(directory, weakly, (weak, own) =>
          Effect.gen(function* () {
            const { origin, requests } = yield* serve((_, response) => {
              response.writeHead(200, { "content-length": big.length, ...(weak === undefined ? {} : { etag: weak }) })
              if (requests.length > 1) response.end(big)
              else response.write(big.subarray(0, 1000), () => setTimeout(() => reset(response), 20))
            })
            yield* fetchBig(origin, own)
            assertBig(own)
            assert.deepStrictEqual(
              requests.map((headers) => headers.range),
              [undefined, undefined]
            )
          })
        )
      })
    )
  )

  it.live("is resumed until the file is whole, though the storage sends less than the rest", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const mesh = text("v 0 0 0\n".repeat(1000))
        write(directory, `${id}-obj.v1.0a1b.part`, mesh.subarray(0, 3000))
        const { origin, requests } = yield* serve((request, response) => {
          const start = Number(/^bytes=([0-9]+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0)
          const stop = Math.min(start + 3000, mesh.length)
          if (start === mesh.length) {
            return void response.writeHead(416, { "content-range": `bytes */${mesh.length}` }).end()
          }
          response
            .writeHead(206, {
              etag: etag("v1"),
              "content-length": stop - start,
              "content-range": `bytes ${start}-${stop - 1}/${start === 3000 ? mesh.length : "*"}`
            })
            .end(mesh.subarray(start, stop))
        })
        const { path } = only(yield* ResultFiles.download(done({ type: "OBJ", url: origin }), directory))
        assert.isTrue(Buffer.from(mesh).equals(read(path)))
        assert.deepStrictEqual(
          requests.map((headers) => headers.range),
          ["bytes=3000-", "bytes=6000-", "bytes=8000-"]
        )
      })
    )
  )

  it.live("is all that an interruption leaves, and is resumed", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin, requests } = yield* serve(first(big, 100_000, silence), first(big, 50_000, silence), whole(big))
        const interrupted = (at: number) =>
          ResultFiles.progress(done({ type: "GLB", url: origin }), directory).pipe(
            Stream.takeUntil(({ received }) => received >= at),
            Stream.runDrain
          )
        yield* interrupted(100_000)
        assert.lengthOf(partsIn(directory), 1)
        // A second one leaves no second part.
        yield* interrupted(50_000)
        assert.deepStrictEqual(list(directory), partsIn(directory))
        assert.lengthOf(partsIn(directory), 1)
        yield* fetchBig(origin, directory)
        assertBig(directory)
        assert.deepStrictEqual(
          requests.map((headers) => headers.range),
          [undefined, "bytes=100000-", "bytes=100000-"]
        )
      })
    )
  )

  it.live("does not disturb the part of another download of the same file", () =>
    overSockets(
      Effect.fnUntraced(function* (directory) {
        const { origin } = yield* serve(
          first(big, 100_000, reset),
          first(big, 50_000, reset),
          first(big, 150_000, (response) => void response.end(big.subarray(150_000))),
          whole(big)
        )
        yield* Effect.all(
          [0, 30, 60, 90].map((millis) => Effect.delay(fetchBig(origin, directory), millis)),
          { concurrency: "unbounded" }
        )
        assert.isTrue(Buffer.from(big).equals(read(NodePath.join(directory, `${id}-glb.glb`))))
        assert.deepStrictEqual(list(directory), [`${id}-glb.glb`])
      })
    )
  )
})
