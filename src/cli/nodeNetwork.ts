/**
 * The network as Node has it: undici for calls, `node:http` for `serve`. Both are
 * loaded when a command needs them, since all commands would start later for them.
 */
import type Undici from "@effect/platform-node/Undici"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TencentCloud from "../cloud/TencentCloud.ts"
import { usage } from "./failure.ts"
import { Network } from "./network.ts"

// By their default export, since bundled modules know no names of a CommonJS module that they export again.
const loadUndici = Effect.map(
  Effect.promise(() => import("@effect/platform-node/Undici")),
  ({ default: undici }) => undici
)

// Goes through the proxy that the environment names.
const dispatcher = (options: Undici.Agent.Options) =>
  Effect.acquireRelease(
    Effect.flatMap(loadUndici, ({ EnvHttpProxyAgent }) =>
      Effect.try({
        try: () => new EnvHttpProxyAgent(options),
        catch: (cause) =>
          usage(
            `The proxy in the environment cannot be used (${String(cause)}). Set HTTPS_PROXY to a URL such as http://proxy.example:8080.`
          )
      })
    ),
    (agent) => Effect.promise(() => agent.destroy())
  )

const direct = Layer.unwrap(
  Effect.map(
    Effect.all([Effect.promise(() => import("@effect/platform-node/NodeHttpClient")), loadUndici]),
    ([NodeHttpClient, { Agent }]) =>
      NodeHttpClient.layerUndiciNoDispatcher.pipe(
        Layer.provide(
          Layer.effect(
            NodeHttpClient.Dispatcher,
            Effect.acquireRelease(
              Effect.sync(() => new Agent()),
              (agent) => Effect.promise(() => agent.destroy())
            )
          )
        )
      )
  )
)

const client = Layer.unwrap(
  Effect.map(
    Effect.promise(() => import("@effect/platform-node/NodeHttpClient")),
    (NodeHttpClient) => {
      const over = (options: Undici.Agent.Options) =>
        NodeHttpClient.layerUndiciNoDispatcher.pipe(
          Layer.provide(Layer.effect(NodeHttpClient.Dispatcher, dispatcher(options)))
        )
      // Over HTTP/2 a connection would be kept, whatever `pipelining` says.
      return TencentCloud.layerFreshConnections(over({ pipelining: 0, allowH2: false })).pipe(
        // These connections outlive the pauses between looks.
        Layer.provide(over({ keepAliveTimeout: 60_000 }))
      )
    }
  )
)

const server = (port: number, host = "127.0.0.1") =>
  Layer.unwrap(
    Effect.promise(async () => {
      const [{ createServer }, NodeHttpServer, HttpServer] = await Promise.all([
        import("node:http"),
        import("@effect/platform-node/NodeHttpServer"),
        import("effect/http/HttpServer")
      ])
      const http = createServer()
      // A client that holds its connection, and sends nothing, must not hold up the end of the command.
      const closed = Layer.effect(
        HttpServer.HttpServer,
        Effect.tap(HttpServer.HttpServer, () =>
          Effect.addFinalizer(() => Effect.sync(() => http.closeAllConnections()))
        )
      )
      const options = { port, host, gracefulShutdownTimeout: "1 second" } as const
      return Layer.provide(
        closed,
        NodeHttpServer.layerServer(() => http, options)
      )
    })
  )

export const layer: Layer.Layer<Network> = Layer.succeed(Network, { client, direct, server })
