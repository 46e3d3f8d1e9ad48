import { spawn } from "node:child_process"
import * as NodeFs from "node:fs"
import * as NodePath from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { glb } from "../samples.ts"
import { assertBig, big, first, partsIn, serve, silence, whole } from "../server.ts"
import { id, list, read, withDirectory } from "../support.ts"

const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)

/** A program that downloads these files of a job into a directory, and prints which it kept. */
const start = (origin: string, directory: string, ...names: ReadonlyArray<string>) => {
  const program = `
    import * as NodeServices from "@effect/platform-node/NodeServices"
    import * as Effect from "effect/Effect"
    import * as FetchHttpClient from "effect/http/FetchHttpClient"
    import * as SignedLink from ${module("../../../src/cloud/SignedLink.ts")}
    import * as Endpoint from ${module("../../../src/cloud/Endpoint.ts")}
    import * as Job from ${module("../../../src/job/Job.ts")}
    import * as ResultFiles from ${module("../../../src/files/ResultFiles.ts")}
    const files = ${JSON.stringify(names)}.map((name) =>
      new Job.File3D({ type: "GLB", url: SignedLink.make("${origin}/" + name + ".glb") }))
    const job = new Job.Done({ id: Job.JobId.make("${id}"), files })
    const done = await ResultFiles.download(job, ${JSON.stringify(directory)}).pipe(
      Effect.provide(Endpoint.layer({ host: "localhost" })),
      Effect.provide(NodeServices.layer), Effect.provide(FetchHttpClient.layer), Effect.runPromise)
    console.log(JSON.stringify(done.map((file) => file.kept)))`
  return spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", 2] })
}

const outputOf = (child: ReturnType<typeof start>) =>
  Effect.callback<string>((resume) => {
    let output = ""
    child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()))
    child.on("close", () => resume(Effect.succeed(output.trim())))
  })

describe("processes", () => {
  it.live("that follow a killed one request only what is not there", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        const { origin, requests } = yield* serve((request, response) => {
          if (request.url === "/b.glb") whole(glb(5000), "b")(request, response)
          else if (request.headers.range === undefined) first(big, 200_000, silence)(request, response)
          else whole(big)(request, response)
        })
        const killed = start(origin, directory, "a", "b")
        const hasArrived = () => {
          const [part, ...others] = partsIn(directory)
          if (part === undefined || others.length > 0 || list(directory).length < 2) return false
          return NodeFs.statSync(NodePath.join(directory, part)).size === 200_000
        }
        while (!hasArrived()) yield* Effect.sleep("10 millis")
        yield* Effect.callback<void>((resume) => {
          killed.on("exit", () => resume(Effect.void))
          killed.kill("SIGKILL")
        })
        assert.lengthOf(list(directory), 2)

        assert.strictEqual(yield* outputOf(start(origin, directory, "a", "b")), "[false,true]")
        assert.isTrue(Buffer.from(big).equals(read(NodePath.join(directory, `${id}-glb.glb`))))
        assert.deepStrictEqual(list(directory), [`${id}-glb-2.glb`, `${id}-glb.glb`])
        assert.deepStrictEqual(
          requests.map((headers) => headers.range),
          [undefined, undefined, "bytes=200000-"]
        )
      }).pipe(Effect.scoped)
    )
  )

  it.live("that download the same job into one directory at the same time all succeed", () =>
    withDirectory((directory) =>
      Effect.gen(function* () {
        // Answers come when all have asked, so that the downloads overlap.
        const held: Array<() => void> = []
        const { origin } = yield* serve((request, response) => {
          held.push(() => whole(big)(request, response))
          if (held.length === 3) for (const answer of held) answer()
          else if (held.length > 3) whole(big)(request, response)
        })
        const outputs = yield* Effect.forEach([1, 2, 3], () => outputOf(start(origin, directory, "a")), {
          concurrency: "unbounded"
        })
        assert.deepStrictEqual(outputs, ["[false]", "[false]", "[false]"])
        assertBig(directory)
      }).pipe(Effect.scoped)
    )
  )
})
