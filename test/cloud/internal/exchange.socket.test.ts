/**
 * Calls over real sockets, against servers that the library did not write: what becomes of connections, redirects, slow
 * and broken answers, and proxies, with both transports that the documentation names.
 */
import * as Http from "node:http"
import * as Net from "node:net"
import * as Timers from "node:timers/promises"
import * as Zlib from "node:zlib"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import Undici from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import { ByteSize, Deferred, Effect, Fiber, Layer, Redacted, Result, Schedule, Schema } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import type * as ApiError from "../../../src/cloud/ApiError.ts"
import * as Credentials from "../../../src/cloud/Credentials.ts"
import * as Endpoint from "../../../src/cloud/Endpoint.ts"
import * as Operation from "../../../src/cloud/Operation.ts"
import * as Policy from "../../../src/cloud/Policy.ts"
import * as RateLimit from "../../../src/cloud/RateLimit.ts"
import * as Signer from "../../../src/cloud/Signer.ts"
import * as Tc3 from "../../../src/cloud/Tc3.ts"
import * as TencentCloud from "../../../src/cloud/TencentCloud.ts"
import * as Hunyuan from "../../../src/job/Hunyuan.ts"
import { closed, listen, serve, serveRaw } from "../../support/servers.ts"

const Query = Operation.make({
  action: "QueryHunyuanTo3DProJob",
  product: Hunyuan.product,
  input: Schema.Struct({ JobId: Schema.String }),
  output: Schema.Struct({ Status: Schema.String }),
  safeToRepeat: true
})

const credential = {
  secretId: "AKIDTEST",
  secretKey: Redacted.make("secret"),
  token: Redacted.make("session-token")
}

type Client = Layer.Layer<HttpClient.HttpClient>

const clients = { undici: NodeHttpClient.layerUndici, fetch: FetchHttpClient.layer }

const status = (Status: string) => JSON.stringify({ Response: { Status, RequestId: "e7c1aa24" } })
const running = status("RUN")

const policy: Policy.Options = {
  timeout: "1 minute",
  maxResponseSize: ByteSize.kibibytes(64),
  retry: Schedule.recurs(0)
}

/** Runs calls with the library's layers against the host: no limit of the rate, and no retry unless it is given. */
const withApp =
  (host: string, client: Client, options?: Partial<Policy.Options>) =>
  <A, E>(effect: Effect.Effect<A, E, TencentCloud.TencentCloud>): Effect.Effect<A, E> =>
    effect.pipe(
      Effect.provide(
        TencentCloud.layerNoDeps.pipe(
          Layer.provide([client, RateLimit.layerNone, Signer.layer]),
          Layer.provide(Credentials.layer(credential))
        )
      ),
      Effect.provideService(Policy.Policy, { ...policy, ...options }),
      Effect.provide(Endpoint.layer({ protocol: "http", host }))
    )

const queryOf = (JobId: string) => Effect.map(TencentCloud.call(Query, { JobId }), (answer) => answer.Status)
const query = queryOf("1375367755519696896")
const reason = Effect.map(Effect.flip(query), (error): ApiError.Reason => error.reason)

/** Writes one piece after another for as long as somebody is there. */
const trickle = (socket: Net.Socket, head: string, piece: string) => {
  socket.write(head)
  const timer = setInterval(() => socket.write(piece), 20)
  socket.on("close", () => clearInterval(timer))
}

/** What is sent, and what then becomes of the connection. */
const brokenAnswers: Readonly<Record<string, (socket: Net.Socket) => void>> = {
  "no answer at all": (socket) => socket.end(),
  "a reset instead of an answer": (socket) => socket.resetAndDestroy(),
  "a body that is reset": (socket) =>
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n${running}`, () => socket.resetAndDestroy()),
  "a body shorter than its content-length": (socket) =>
    socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n${running}`),
  "a content-length that is no number": (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n"),
  "a chunked body without its end": (socket) =>
    socket.end(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${running.length.toString(16)}\r\n${running}\r\n`),
  "a chunk without a size": (socket) => socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n{}\r\n"),
  "something else than HTTP": (socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n"),
  "a status that is none": (socket) => socket.end("HTTP/1.1 999999 \r\n\r\n"),
  "a header beyond all measure": (socket) => socket.end(`HTTP/1.1 200 OK\r\nx-a: ${"a".repeat(100_000)}\r\n\r\n`)
}

const slowAnswers: Readonly<Record<string, (socket: Net.Socket) => void>> = {
  "never comes": () => {},
  "never ends its headers": (socket) => trickle(socket, "HTTP/1.1 200 OK\r\n", "x-a: b\r\n"),
  "never ends its body": (socket) => trickle(socket, "HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n", " ")
}

for (const [name, client] of Object.entries(clients)) {
  describe.concurrent(`over ${name}`, () => {
    it.live("the request arrives as it was signed, and without trace headers", () =>
      Effect.gen(function* () {
        const { host, requests } = yield* serve((response) => response.end(running))
        yield* query.pipe(withApp(host, client), Effect.withSpan("outer"))
        const { body, headers } = requests[0] ?? assert.fail("nothing arrived")
        assert.strictEqual(headers.host, host)
        assert.isTrue(
          Tc3.verify({
            method: "POST",
            host,
            headers: { "content-type": headers["content-type"], "x-tc-action": String(headers["x-tc-action"]) },
            payload: body,
            authorization: Result.getOrThrow(Tc3.parseAuthorization(headers.authorization ?? "")),
            timestamp: Number(headers["x-tc-timestamp"]),
            credential
          })
        )
        assert.strictEqual(headers["x-tc-token"], "session-token")
        assert.doesNotHaveAnyKeys(headers, ["traceparent", "tracestate", "b3"])
      })
    )

    it.live("calls one after another keep using the same connections", () =>
      Effect.gen(function* () {
        const { host, connections } = yield* serve((response) => response.end(running))
        yield* Effect.all(Array.from({ length: 8 }, () => query)).pipe(withApp(host, client))
        // Two take turns, since the next call starts before the last one's connection is free again.
        assert.isAtMost(connections.length, 2)
      })
    )

    it.live("a kept connection that the server has given up is replaced by a retry", () =>
      Effect.gen(function* () {
        const used: Array<number> = []
        const { host, connections } = yield* serve((response, nth) => {
          used.push(connections.findIndex((socket) => socket === response.socket))
          if (nth === 2) response.destroy()
          else response.end(running)
        })
        // A connection is free again one turn after the answer has been read.
        const turn = Effect.promise(() => Timers.setImmediate())
        yield* Effect.all([query, turn, query]).pipe(withApp(host, client, { retry: Schedule.recurs(1) }))
        assert.deepStrictEqual(used, [0, 0, 1])
      })
    )

    it.live("20 calls at once get 20 answers, each its own", () =>
      Effect.gen(function* () {
        const held: Array<Http.ServerResponse> = []
        const server = yield* serve((response, nth) => {
          held.push(response)
          // Nobody is answered before all requests are there.
          if (nth < 20) return
          for (const [n, response] of held.entries()) {
            response.end(status(JSON.parse(String(server.requests[n]?.body)).JobId))
          }
        })
        const ids = Array.from({ length: 20 }, (_, n) => `13753677555196968${n + 10}`)
        const answers = yield* Effect.forEach(ids, queryOf, { concurrency: "unbounded" }).pipe(
          withApp(server.host, client)
        )
        assert.deepStrictEqual(answers, ids)
      })
    )

    it.live("a connection that is refused is a failure of the transport that says so", () =>
      Effect.gen(function* () {
        const { host } = yield* Effect.scoped(serve((response) => response.end(running)))
        const failure = yield* reason.pipe(withApp(host, client))
        assert.strictEqual(failure._tag, "Transport")
        assert.match(failure.message, new RegExp(`^http://${host}/ could not be reached \\(.*ECONNREFUSED`))
      })
    )

    it.live("a connection that is closed before it is encrypted has sent nothing", () =>
      Effect.gen(function* () {
        const { host } = yield* listen(Net.createServer((socket) => socket.once("data", () => socket.end())))
        const failure = yield* reason.pipe(
          Effect.provide(Endpoint.layer({ protocol: "https", host })),
          withApp(host, client)
        )
        assert.deepStrictEqual([failure._tag, failure.mayHaveRun], ["Transport", false])
      })
    )

    for (const [what, answer] of Object.entries(brokenAnswers)) {
      it.live(`${what} is a failure of the transport, and is retried`, () =>
        Effect.gen(function* () {
          const { host, requests } = yield* serveRaw(answer)
          const failure = yield* reason.pipe(withApp(host, client, { retry: Schedule.recurs(2) }))
          assert.strictEqual(failure._tag, "Transport")
          assert.match(failure.message, new RegExp(`^http://${host}/ could not be reached \\(.+\\)`))
          assert.lengthOf(requests, 3)
        })
      )
    }

    it.live("a retry after a body that was reset gets the whole answer", () =>
      Effect.gen(function* () {
        const { host, requests } = yield* serve((response, nth) => {
          if (nth > 1) {
            response.end(running)
          } else {
            response.setHeader("content-length", running.length)
            response.write(running.slice(0, 20), () => response.socket?.resetAndDestroy())
          }
        })
        assert.strictEqual(yield* query.pipe(withApp(host, client, { retry: Schedule.recurs(1) })), "RUN")
        assert.lengthOf(requests, 2)
      })
    )

    it.live("an answer without content is malformed", () =>
      Effect.gen(function* () {
        const { host } = yield* serve((response) => response.writeHead(204).end())
        assert.include(yield* reason.pipe(withApp(host, client)), { _tag: "MalformedResponse", status: 204 })
      })
    )

    it.live("a redirect is malformed, and not followed", () =>
      Effect.gen(function* () {
        const redirects = [301, 302, 303, 307, 308]
        const other = yield* serve((response) => response.end(running))
        const { host } = yield* serve((response, nth) =>
          response.writeHead(redirects[nth - 1] ?? 200, { location: `http://${other.host}/` }).end()
        )
        const failures = yield* Effect.forEach(redirects, () => reason).pipe(withApp(host, client))
        assert.deepStrictEqual(
          failures.map((failure) => failure._tag === "MalformedResponse" && failure.status),
          redirects
        )
        assert.lengthOf(other.connections, 0)
      })
    )

    for (const [what, answer] of Object.entries(slowAnswers)) {
      it.live(`an answer that ${what} ends with the time of its attempt, and so does its connection`, () =>
        Effect.gen(function* () {
          const { host, connections } = yield* serveRaw(answer)
          const failure = yield* reason.pipe(
            Effect.tap(() => closed(connections[0])),
            // A busy machine needs its time to connect.
            withApp(host, client, { timeout: "500 millis" })
          )
          assert.strictEqual(failure._tag, "Timeout")
        })
      )
    }

    it.live("a body without end is cut off at the size allowed, and its connection closed", () =>
      Effect.gen(function* () {
        const { host, connections } = yield* serveRaw((socket) => {
          const more = () => {
            while (!socket.destroyed && socket.write(`1000\r\n${" ".repeat(0x1000)}\r\n`));
          }
          socket.on("drain", more)
          socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
          more()
        })
        const failure = yield* reason.pipe(
          Effect.tap(() => closed(connections[0])),
          withApp(host, client)
        )
        assert.strictEqual(failure._tag, "MalformedResponse")
        assert.include(failure.message, "it is larger than 64 KiB")
      })
    )

    for (const [when, head] of [
      ["before the answer", ""],
      ["within the body", "HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n{"]
    ] as const) {
      it.live(`a call that is interrupted ${when} closes its connection at once`, () =>
        Effect.gen(function* () {
          const arrived = yield* Deferred.make<void>()
          const { host, connections, requests } = yield* serveRaw((socket) => {
            socket.write(head, () => Deferred.doneUnsafe(arrived, Effect.void))
          })
          yield* Effect.gen(function* () {
            const fiber = yield* Effect.forkChild(query)
            yield* Deferred.await(arrived)
            yield* Fiber.interrupt(fiber)
            yield* closed(connections[0])
          }).pipe(withApp(host, client, { retry: Schedule.recurs(2) }))
          assert.lengthOf(requests, 1)
        })
      )
    }

    it.live("an answer is read whether compressed or not, as the transport accepts it", () =>
      Effect.gen(function* () {
        const { host } = yield* serve((response) => {
          if (/gzip/.test(response.req.headers["accept-encoding"] ?? "")) {
            response.setHeader("content-encoding", "gzip").end(Zlib.gzipSync(running))
          } else {
            response.end(running)
          }
        })
        assert.strictEqual(yield* query.pipe(withApp(host, client)), "RUN")
      })
    )
  })
}

describe("an answer that is compressed though nobody asked for that", () => {
  /** Answers with a body that says to be compressed. */
  const compressed = (body: Buffer) =>
    serve((response) => {
      response.setHeader("content-encoding", "gzip").setHeader("content-length", body.length).end(body)
    })

  for (const [name, client] of Object.entries(clients)) {
    it.live(`is read over ${name}`, () =>
      Effect.gen(function* () {
        const { host } = yield* compressed(Zlib.gzipSync(running))
        assert.strictEqual(yield* query.pipe(withApp(host, client)), "RUN")
      })
    )

    it.live(`is cut off over ${name} at the size allowed, however small it says to be`, () =>
      Effect.gen(function* () {
        const bomb = Zlib.gzipSync(" ".repeat(100 * 1024))
        assert.isBelow(bomb.length, 1024)
        const { host } = yield* compressed(bomb)
        const failure = yield* reason.pipe(withApp(host, client))
        assert.include(failure.message, "it is larger than 64 KiB")
      })
    )
  }

  it.live("is malformed over undici when it is damaged", () =>
    Effect.gen(function* () {
      const body = Zlib.gzipSync(running)
      for (const damaged of [body.subarray(0, -9), Buffer.concat([body.subarray(0, 10), Buffer.from("nothing")])]) {
        const { host } = yield* compressed(damaged)
        const failure = yield* reason.pipe(withApp(host, clients.undici))
        assert.include(failure.message, "it is compressed, and damaged")
      }
    })
  )
})

describe("options of fetch", () => {
  const options = Layer.succeed(FetchHttpClient.RequestInit, { redirect: "follow", headers: { "x-own": "1" } })
  const client = FetchHttpClient.layer.pipe(Layer.provideMerge(options))
  const redirecting = Effect.gen(function* () {
    const other = yield* serve((response) => response.end(running))
    const { host } = yield* serve((response) => response.writeHead(307, { location: `http://${other.host}/` }).end())
    return { host, other }
  })

  it.live("no redirect is followed when options beneath the client say so", () =>
    Effect.gen(function* () {
      const { host, other } = yield* redirecting
      const failure = yield* reason.pipe(withApp(host, client))
      assert.strictEqual(failure._tag, "MalformedResponse")
      assert.lengthOf(other.connections, 0)
    })
  )

  it.live("no redirect is followed when options around the call say so", () =>
    Effect.gen(function* () {
      const { host, other } = yield* redirecting
      const failure = yield* reason.pipe(withApp(host, clients.fetch), Effect.provide(options))
      assert.strictEqual(failure._tag, "MalformedResponse")
      assert.lengthOf(other.connections, 0)
    })
  )

  it.live("headers of its own are not sent, since they may be meant for another host", () =>
    Effect.gen(function* () {
      const { host, requests } = yield* serve((response) => response.end(running))
      yield* query.pipe(withApp(host, client))
      assert.isUndefined(requests[0]?.headers["x-own"])
    })
  )
})

describe("a proxy", () => {
  /** Answers in place of whatever host is named over plain http, and lets nobody through to https. */
  const serveProxy = Effect.gen(function* () {
    const named: Array<string> = []
    const server = Http.createServer((request, response) => {
      named.push(request.headers.host ?? "")
      request.resume().on("end", () => response.end(running))
    })
    server.on("connect", (request: Http.IncomingMessage, socket: Net.Socket) => {
      if (request.url?.endsWith(":443") === true) {
        named.push(request.url)
        socket.end("HTTP/1.1 403 Forbidden\r\n\r\n")
      } else {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
        server.emit("connection", socket)
      }
    })
    return { url: `http://${(yield* listen(server)).host}`, named }
  })

  /** Nobody listens there. */
  const nowhere = "127.9.9.9:9999"

  const layerProxied = (url: string) =>
    NodeHttpClient.layerUndiciNoDispatcher.pipe(
      Layer.provide(
        Layer.effect(
          NodeHttpClient.Dispatcher,
          Effect.acquireRelease(
            Effect.sync(() => new Undici.EnvHttpProxyAgent({ httpProxy: url, httpsProxy: url, noProxy: "" })),
            (dispatcher) => Effect.promise(() => dispatcher.destroy())
          )
        )
      )
    )

  it.live("a proxy is used by undici through its EnvHttpProxyAgent", () =>
    Effect.gen(function* () {
      const { named, url } = yield* serveProxy
      assert.strictEqual(yield* query.pipe(withApp(nowhere, layerProxied(url))), "RUN")
      assert.deepStrictEqual(named, [nowhere])
    })
  )

  it.live("a proxy that lets nobody through is a failure of the transport", () =>
    Effect.gen(function* () {
      const { named, url } = yield* serveProxy
      const failure = yield* reason.pipe(
        Effect.provide(Endpoint.layer({ protocol: "https" })),
        withApp("hunyuan.intl.tencentcloudapi.com", layerProxied(url))
      )
      assert.strictEqual(failure._tag, "Transport")
      assert.deepStrictEqual(named, ["hunyuan.intl.tencentcloudapi.com:443"])
    })
  )
})
