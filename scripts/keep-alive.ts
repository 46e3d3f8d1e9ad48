/**
 * Measures how many connections a wait takes when its looks are 15 seconds apart, over each transport that README names,
 * against a server that closes none itself. Prints a table after about 15 seconds.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Layer, Redacted, Schedule } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Credentials from "../src/cloud/Credentials.ts"
import * as Endpoint from "../src/cloud/Endpoint.ts"
import * as Job from "../src/job/Job.ts"
import * as QueryJob from "../src/job/QueryJob.ts"
import { serveRaw } from "../test/support/servers.ts"

const id = Job.JobId.make("1375367755519696896")

/** How many connections a wait of two looks takes, when the server sends these headers. */
const connectionsOf = Effect.fnUntraced(function* (client: Layer.Layer<HttpClient.HttpClient>, headers: string) {
  let looks = 0
  const { connections, host } = yield* serveRaw((socket) => {
    looks += 1
    const Status = looks === 1 ? "RUN" : "DONE"
    const body = JSON.stringify({
      Response: { Status, ErrorCode: "", ErrorMessage: "", ResultFile3Ds: [], RequestId: "r" }
    })
    socket.write(`HTTP/1.1 200 OK\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`)
  })
  yield* QueryJob.QueryJob.use((jobs) =>
    jobs.wait(id, { schedule: Schedule.spaced("15 seconds"), deadline: "1 minute" })
  ).pipe(
    Effect.provide(
      QueryJob.layer.pipe(
        Layer.provide([client, Credentials.layer({ secretId: "AKIDTEST", secretKey: Redacted.make("secret") })])
      )
    ),
    Effect.provide(Endpoint.layer({ protocol: "http", host }))
  )
  return connections.length
}, Effect.scoped)

const cases = {
  "undici, keepAliveTimeout of a minute": [NodeHttpClient.layerUndiciOptions({ keepAliveTimeout: 60_000 }), ""],
  undici: [NodeHttpClient.layerUndici, ""],
  fetch: [FetchHttpClient.layer, ""],
  "fetch, the server keeps a connection for a minute": [FetchHttpClient.layer, "keep-alive: timeout=60\r\n"]
} as const

const table = Effect.forEach(
  Object.entries(cases),
  ([transport, [client, headers]]) =>
    Effect.map(connectionsOf(client, headers), (connections) => ({ transport, connections })),
  { concurrency: "unbounded" }
)

console.table(await Effect.runPromise(table))
