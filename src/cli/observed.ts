/** Exports the spans and metrics of a run, where the environment names a collector. What that takes is loaded only then. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import { loadOtlp } from "./load.ts"
import type { Network } from "./network.ts"

const endpoint = Effect.orElseSucceed(Config.withDefault(Config.String("OTEL_EXPORTER_OTLP_ENDPOINT"), ""), () => "")

export const observed =
  (version: string) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | Network> =>
    Effect.flatMap(endpoint, (url) =>
      url === "" ? self : Effect.flatMap(loadOtlp, ({ exported }) => exported(self, url, version))
    )
