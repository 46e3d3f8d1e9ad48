/**
 * The library over real sockets, against servers that it did not write: what becomes of connections, redirects,
 * slow and broken answers, and proxies, with both transports that the documentation names.
 */
import { execFile } from "node:child_process"
import * as Http from "node:http"
import * as Net from "node:net"
import * as Timers from "node:timers/promises"
import * as Zlib from "node:zlib"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import Undici from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import { ByteSize, Deferred, Effect, Fiber, Layer, Redacted, Schedule } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import type * as ApiError from "../../src/cloud/ApiError.ts"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as Signer from "../../src/cloud/Signer.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as Job from "../../src/job/Job.ts"
import * as QueryJob from "../../src/job/QueryJob.ts"

const id = Job.JobId.make("1375367755519696896")

type Client = Layer.Layer<HttpClient.HttpClient>

const clients = {
  undici: NodeHttpClient.layerUndiciOptions({ keepAliveTimeout: 60_000 }),
  fetch: FetchHttpClient.layer
}

/** Listens on a port of its own until the test ends, and keeps every connection that comes. */
const listen = (server: Net.Server) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly host: string; readonly connections: ReadonlyArray<Net.Socket> }>((resume) => {
      const connections: Array<Net.Socket> = []
      server.on("connection", (socket) => {
        // A client that goes away resets its connection.
        socket.on("error", () => {})
        connections.push(socket)
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port : undefined
        resume(Effect.succeed({ host: `127.0.0.1:${port}`, connections }))
      })
    }),
    ({ connections }) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const socket of connections) socket.destroy()
      })
  )

/** Does with the socket whatever is wanted, each time a request has arrived as a whole. */
const serveRaw = Effect.fnUntraced(function* (answer: (socket: Net.Socket, nth: number) => void) {
  const requests: Array<string> = []
  const server = Net.createServer((socket) => {
    let received = ""
    socket.on("data", (chunk) => {
      received += chunk
      if (!received.endsWith("}")) return
      requests.push(received)
      received = ""
      answer(socket, requests.length)
    })
  })
  return { ...(yield* listen(server)), requests }
})

/** The same for answers that are HTTP at least. */
const serve = Effect.fnUntraced(function* (answer: (response: Http.ServerResponse, nth: number) => void) {
  const requests: Array<string> = []
  const server = Http.createServer((request, response) => {
    let body = ""
    request.on("data", (chunk) => (body += chunk))
    request.on("end", () => {
      requests.push(body)
      answer(response, requests.length)
    })
  })
  return { ...(yield* listen(server)), requests }
})

const closed = (socket: Net.Socket | undefined) =>
  Effect.callback<void>((resume) => {
    if (socket === undefined) return resume(Effect.die("nobody has connected"))
    if (socket.closed) return resume(Effect.void)
    socket.once("close", () => resume(Effect.void))
  })

const status = (Status: string, more: object = {}) =>
  JSON.stringify({ Response: { Status, ErrorCode: "", ErrorMessage: "", ResultFile3Ds: [], RequestId: "r", ...more } })
const running = status("RUN")

const policy: TencentCloud.PolicyOptions = {
  timeout: "1 minute",
  maxResponseSize: ByteSize.kibibytes(64),
  retry: Schedule.recurs(0)
}

/** Runs an application with the library's layers against the host. */
const withApp =
  (host: string, client: Client, options?: Partial<TencentCloud.PolicyOptions>) =>
  <A, E>(effect: Effect.Effect<A, E, QueryJob.QueryJob>): Effect.Effect<A, E> =>
    effect.pipe(
      Effect.provide(
        QueryJob.layerNoDeps.pipe(
          Layer.provide(TencentCloud.layerNoDeps),
          Layer.provide([client, RateLimit.layerNone, Signer.layer]),
          Layer.provide(Credentials.layer({ secretId: "AKIDTEST", secretKey: Redacted.make("secret") }))
        )
      ),
      Effect.provideService(TencentCloud.Policy, { ...policy, ...options }),
      Effect.updateService(TencentCloud.Endpoint, (endpoint) => ({ ...endpoint, protocol: "http" as const, host }))
    )

const query = QueryJob.QueryJob.use((jobs) => jobs.query(id))
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
  "a chunked body without its end": (socket) =>
    socket.end(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${running.length.toString(16)}\r\n${running}\r\n`),
  "a chunk without a size": (socket) => socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n{}\r\n"),
  "something else than HTTP": (socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n"),
  "a header beyond all measure": (socket) => socket.end(`HTTP/1.1 200 OK\r\nx-a: ${"a".repeat(100_000)}\r\n\r\n`)
}

const slowAnswers: Readonly<Record<string, (socket: Net.Socket) => void>> = {
  "never comes": () => {},
  "never ends its headers": (socket) => trickle(socket, "HTTP/1.1 200 OK\r\n", "x-a: b\r\n"),
  "never ends its body": (socket) => trickle(socket, "HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n", " ")
}

for (const [name, client] of Object.entries(clients)) {
  describe.concurrent(`over ${name}`, () => {
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
        const job = yield* query.pipe(withApp(host, client, { retry: Schedule.recurs(1) }))
        assert.strictEqual(job._tag, "Running")
        assert.lengthOf(requests, 2)
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

    it.live("a gateway's page of HTML is retried", () =>
      Effect.gen(function* () {
        const { host, requests } = yield* serve((response, nth) => {
          if (nth > 1) response.end(running)
          else response.writeHead(502, { "content-type": "text/html" }).end("<html>502 Bad Gateway</html>")
        })
        const job = yield* query.pipe(withApp(host, client, { retry: Schedule.recurs(1) }))
        assert.strictEqual(job._tag, "Running")
        assert.lengthOf(requests, 2)
      })
    )

    it.live("an answer without content is malformed", () =>
      Effect.gen(function* () {
        const { host } = yield* serve((response) => response.writeHead(204).end())
        assert.include(yield* reason.pipe(withApp(host, client)), { _tag: "MalformedResponse", status: 204 })
      })
    )

    for (const redirect of [301, 302, 303, 307, 308]) {
      it.live(`a redirect with ${redirect} is malformed, and not followed`, () =>
        Effect.gen(function* () {
          const other = yield* serve((response) => response.end(running))
          const { host } = yield* serve((response) =>
            response.writeHead(redirect, { location: `http://${other.host}/` }).end()
          )
          assert.include(yield* reason.pipe(withApp(host, client)), { _tag: "MalformedResponse", status: redirect })
          assert.lengthOf(other.connections, 0)
        })
      )
    }

    for (const [what, answer] of Object.entries(slowAnswers)) {
      it.live(`an answer that ${what} ends with the time of its attempt, and so does its connection`, () =>
        Effect.gen(function* () {
          const { host, connections, requests } = yield* serveRaw(answer)
          const failure = yield* reason.pipe(
            Effect.tap(() => closed(connections[0])),
            withApp(host, client, { timeout: "300 millis" })
          )
          assert.strictEqual(failure._tag, "Timeout")
          assert.lengthOf(requests, 1)
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

    it.live("a query that is interrupted closes its connection at once", () =>
      Effect.gen(function* () {
        const arrived = yield* Deferred.make<void>()
        const { host, connections } = yield* serveRaw(() => Deferred.doneUnsafe(arrived, Effect.void))
        yield* Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(query)
          yield* Deferred.await(arrived)
          yield* Fiber.interrupt(fiber)
          yield* closed(connections[0])
        }).pipe(withApp(host, client))
      })
    )

    it.live("50 queries at once get 50 answers, each its own", () =>
      Effect.gen(function* () {
        const held: Array<Http.ServerResponse> = []
        const server = yield* serve((response, nth) => {
          held.push(response)
          // Nobody is answered before all have asked.
          if (nth < 50) return
          for (const [n, response] of held.entries()) {
            response.end(status("FAIL", { ErrorMessage: JSON.parse(server.requests[n] ?? "").JobId }))
          }
        })
        const ids = Array.from({ length: 50 }, (_, n) => Job.JobId.make(`13753677555196968${n + 10}`))
        const answers = yield* QueryJob.QueryJob.use((jobs) =>
          Effect.forEach(ids, (id) => jobs.query(id), { concurrency: "unbounded" })
        ).pipe(withApp(server.host, client))
        assert.deepStrictEqual(
          answers.map((job) => (job._tag === "Failed" ? job.errorMessage : job._tag)),
          ids
        )
      })
    )

    it.live("an answer is read whether compressed or not, as the transport asks for it", () =>
      Effect.gen(function* () {
        const { host } = yield* serve((response) => {
          if (/gzip/.test(response.req.headers["accept-encoding"] ?? "")) {
            response.setHeader("content-encoding", "gzip").end(Zlib.gzipSync(running))
          } else {
            response.end(running)
          }
        })
        assert.strictEqual((yield* query.pipe(withApp(host, client)))._tag, "Running")
      })
    )
  })
}

describe.concurrent("an answer that is compressed though nobody asked for it", () => {
  const compressed = serve((response) => {
    response.setHeader("content-encoding", "gzip").end(Zlib.gzipSync(running))
  })

  it.live("is read over fetch", () =>
    Effect.gen(function* () {
      const { host } = yield* compressed
      assert.strictEqual((yield* query.pipe(withApp(host, clients.fetch)))._tag, "Running")
    })
  )

  it.live("is malformed over undici, which never asks for it", () =>
    Effect.gen(function* () {
      const { host } = yield* compressed
      assert.strictEqual((yield* reason.pipe(withApp(host, clients.undici)))._tag, "MalformedResponse")
    })
  )
})

describe.concurrent("a wait with a pause of 15 seconds between its looks", () => {
  /** How many connections the wait takes, when the server sends these headers and never closes one itself. */
  const connectionsOfWait = Effect.fnUntraced(function* (client: Client, headers = "") {
    const { host, connections, requests } = yield* serveRaw((socket, nth) => {
      const body = status(nth === 1 ? "RUN" : "DONE")
      socket.write(`HTTP/1.1 200 OK\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`)
    })
    yield* QueryJob.QueryJob.use((jobs) => jobs.wait(id, { schedule: Schedule.spaced("15 seconds") })).pipe(
      withApp(host, client)
    )
    assert.lengthOf(requests, 2)
    return connections.length
  })

  it.live(
    "keeps its connection over undici with a keep-alive of a minute",
    () => Effect.map(connectionsOfWait(clients.undici), (count) => assert.strictEqual(count, 1)),
    30_000
  )

  it.live(
    "opens another one over fetch",
    () => Effect.map(connectionsOfWait(clients.fetch), (count) => assert.strictEqual(count, 2)),
    30_000
  )

  it.live(
    "keeps its connection over fetch when the server says for how long it will",
    () =>
      Effect.map(connectionsOfWait(clients.fetch, "keep-alive: timeout=60\r\n"), (count) =>
        assert.strictEqual(count, 1)
      ),
    30_000
  )
})

describe.concurrent("a proxy", () => {
  /** Answers in place of whatever host is asked for over plain http, and lets nobody through to https. */
  const serveProxy = Effect.gen(function* () {
    const asked: Array<string> = []
    const server = Http.createServer((request, response) => {
      asked.push(request.headers.host ?? "")
      request.resume().on("end", () => response.end(running))
    })
    server.on("connect", (request: Http.IncomingMessage, socket: Net.Socket) => {
      if (request.url?.endsWith(":443") === true) {
        asked.push(request.url)
        socket.end("HTTP/1.1 403 Forbidden\r\n\r\n")
      } else {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
        server.emit("connection", socket)
      }
    })
    return { url: `http://${(yield* listen(server)).host}`, asked }
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

  /** Runs one query in a process with that environment, and prints how it ended. */
  const queryInProcess = (client: "fetch" | "undici", host: string, env: Record<string, string>) =>
    Effect.callback<string>((resume) => {
      const script = `
        import { Effect, Layer, Redacted, Schedule } from "effect"
        import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
        import * as Credentials from "../src/Credentials.ts"
        import * as QueryJob from "../src/QueryJob.ts"
        import * as TencentCloud from "../src/TencentCloud.ts"

        const transport = { fetch: NodeHttpClient.layerFetch, undici: NodeHttpClient.layerUndici }["${client}"]
        const credentials = Credentials.layer({ secretId: "AKIDTEST", secretKey: Redacted.make("secret") })
        QueryJob.QueryJob.use((jobs) => jobs.query("${id}")).pipe(
          Effect.provide(QueryJob.layer.pipe(Layer.provide([transport, credentials]))),
          Effect.updateService(TencentCloud.Policy, (policy) => ({ ...policy, retry: Schedule.recurs(0) })),
          Effect.updateService(TencentCloud.Endpoint, (endpoint) => ({ ...endpoint, protocol: "http", host: "${host}" })),
          Effect.match({ onSuccess: (job) => job.status, onFailure: (error) => error.code }),
          Effect.runPromise
        ).then(console.log)`
      const child = execFile(
        process.execPath,
        ["--input-type=module", "--eval", script],
        { env: { PATH: process.env["PATH"], ...env } },
        (_, stdout, stderr) => resume(Effect.succeed(stdout.trim() || stderr))
      )
      return Effect.sync(() => child.kill("SIGKILL"))
    })

  it.live("is used by undici through its EnvHttpProxyAgent", () =>
    Effect.gen(function* () {
      const { url, asked } = yield* serveProxy
      assert.strictEqual((yield* query.pipe(withApp(nowhere, layerProxied(url))))._tag, "Running")
      assert.deepStrictEqual(asked, [nowhere])
    })
  )

  it.live("that lets nobody through is a failure of the transport", () =>
    Effect.gen(function* () {
      const { url, asked } = yield* serveProxy
      const failure = yield* reason.pipe(
        Effect.updateService(TencentCloud.Endpoint, (endpoint) => ({ ...endpoint, protocol: "https" as const })),
        withApp("hunyuan.intl.tencentcloudapi.com", layerProxied(url))
      )
      assert.strictEqual(failure._tag, "Transport")
      assert.deepStrictEqual(asked, ["hunyuan.intl.tencentcloudapi.com:443"])
    })
  )

  it.live(
    "of the environment is used by fetch when Node is told so",
    () =>
      Effect.gen(function* () {
        const { url, asked } = yield* serveProxy
        const env = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: url, HTTPS_PROXY: url }
        assert.strictEqual(yield* queryInProcess("fetch", nowhere, env), "RUN")
        assert.deepStrictEqual(asked, [nowhere])
      }),
    20_000
  )

  it.live(
    "of the environment is not used by undici with its own agent",
    () =>
      Effect.gen(function* () {
        const { url, asked } = yield* serveProxy
        const direct = yield* serve((response) => response.end(running))
        const env = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: url, HTTPS_PROXY: url }
        assert.strictEqual(yield* queryInProcess("undici", direct.host, env), "RUN")
        assert.deepStrictEqual(asked, [])
      }),
    20_000
  )
})
