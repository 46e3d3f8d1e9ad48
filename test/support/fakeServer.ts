/** The fake behind a socket on loopback. */
import * as Http from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Layer } from "effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Fake from "../../src/testing/Fake.ts"

/** Serves a fake on a port of its own until the scope closes. The host is `127.0.0.1:port`. */
export const serveFake = Effect.fnUntraced(function* (options?: Fake.Options) {
  const server = NodeHttpServer.layer(() => Http.createServer(), {
    host: "127.0.0.1",
    port: 0,
    gracefulShutdownTimeout: 0
  })
  const context = yield* Layer.build(Layer.merge(server, Fake.layerHandle(options)))
  return yield* Effect.gen(function* () {
    yield* HttpServer.serveEffect(Fake.httpApp)
    const { address } = yield* HttpServer.HttpServer
    if (address._tag !== "InetAddressV4") return yield* Effect.die(address)
    return { fake: yield* Fake.Fake, host: `127.0.0.1:${address.port}`, port: address.port }
  }).pipe(Effect.provide(context))
})
