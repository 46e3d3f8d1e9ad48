/** `--metrics-port`: a page for Prometheus while a command runs. What that takes is loaded only then. */
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Failure } from "./failure.ts"
import * as flag from "./flag.ts"
import { loadMetricsPage } from "./load.ts"
import type { Network } from "./network.ts"

export const metricsFlags = {
  metricsPort: flag
    .port("metrics-port")
    .pipe(
      Flag.withDescription(
        "Serve the metrics of the run for Prometheus, as /metrics on this port of loopback; 0 is any that is free"
      ),
      Flag.optional
    )
}

interface MetricsFlags {
  readonly metricsPort: Option.Option<number>
}

/** Serves the page, if it is wanted, from before a command begins until it ends. */
export const withMetrics =
  ({ metricsPort }: MetricsFlags) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E | Failure, R | Network> =>
    Option.match(metricsPort, {
      onNone: () => self,
      onSome: (port) => Effect.provide(self, Layer.unwrap(Effect.map(loadMetricsPage, ({ layer }) => layer(port))))
    })
