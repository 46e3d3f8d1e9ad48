import * as http from "node:http"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, it } from "@effect/vitest"
import { ConfigProvider, Effect, FileSystem, Layer } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import * as Replay from "../../../../src/testing/Replay.ts"
import { json, noVariables, request } from "./calls.ts"

it.live("a replay from the disk is what was recorded over sockets", () =>
  Effect.gen(function* () {
    const server = http.createServer((incoming, outgoing) => {
      if (incoming.url === "/drop") incoming.socket.destroy()
      else if (incoming.url === "/bytes?signature=1") outgoing.end(Buffer.of(0, 255, 128))
      else if (incoming.url === "/") incoming.pipe(outgoing)
    })
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () => Effect.sync(() => server.close().closeAllConnections())
    )
    const address = server.address()
    assert(typeof address === "object" && address !== null)
    const url = `http://127.0.0.1:${address.port}`

    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.makeTempDirectoryScoped()
    const path = `${folder}/cassette.json`

    const bytes = HttpClient.get(`${url}/bytes?signature=1`).pipe(
      Effect.flatMap((response) => response.arrayBuffer),
      Effect.map((buffer) => [...new Uint8Array(buffer)])
    )
    const program = Effect.all([
      json(request({ url, body: { b: 1, a: ["é"] } })),
      bytes,
      HttpClient.get(`${url}/drop`).pipe(
        Effect.flip,
        Effect.map((error) => error.reason._tag)
      ),
      HttpClient.get(`${url}/never`).pipe(
        Effect.timeoutOption("50 millis"),
        Effect.map((option) => option._tag)
      )
    ])
    const expected = [{ b: 1, a: ["é"] }, [0, 255, 128], "TransportError", "None"]

    const Recorder = Replay.layerRecord(path).pipe(
      Layer.provide([FetchHttpClient.layer, ConfigProvider.layer(noVariables)])
    )
    assert.deepStrictEqual<unknown>(yield* Effect.provide(program, Recorder), expected)
    assert.deepStrictEqual(yield* fs.readDirectory(folder), ["cassette.json"])

    server.close().closeAllConnections()
    assert.deepStrictEqual<unknown>(yield* Effect.provide(program, Replay.layerFile(path)), expected)
  }).pipe(Effect.provide(NodeFileSystem.layer))
)
