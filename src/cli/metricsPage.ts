/**
 * The metrics of this process as a page for Prometheus.
 *
 * **Gotchas**
 *
 * - Its address is told on standard error, since standard output holds the answer of the command.
 * - Effect's router would write its route into the span of the run.
 */
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import { type Failure, usage } from "./failure.ts"
import { Network } from "./network.ts"
import { printNote } from "./print.ts"

const path = "/metrics"

const page = Effect.gen(function* () {
  const { url } = yield* HttpServerRequest.HttpServerRequest
  return url.split("?")[0] === path
    ? HttpServerResponse.text(yield* PrometheusMetrics.format(), {
        contentType: "text/plain; version=0.0.4; charset=utf-8"
      })
    : HttpServerResponse.text(`The metrics are at ${path}.\n`, { status: 404 })
})

const announced = Layer.effectDiscard(
  HttpServer.HttpServer.use(({ address }) => printNote(`Metrics: ${HttpServer.formatAddress(address)}${path}`))
)

/** Serves the page as long as it is built. */
export const layer = (port: number): Layer.Layer<never, Failure, Network> =>
  Layer.merge(HttpServer.serve(page), announced).pipe(
    Layer.provide(Layer.unwrap(Network.useSync(({ server }) => server(port)))),
    Layer.catchTag("ServeError", () =>
      Layer.effectDiscard(
        Effect.fail(
          usage(`Port ${port} cannot be used for metrics. Choose another --metrics-port, or 0 for any that is free.`)
        )
      )
    )
  )
