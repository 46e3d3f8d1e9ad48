/**
 * The ceiling as a server sees it, over real sockets.
 *
 * The server runs in the process of the test, so that all times are those of one clock. A request arrives between the
 * grant of its permit and its answer, however busy the machine is, so nothing here depends on that; only the time limits
 * do, which are wide.
 */
import * as Http from "node:http"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Random } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import * as RateLimit from "../../src/cloud/RateLimit.ts"

/** Keeps the time at which each request arrives, in milliseconds, and lets `handle` answer it. */
const serve = (handle: (answer: () => void, nth: number) => void) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly arrivals: ReadonlyArray<number>; readonly server: Http.Server }>(
      (resume) => {
        const arrivals: Array<number> = []
        const server = Http.createServer((_, response) => {
          handle(() => response.end(), arrivals.push(performance.now()))
        })
        // A connection that the server closes on a busy machine could take a request with it.
        server.keepAliveTimeout = 0
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = typeof address === "object" ? address?.port : undefined
          resume(Effect.succeed({ url: `http://127.0.0.1:${port}/`, arrivals, server }))
        })
      }
    ),
    ({ server }) =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )

/** Sends one request with a permit, after up to 30 ms of jitter. */
const call = Effect.fnUntraced(function* (url: string) {
  const { acquireScoped } = yield* RateLimit.RateLimit
  yield* acquireScoped("key")
  yield* Effect.sleep(yield* Random.nextBetween(0, 30))
  yield* HttpClient.post(url)
}, Effect.scoped)

const calls = (url: string, count: number) =>
  Effect.forEach(Array.from({ length: count }), () => call(url), { concurrency: "unbounded", discard: true })

/** The most requests in any rolling second. */
const crowd = (times: ReadonlyArray<number>) =>
  Math.max(0, ...times.map((start) => times.filter((time) => time >= start && time < start + 1000).length))

const clients = { undici: NodeHttpClient.layerUndici, fetch: FetchHttpClient.layer }

for (const [name, client] of Object.entries(clients)) {
  // A client and a limiter of its own for each test: its connections are still to be made when the first burst leaves.
  const app = Layer.fresh(Layer.merge(client, RateLimit.layer()))

  describe.concurrent(`a server that is called over ${name}`, () => {
    it.live("sees at most twenty requests in any rolling second, and no fewer than it must", () =>
      Effect.gen(function* () {
        const { url, arrivals } = yield* serve((answer) => answer())
        yield* calls(url, 80)
        assert.strictEqual(arrivals.length, 80)
        assert.isAtMost(crowd(arrivals), 20)
        // Three windows and a little on a quiet machine.
        assert.isBelow((arrivals.at(-1) ?? Infinity) - (arrivals[0] ?? 0), 15_000)
      }).pipe(Effect.provide(app))
    )

    it.live("sees the first twenty at once, and the next one second after the first answer", () =>
      Effect.gen(function* () {
        const waiting: Array<() => void> = []
        let answered = Infinity
        const { url, arrivals } = yield* serve((answer, nth) => {
          waiting.push(answer)
          if (nth < 20) return
          answered = Math.min(answered, performance.now())
          for (const answer of waiting) answer()
        })
        yield* calls(url, 21)
        assert.isAtLeast((arrivals[20] ?? NaN) - answered, 1000)
      }).pipe(Effect.provide(app))
    )

    it.live("does not wait for callers that left the queue", () =>
      Effect.gen(function* () {
        const { url, arrivals } = yield* serve((answer) => answer())
        yield* calls(url, 20)
        const impatient = yield* Effect.forkChild(calls(url, 500))
        yield* Effect.sleep(100)
        yield* Fiber.interrupt(impatient)
        yield* call(url)
        // Their places would take 25 seconds.
        assert.isBelow((arrivals.at(-1) ?? Infinity) - (arrivals[0] ?? 0), 15_000)
      }).pipe(Effect.provide(app))
    )
  })
}
