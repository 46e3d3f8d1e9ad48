/**
 * Measures what tests are too short for, and prints it as ratios: does `RateLimit` keep its ceiling at a receiver, and
 * what does that cost?
 *
 *   npx node scripts/measure.ts [seconds]
 *
 * For a minute, unless told otherwise, more callers than the limit allows send to servers on loopback, with both ways to
 * count a permit, at three latencies, over undici and fetch, all at the same time. Each server is a thread of its own.
 * It counts a request after half of the latency and up to 30 ms of jitter, and answers after the other half. Printed is
 *
 * - the rate: requests that arrived, to those that the limit allows in the time;
 * - the crowd: the most requests that arrived in one rolling second, to the limit; and the same without the first two
 *   seconds, in which connections are made and code is compiled.
 */
import * as Http from "node:http"
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Console, Effect, Layer, Schema } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import * as RateLimit from "../src/cloud/RateLimit.ts"

const limit = 20
const jitter = 30
const seconds = Number(process.argv[2] ?? 60)

/** In the thread of a server: tells its port, then, for each message, the times of all arrivals. */
const receive = (latency: number) => {
  const arrivals: Array<number> = []
  const server = Http.createServer((request, response) => {
    request.resume()
    setTimeout(
      () => {
        arrivals.push(performance.now())
        setTimeout(() => response.end("{}"), latency / 2)
      },
      latency / 2 + Math.random() * jitter
    )
  })
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    parentPort?.postMessage(typeof address === "object" ? address?.port : undefined)
  })
  parentPort?.on("message", () => parentPort?.postMessage(arrivals))
}

const message = (worker: Worker) =>
  Effect.callback<unknown>((resume) => {
    worker.once("message", (message) => resume(Effect.succeed(message)))
    worker.once("error", (error) => resume(Effect.die(error)))
  })

const receiver = (latency: number) =>
  Effect.acquireRelease(
    Effect.sync(() => new Worker(new URL(import.meta.url), { workerData: latency })),
    (worker) => Effect.promise(() => worker.terminate())
  )

/** The most times in any rolling second. */
const crowd = (times: ReadonlyArray<number>) =>
  Math.max(0, ...times.map((start) => times.filter((time) => time >= start && time < start + 1000).length))

const decodeTimes = Schema.decodeUnknownSync(Schema.Array(Schema.Number))
const decodeLatency = Schema.decodeUnknownSync(Schema.Number)

const ratio = (times: number) => (times / limit).toFixed(2)

const clients = { undici: NodeHttpClient.layerUndici, fetch: FetchHttpClient.layer }

const measure = Effect.fnUntraced(function* (
  countFrom: "answer" | "grant",
  latency: number,
  client: keyof typeof clients
) {
  const worker = yield* receiver(latency)
  const port = yield* message(worker)
  const { acquireScoped } = yield* RateLimit.RateLimit
  const http = yield* HttpClient.HttpClient
  const attempt = Effect.andThen(acquireScoped("key"), http.post(`http://127.0.0.1:${port}/`)).pipe(Effect.scoped)
  const call = Effect.andThen(attempt, (response) => response.text)
  yield* Effect.forEach(Array.from({ length: 3 * limit }), () => Effect.forever(call), {
    concurrency: "unbounded"
  }).pipe(Effect.timeoutOption(`${seconds + 1} seconds`))

  const arrived = message(worker)
  worker.postMessage("arrivals")
  const times = decodeTimes(yield* arrived).toSorted((a, b) => a - b)
  const start = times[0] ?? 0
  const inTime = times.filter((time) => time < start + seconds * 1000)
  const warm = inTime.filter((time) => time >= start + 2000)
  return {
    "permits count from": countFrom,
    latency: `${latency} ms`,
    client,
    rate: ratio(inTime.length / seconds),
    crowd: ratio(crowd(inTime)),
    "crowd when warm": ratio(crowd(warm))
  }
})

const cases = (["answer", "grant"] as const).flatMap((countFrom) =>
  [5, 50, 300].flatMap((latency) =>
    (["undici", "fetch"] as const).map((client) =>
      measure(countFrom, latency, client).pipe(
        Effect.scoped,
        Effect.provide(Layer.merge(clients[client], RateLimit.layer({ limit, countFrom })))
      )
    )
  )
)

if (isMainThread) {
  const rows = await Effect.runPromise(Effect.all(cases, { concurrency: "unbounded" }))
  await Effect.runPromise(Console.table(rows))
} else {
  receive(decodeLatency(workerData))
}
