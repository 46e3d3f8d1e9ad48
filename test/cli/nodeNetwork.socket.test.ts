import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as HttpServer from "effect/http/HttpServer"
import { Network } from "../../src/cli/network.ts"
import * as NodeNetwork from "../../src/cli/nodeNetwork.ts"

describe("the network on Node", () => {
  const formatted = HttpServer.HttpServer.useSync(({ address }) => HttpServer.formatAddress(address))

  it.live("listens on loopback, on any free port when it is 0", () =>
    Effect.gen(function* () {
      const { server } = yield* Network
      assert.match(yield* Effect.provide(formatted, server(0)), /^http:\/\/127\.0\.0\.1:[1-9]\d+$/)
    }).pipe(Effect.provide(NodeNetwork.layer))
  )

  it.live("fails with ServeError when the port is taken", () =>
    Effect.gen(function* () {
      const { server } = yield* Network
      const { port } = new URL(yield* formatted)
      const error = yield* Effect.flip(Layer.build(server(Number(port))))
      assert.strictEqual(error._tag, "ServeError")
    }).pipe(
      Effect.provide([NodeNetwork.layer, NodeHttpServer.layerServer(createServer, { port: 0, host: "127.0.0.1" })])
    )
  )
})
