import { createServer } from "node:http"
import { connect, type Socket } from "node:net"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Layer, Result, Schedule } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Network } from "../../src/cli/network.ts"
import * as NodeNetwork from "../../src/cli/nodeNetwork.ts"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as Endpoint from "../../src/cloud/Endpoint.ts"
import * as Policy from "../../src/cloud/Policy.ts"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as Signer from "../../src/cloud/Signer.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import { closed, listen } from "../support/servers.ts"
import { credential, input, Query, Submit } from "../support/wire.ts"

describe("the network on Node", () => {
  const formatted = HttpServer.HttpServer.useSync(({ address }) => HttpServer.formatAddress(address))

  it.live("listens on loopback, on any free port when it is 0", () =>
    Effect.gen(function* () {
      const { server } = yield* Network
      assert.match(yield* Effect.provide(formatted, server(0)), /^http:\/\/127\.0\.0\.1:[1-9]\d+$/)
    }).pipe(Effect.provide(NodeNetwork.layer))
  )

  it.live("stops to listen although clients hold their connections, and one is in the middle of its request", () =>
    Effect.gen(function* () {
      const { server } = yield* Network
      const sockets = yield* Effect.scoped(
        Effect.gen(function* () {
          const context = yield* Layer.build(server(0))
          const { port } = new URL(yield* Effect.provide(formatted, context))
          yield* Effect.provide(HttpServer.serveEffect(Effect.succeed(HttpServerResponse.empty())), context)
          const sockets = [connect(Number(port), "127.0.0.1"), connect(Number(port), "127.0.0.1")]
          sockets[1]?.write("POST / HTTP/1.1\r\nHost: host\r\nContent-Length: 100\r\n\r\nthe beginning")
          for (const socket of sockets) {
            socket.on("error", () => {})
            yield* Effect.callback<void>((resume) => {
              if (!socket.connecting) return resume(Effect.void)
              socket.once("connect", () => resume(Effect.void))
            })
          }
          return sockets
        })
      )
      for (const socket of sockets) yield* closed(socket)
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

describe("plain http", () => {
  it.live("goes past the proxy of the environment where it must not meet one", () =>
    Effect.gen(function* () {
      const answering = (text: string) => listen(createServer((_, response) => response.end(text)))
      const own = yield* answering("the server")
      const proxy = yield* answering("the proxy")
      vi.stubEnv("HTTP_PROXY", `http://${proxy.host}`)
      const { client, direct } = yield* Network
      const body = HttpClient.get(`http://${own.host}/`).pipe(Effect.flatMap(({ text }) => text))
      assert.strictEqual(yield* Effect.provide(body, direct), "the server")
      assert.notStrictEqual(yield* Effect.orElseSucceed(Effect.provide(body, client), () => "none"), "the server")
    }).pipe(Effect.ensuring(Effect.sync(() => vi.unstubAllEnvs())), Effect.provide(NodeNetwork.layer))
  )
})

/**
 * Closes each connection a moment after it was used, or just as the next request arrives on it. Tells how often the
 * connection of each submission was used before.
 */
const impatient = Effect.gen(function* () {
  const uses = new Map<Socket, number>()
  const usedBefore: Array<number> = []
  const server = createServer((request, response) => {
    const { socket } = request
    const used = uses.get(socket) ?? 0
    uses.set(socket, used + 1)
    if (request.headers["x-tc-action"] === Submit.action) usedBefore.push(used)
    if (used > 0) {
      socket.destroy()
      return
    }
    request.resume().on("end", () => {
      response.end(JSON.stringify({ Response: { Status: "RUN", RequestId: "r" } }), () => {
        setTimeout(() => socket.destroy(), 20 * Math.random())
      })
    })
  })
  return { ...(yield* listen(server)), usedBefore }
})

const fresh = NodeHttpClient.layerUndiciNoDispatcher.pipe(
  Layer.provide(NodeHttpClient.layerDispatcherOptions({ pipelining: 0, allowH2: false }))
)

const clients = {
  "the program": Layer.unwrap(Network.useSync(({ client }) => client)).pipe(Layer.provide(NodeNetwork.layer)),
  "an application with layerFreshConnections": TencentCloud.layerFreshConnections(fresh).pipe(
    Layer.provide(NodeHttpClient.layerUndici)
  )
}

for (const [name, client] of Object.entries(clients)) {
  describe(`a server that closes kept connections, and ${name}`, () => {
    it.live("none of 100 submissions stays without a clear answer: each has a connection of its own", () =>
      Effect.gen(function* () {
        const { host, usedBefore } = yield* impatient
        const { call } = yield* TencentCloud.TencentCloud
        const submissions = Effect.gen(function* () {
          // A look leaves a connection that is kept, and the submission leaves while the server closes it.
          yield* call(Query, input)
          yield* Effect.sleep(`${3 * Math.random()} millis`)
          return yield* Effect.result(call(Submit, input))
        }).pipe(Effect.replicateEffect(100), Effect.provide(Endpoint.layer({ protocol: "http", host })))
        const results = yield* submissions
        assert.deepStrictEqual(results.filter(Result.isFailure), [])
        assert.deepStrictEqual(
          usedBefore,
          Array.from({ length: 100 }, () => 0)
        )
      }).pipe(
        Effect.provide(
          TencentCloud.layerNoDeps.pipe(
            Layer.provide([client, RateLimit.layerNone, Signer.layer]),
            Layer.provide(Credentials.layer(credential))
          )
        ),
        Effect.provide(Policy.layer({ retry: Schedule.recurs(5) }))
      )
    )
  })
}
