/**
 * A runner of `JobWorkflow`: until it is killed, or told to stop by SIGTERM, which hands its jobs to others.
 *
 *   node workflowRunner.js <PostgreSQL URL> <host of the fake> <port of its own> <time between health checks>
 */
import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as ClusterWorkflowEngine from "effect/cluster/ClusterWorkflowEngine"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as Endpoint from "../../src/cloud/Endpoint.ts"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as JobWorkflow from "../../src/fleet/JobWorkflow.ts"
import * as Journal from "../../src/job/Journal.ts"
import * as Polling from "../../src/job/Polling.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { sharding } from "./sharding.ts"

const [url = "", host = "", port = "", healthCheck = ""] = process.argv.slice(2)

// It ends with the process that started it.
process.stdin.on("end", () => process.exit()).resume()

// The fake sees which runner sent a request.
const Network = Layer.effect(
  HttpClient.HttpClient,
  HttpClient.HttpClient.useSync(HttpClient.mapRequest(HttpClientRequest.setHeader("x-runner", port)))
).pipe(Layer.provide(FetchHttpClient.layer))

const Engine = ClusterWorkflowEngine.layer.pipe(
  Layer.provide(
    NodeClusterSocket.layer({
      storage: "sql",
      shardingConfig: sharding(Number(port), healthCheck === "1 second" ? "1 second" : "1 minute")
    })
  )
)

const Runner = JobWorkflow.layer.pipe(
  Layer.provide([Engine, Journal.layerSql(), Network, Credentials.layer(Fake.credential), NodeServices.layer]),
  Layer.provide([
    Endpoint.layer({ protocol: "http", host }),
    Polling.layer({ schedule: Schedule.spaced("300 millis") }),
    RateLimit.layerNone
  ]),
  Layer.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 6 }))
)

// The first request of a process takes long. A runner that works for days has it behind it.
await fetch(`http://${host}/`).catch(() => undefined)

NodeRuntime.runMain(Layer.launch(Runner))
