/**
 * Exports the spans and metrics of a run over OTLP, as the environment's `OTEL_*`
 * variables say.
 *
 * **Gotchas**
 *
 * - A collector that is away costs a run nothing but one warning, and at most
 *   `OTEL_EXPORTER_OTLP_TIMEOUT` at its end.
 * - What is left is sent by a fiber of its own, since the fiber of a run that was
 *   stopped waits for nothing that can be interrupted.
 * - The requests that `serve` answers make no spans: they would hold tokens and links.
 */
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as Layer from "effect/Layer"
import * as OtlpMetrics from "effect/observability/OtlpMetrics"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as OtlpTracer from "effect/observability/OtlpTracer"
import * as Scope from "effect/Scope"
import { Network } from "./network.ts"
import { printFailure } from "./print.ts"

/** What counts where the environment says nothing. */
const defaults = (version: string) => ({
  OTEL_EXPORTER_OTLP_TIMEOUT: "3000",
  OTEL_METRICS_EXPORTER: "otlp",
  OTEL_SERVICE_NAME: "hunyuan3d",
  OTEL_SERVICE_VERSION: version,
  OTEL_TRACES_EXPORTER: "otlp"
})

const protocol = Config.withDefault(Config.String("OTEL_EXPORTER_OTLP_PROTOCOL"), "http/protobuf")

const serialization = Layer.unwrap(
  Effect.map(protocol, (name) => (name === "http/json" ? OtlpSerialization.layerJson : OtlpSerialization.layerProtobuf))
)

/** Keeps in `unsent` where requests went that had no good answer. */
const watched = (unsent: Set<string>) =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(
      HttpClient.HttpClient,
      HttpClient.transform((sent, { url }) =>
        Effect.suspend(() => {
          unsent.add(url)
          return Effect.tap(sent, ({ status }) => {
            if (status < 300) unsent.delete(url)
            return Effect.void
          })
        })
      )
    )
  )

const exporters = (version: string, unsent: Set<string>) =>
  Layer.mergeAll(
    OtlpMetrics.layerFromConfig(),
    OtlpTracer.layerFromConfig(),
    Layer.succeed(HttpMiddleware.TracerDisabledWhen, () => true)
  ).pipe(
    Layer.provide([serialization, watched(unsent)]),
    Layer.provide(Layer.unwrap(Network.useSync(({ client }) => client))),
    Layer.provide(
      Layer.effect(
        ConfigProvider.ConfigProvider,
        Effect.map(ConfigProvider.ConfigProvider, (own) =>
          ConfigProvider.orElse(own, ConfigProvider.fromEnv({ env: defaults(version) }))
        )
      )
    )
  )

const warn = (why: string) =>
  printFailure(`No traces and metrics were exported (${why}). Check OTEL_EXPORTER_OTLP_ENDPOINT.`)

/** Runs `self` within one span, and sends what it emits, at the latest at its end. */
export const exported = <A, E, R>(
  self: Effect.Effect<A, E, R>,
  endpoint: string,
  version: string
): Effect.Effect<A, E, R | Network> => {
  if (!URL.canParse(endpoint)) return Effect.ensuring(self, warn("the address is no URL"))
  return Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const unsent = new Set<string>()
      const scope = yield* Scope.make()
      const built = yield* Effect.exit(Layer.buildWithScope(exporters(version, unsent), scope))
      const close = Effect.flatMap(Effect.forkDetach(Scope.close(scope, Exit.void)), Fiber.await)
      if (Exit.isFailure(built)) {
        const why = Cause.pretty(built.cause).split("\n")[0] ?? ""
        return yield* Effect.ensuring(restore(self), Effect.andThen(close, warn(why)))
      }
      return yield* restore(Effect.withSpan(self, "hunyuan3d")).pipe(
        Effect.provide(built.value),
        Effect.onExit(() =>
          Effect.flatMap(close, () =>
            unsent.size === 0 ? Effect.void : warn(`no good answer from ${[...unsent].join(", ")}`)
          )
        )
      )
    })
  )
}
