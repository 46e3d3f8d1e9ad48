/**
 * The service for one bench, on loopback: it answers every POST with a job that runs, and every GET of `/<size>` with a
 * GLB file of that many bytes. It is a process of its own, so that its CPU time is not that of its clients.
 */
import { fork } from "node:child_process"
import * as Http from "node:http"
import * as Effect from "effect/Effect"

const look = JSON.stringify({
  Response: {
    ErrorCode: "",
    ErrorMessage: "",
    RequestId: "5265eb4b-8ec3-4a07-a0a6-1e7ab4a4b3b1",
    ResultFile3Ds: [],
    Status: "RUN"
  }
})

const chunk = Buffer.alloc(64 * 1024, "3D")

const sendFile = (size: number, response: Http.ServerResponse) => {
  const head = Buffer.alloc(12)
  head.write("glTF")
  head.writeUInt32LE(2, 4)
  head.writeUInt32LE(size, 8)
  response.writeHead(200, { "content-length": size, etag: `"${size}"` })
  response.write(head)
  let left = size - head.length
  const fill = () => {
    while (left > 0) {
      const part = chunk.subarray(0, left)
      left -= part.length
      if (!response.write(part)) return void response.once("drain", fill)
    }
    response.end()
  }
  fill()
}

const answer: Http.RequestListener = (request, response) => {
  if (request.method === "GET") return sendFile(Number(request.url?.slice(1)), response)
  request.resume()
  request.on("end", () => {
    response.writeHead(200, { "content-type": "application/json", "content-length": look.length })
    response.end(look)
  })
}

if (process.argv[1] === import.meta.filename) {
  const server = Http.createServer(answer)
  server.keepAliveTimeout = 60_000
  server.listen(0, "127.0.0.1", () => process.send?.(server.address()))
  process.on("disconnect", () => process.exit())
}

/** Starts the server; its host, as in `127.0.0.1:8080`, for as long as the scope is open. */
export const serve = Effect.map(
  Effect.acquireRelease(
    Effect.callback<{ readonly host: string; readonly stop: () => void }>((resume) => {
      const server = fork(import.meta.filename)
      server.once("message", (address) => {
        const port = typeof address === "object" && "port" in address ? String(address.port) : ""
        resume(Effect.succeed({ host: `127.0.0.1:${port}`, stop: () => void server.kill() }))
      })
      server.once("error", (error) => resume(Effect.die(error)))
    }),
    ({ stop }) => Effect.sync(stop)
  ),
  ({ host }) => host
)
