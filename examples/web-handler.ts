/**
 * A web server: `POST /models/ORDER?prompt=…` submits, and `GET /models/ORDER` tells the state. The order is the operation
 * id, so a client that repeats its request buys one model, and the journal finds the job of an order.
 */
import { createServer } from "node:http"
import { NodeHttpClient, NodeHttpServer, NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer, Option, Schema } from "effect"
import { JobKind, Journal, QueryJob, SubmitJob } from "effect-hunyuan3d"
import { HttpClient, HttpRouter, HttpServer, HttpServerResponse } from "effect/http"
import { Transport } from "./transport.ts"

const Prompt = Schema.Struct({ prompt: Schema.NonEmptyString })

const submit = Effect.gen(function* () {
  const { order = "" } = yield* HttpRouter.params
  const { prompt } = yield* HttpRouter.schemaParams(Prompt)
  const jobs = yield* SubmitJob.SubmitJob
  const ticket = yield* jobs.submit(JobKind.Pro, { Prompt: prompt }, { operation: order })
  return HttpServerResponse.text(ticket.jobId, { status: 202 })
})

const look = Effect.gen(function* () {
  const { order = "" } = yield* HttpRouter.params
  const entry = yield* Journal.Journal.use((journal) => journal.find(order))
  const ticket = Option.flatMap(entry, ({ ticket }) => Option.fromUndefinedOr(ticket))
  if (Option.isNone(ticket)) return HttpServerResponse.text(`There is no order ${order}.`, { status: 404 })
  const { status } = yield* QueryJob.QueryJob.use((jobs) => jobs.query(ticket.value))
  return HttpServerResponse.text(status)
})

// What a client of yours should know of an error is for you to decide. Here: the sentence that says what to do.
const told = <E extends Error, R>(handler: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  Effect.catch(handler, ({ message }) => Effect.succeed(HttpServerResponse.text(message, { status: 422 })))

const Routes = HttpRouter.addAll([
  HttpRouter.route("POST", "/models/:order", told(submit)),
  HttpRouter.route("GET", "/models/:order", told(look))
])

/** What a client does, twice. */
const client = Effect.gen(function* () {
  const { address } = yield* HttpServer.HttpServer
  const url = HttpServer.formatAddress(address)
  for (const attempt of [1, 2]) {
    const response = yield* HttpClient.post(`${url}/models/order-17?prompt=a%20teapot`)
    const state = yield* (yield* HttpClient.get(`${url}/models/order-17`)).text
    yield* Console.log(`attempt ${attempt}: job ${yield* response.text} ${state}`)
  }
})

const Jobs = Layer.merge(SubmitJob.layer, QueryJob.layer).pipe(
  Layer.provideMerge(Journal.layerMemory),
  Layer.provide(Transport)
)

const Live = HttpRouter.serve(Routes, { disableLogger: true, disableListenLog: true }).pipe(
  Layer.provide(Jobs),
  Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(NodeServices.layer)
)

await Effect.runPromise(Effect.provide(client, Layer.merge(Live, NodeHttpClient.layerUndici)))
