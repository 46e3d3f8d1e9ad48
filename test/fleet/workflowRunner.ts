/**
 * A runner of `JobWorkflow`: until it is killed, or told to stop by SIGTERM, which hands its jobs to others.
 *
 *   node workflowRunner.js <PostgreSQL URL> <host of the fake> <port of its own>
 */
import { NodeClusterSocket, NodeHttpClient, NodeRuntime, NodeServices } from "@effect/platform-node"
import { PgClient } from "@effect/sql-pg"
import { Layer, Redacted, Schedule } from "effect"
import * as ClusterWorkflowEngine from "effect/cluster/ClusterWorkflowEngine"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as Endpoint from "../../src/cloud/Endpoint.ts"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as JobWorkflow from "../../src/fleet/JobWorkflow.ts"
import * as Journal from "../../src/job/Journal.ts"
import * as Polling from "../../src/job/Polling.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { sharding } from "./sharding.ts"

const [url = "", host = "", port = ""] = process.argv.slice(2)

// It ends with the process that started it.
process.stdin.on("end", () => process.exit()).resume()

// The fake sees which runner sent a request.
const Network = Layer.effect(
  HttpClient.HttpClient,
  HttpClient.HttpClient.useSync(HttpClient.mapRequest(HttpClientRequest.setHeader("x-runner", port)))
).pipe(Layer.provide(NodeHttpClient.layerUndici))

const Engine = ClusterWorkflowEngine.layer.pipe(
  Layer.provide(NodeClusterSocket.layer({ storage: "sql", shardingConfig: sharding(Number(port)) }))
)

const Runner = JobWorkflow.layer.pipe(
  Layer.provide([Engine, Journal.layerSql(), Network, Credentials.layer(Fake.credential), NodeServices.layer]),
  Layer.provide([
    Endpoint.layer({ protocol: "http", host }),
    Polling.layer({ schedule: Schedule.spaced("400 millis") }),
    RateLimit.layerNone
  ]),
  Layer.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 6 }))
)

NodeRuntime.runMain(Layer.launch(Runner))
