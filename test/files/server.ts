/** A storage behind a socket, for tests of downloads. */
import * as NodeFs from "node:fs"
import * as Http from "node:http"
import * as NodePath from "node:path"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert } from "@effect/vitest"
import { Effect, type FileSystem, type Path, type Scope } from "effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as ResultFiles from "../../src/files/ResultFiles.ts"
import { glb } from "./samples.ts"
import { done, id, list, locally, read, withDirectory } from "./support.ts"

type Answer = (request: Http.IncomingMessage, response: Http.ServerResponse) => void

/** A server that answers its requests one after the other, the last answer again and again. */
export const serve = (...answers: ReadonlyArray<Answer>) =>
  Effect.acquireRelease(
    Effect.callback<{
      readonly origin: string
      /** The headers of each request. */
      readonly requests: Array<Http.IncomingHttpHeaders>
      readonly server: Http.Server
    }>((resume) => {
      const requests: Array<Http.IncomingHttpHeaders> = []
      const server = Http.createServer((request, response) => {
        const answer = answers[Math.min(requests.length, answers.length - 1)]
        requests.push(request.headers)
        answer?.(request, response)
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port : undefined
        resume(Effect.succeed({ origin: `http://127.0.0.1:${port}`, requests, server }))
      })
    }),
    ({ server }) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  )

export const etag = (name: string) => `"${name}"`

/** All of the bytes, or the rest of them if that is what is requested. */
export const whole =
  (bytes: Uint8Array, name = "v1"): Answer =>
  (request, response) => {
    const start = Number(/^bytes=([0-9]+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0)
    const headers = { etag: etag(name) }
    if (start === 0 || request.headers["if-range"] !== etag(name)) {
      response.writeHead(200, { ...headers, "content-length": bytes.length }).end(bytes)
    } else if (start >= bytes.length) {
      response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end()
    } else {
      response
        .writeHead(206, {
          ...headers,
          "content-length": bytes.length - start,
          "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}`
        })
        .end(bytes.subarray(start))
    }
  }

/** The first bytes of all that are announced, and then what is told. */
export const first =
  (bytes: Uint8Array, count: number, then: (response: Http.ServerResponse) => void, name = "v1"): Answer =>
  (_, response) => {
    response.writeHead(200, { etag: etag(name), "content-length": bytes.length })
    response.write(bytes.subarray(0, count), () => setTimeout(() => then(response), 20))
  }

/** The bytes without their length, and then the end of the connection. */
export const closing =
  (bytes: Uint8Array): Answer =>
  ({ socket }) => {
    socket.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
    socket.end(bytes)
  }

/** The bytes as one chunk, and then the end of the connection, without the mark that ends the body. */
export const closingInChunks =
  (bytes: Uint8Array): Answer =>
  ({ socket }) => {
    socket.write("HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n")
    socket.write(`${bytes.length.toString(16)}\r\n`)
    socket.end(Buffer.concat([bytes, Buffer.from("\r\n")]))
  }

export const reset = (response: Http.ServerResponse) => void response.socket?.resetAndDestroy()

export const silence = () => undefined

export const big = glb(300_000)

/** The parts of the big file in a directory. */
export const partsIn = (directory: string) => list(directory).filter((name) => name.endsWith(".part"))

/** Resets the connection when some of what was sent is on the disk: a reset discards what is still under way. */
export const resetOnceWritten = (directory: string) => (response: Http.ServerResponse) => {
  const timer = setInterval(() => {
    const [part] = partsIn(directory)
    if (part === undefined || NodeFs.statSync(NodePath.join(directory, part)).size === 0) return
    clearInterval(timer)
    reset(response)
  }, 5)
}

/** Runs over sockets in an empty directory, by each of the clients that users have. */
export const overSockets = <A, E>(
  use: (
    directory: string
  ) => Effect.Effect<A, E, HttpClient.HttpClient | FileSystem.FileSystem | Path.Path | Scope.Scope>
) =>
  Effect.forEach(
    [FetchHttpClient.layer, NodeHttpClient.layerUndici, NodeHttpClient.layerNodeHttp],
    (client) => withDirectory((directory) => Effect.scoped(use(directory)).pipe(Effect.provide(client), locally)),
    { concurrency: "unbounded" }
  )

/** Each case in a directory of its own. */
export const inParallel = <A, E, R>(
  directory: string,
  cases: ReadonlyArray<A>,
  check: (one: A, own: string) => Effect.Effect<void, E, R>
) =>
  Effect.forEach(
    cases,
    (one, index) =>
      Effect.suspend(() => {
        const own = NodePath.join(directory, String(index))
        NodeFs.mkdirSync(own)
        return check(one, own)
      }),
    { concurrency: "unbounded" }
  )

export const fetchBig = (origin: string, directory: string, options?: ResultFiles.Options) =>
  ResultFiles.download(done({ type: "GLB", url: `${origin}/a.glb?q-sign=1` }), directory, options)

/** The big file is there as a whole, and nothing else. */
export const assertBig = (directory: string, bytes = big) => {
  assert.deepStrictEqual(list(directory), [`${id}-glb.glb`])
  assert.isTrue(Buffer.from(bytes).equals(read(NodePath.join(directory, `${id}-glb.glb`))))
}
