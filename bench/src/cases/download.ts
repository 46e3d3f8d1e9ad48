/**
 * Downloading one large file from a server on loopback, into memory where the system has a place for that: time on the clock and of the processor.
 *
 * The peers write what arrives to a file and check nothing: undici with a pipe of Node, and Effect's client with
 * `writeAll` for each piece.
 */
import { createWriteStream } from "node:fs"
import { rm } from "node:fs/promises"
import * as path from "node:path"
import { pipeline } from "node:stream/promises"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { request } from "@effect/platform-node/Undici"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as HttpClient from "effect/http/HttpClient"
import * as Stream from "effect/Stream"
import * as Endpoint from "../../../src/cloud/Endpoint.ts"
import * as SignedLink from "../../../src/cloud/SignedLink.ts"
import * as ResultFiles from "../../../src/files/ResultFiles.ts"
import * as Job from "../../../src/job/Job.ts"
import { compare, type Form, timed } from "../measure.ts"
import { scratch } from "../scratch.ts"
import { serve } from "../server.ts"
import { jobId } from "../support.ts"

const ours = (url: string, directory: string) => {
  const file = new Job.File3D({ type: "GLB", url: SignedLink.make(url) })
  return ResultFiles.download(new Job.Done({ id: jobId(0), files: [file] }), directory)
}

const undici = (url: string, directory: string) =>
  Effect.promise(async () => {
    const { body } = await request(url)
    await pipeline(body, createWriteStream(path.join(directory, "model.glb")))
  })

const effects = Effect.fnUntraced(function* (url: string, directory: string) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* fs.open(path.join(directory, "model.glb"), { flag: "w" })
  const response = yield* HttpClient.get(url)
  yield* Stream.runForEach(response.stream, (bytes) => file.writeAll(bytes))
}, Effect.scoped)

export const download = {
  name: "download",
  run: Effect.fnUntraced(function* (form: Form) {
    const megabytes = { short: 200, full: 500 }[form]
    const host = yield* serve
    const fs = yield* FileSystem.FileSystem
    const directory = yield* scratch(megabytes * 1_000_000)
    const url = `http://${host}/${megabytes * 1_000_000}`
    const into = <E, R>(download: (url: string, directory: string) => Effect.Effect<unknown, E, R>) =>
      Effect.gen(function* () {
        const place = path.join(directory, "download")
        yield* fs.makeDirectory(place)
        const took = yield* timed(download(url, place))
        yield* Effect.promise(() => rm(place, { recursive: true }))
        return took
      })
    return yield* compare(form, {
      title: `download ${megabytes} MB`,
      rounds: { short: 7, full: 9 },
      warmUps: 1,
      ours: into(ours),
      peers: { undici: into(undici), "Effect's stream": into(effects) },
      metrics: {
        time: { name: "time", unit: "ms", form: "full", goals: { undici: 1.3 } },
        cpu: { name: "CPU", unit: "ms", goals: { undici: 1.3 } }
      }
    }).pipe(Effect.provide(NodeHttpClient.layerUndici), Effect.provide(Endpoint.layer({ protocol: "http", host })))
  })
}
