/** The ceiling as a receiver sees it: a real server counts what arrives. */
import * as Http from "node:http"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import * as RateLimit from "../../src/cloud/RateLimit.ts"

/** A server that answers after some latency, and the times at which requests arrived, with up to 30 ms of jitter. */
const receiver = Effect.gen(function* () {
  const arrivals: Array<number> = []
  const server = Http.createServer((request, response) => {
    request.resume()
    setTimeout(() => {
      arrivals.push(performance.now())
      response.end("{}")
    }, Math.random() * 30)
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void)).closeAllConnections()
      })
  )
  const address = server.address()
  return { arrivals, url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/` }
})

/** The most times in any rolling second. */
const crowd = (times: ReadonlyArray<number>) =>
  Math.max(...times.map((start) => times.filter((time) => time >= start && time < start + 1000).length))

describe("a receiver of queued calls", () => {
  it.live.each([
    ["undici", NodeHttpClient.layerUndici],
    ["fetch", FetchHttpClient.layer]
  ] as const)("sees at most 20 in any rolling second over %s, the first 20 at once", ([, client]) =>
    Effect.gen(function* () {
      const { arrivals, url } = yield* receiver
      const { acquireScoped } = yield* RateLimit.RateLimit
      const send = Effect.scoped(
        Effect.andThen(
          acquireScoped("host/Action"),
          Effect.flatMap(HttpClient.get(url), (response) => response.text)
        )
      )
      yield* Effect.forEach(Array.from({ length: 70 }), () => send, { concurrency: "unbounded" })
      assert.lengthOf(arrivals, 70)
      assert.isAtMost(crowd(arrivals), 20)
      // Three windows after the first burst, with room for a busy machine.
      const [first = 0] = arrivals
      assert.isBelow((arrivals.at(-1) ?? 0) - first, 6000)
      assert.isBelow((arrivals[19] ?? 0) - first, 900)
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(RateLimit.layer(), client)))
  )
})
