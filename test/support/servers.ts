/** Servers on this machine that the library did not write, for tests with real sockets. */
import * as Http from "node:http"
import * as Net from "node:net"
import { Effect } from "effect"

/** Listens on a port of its own until the test ends, and keeps every connection that comes. */
export const listen = (server: Net.Server) =>
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

/** A request as it arrived. */
export interface Arrived {
  readonly headers: Http.IncomingHttpHeaders
  readonly body: Buffer
}

/** Answers over HTTP, each time a request has arrived as a whole. `nth` counts from 1. */
export const serve = Effect.fnUntraced(function* (answer: (response: Http.ServerResponse, nth: number) => void) {
  const requests: Array<Arrived> = []
  const server = Http.createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      requests.push({ headers: request.headers, body: Buffer.concat(chunks) })
      answer(response, requests.length)
    })
  })
  return { ...(yield* listen(server)), requests }
})

/** Does with the socket whatever is wanted, each time a request with a JSON body has arrived as a whole. */
export const serveRaw = Effect.fnUntraced(function* (answer: (socket: Net.Socket) => void) {
  const requests: Array<string> = []
  const server = Net.createServer((socket) => {
    let received = ""
    socket.on("data", (chunk) => {
      received += chunk
      if (!received.endsWith("}")) return
      requests.push(received)
      received = ""
      answer(socket)
    })
  })
  return { ...(yield* listen(server)), requests }
})

/** Waits until a connection has been closed. */
export const closed = (socket: Net.Socket | undefined) =>
  Effect.callback<void>((resume) => {
    if (socket === undefined) return resume(Effect.die("nobody has connected"))
    if (socket.closed) return resume(Effect.void)
    socket.once("close", () => resume(Effect.void))
  })
