/** What only a process shows: signals, exit codes, closed pipes, and the environment as Node reads it. */
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import { createServer } from "node:http"
import * as os from "node:os"
import * as path from "node:path"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Schedule } from "effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Fake from "../../src/testing/Fake.ts"
import { bundle } from "./bundle.ts"
import { credentials, run as runHere, unknownId } from "./run.ts"

let program = ""
beforeAll(async () => {
  program = await bundle()
})
afterAll(() => fs.rmSync(program, { recursive: true, force: true }))

// Where the processes keep their journal.
const state = fs.mkdtempSync(path.join(os.tmpdir(), "hunyuan3d-"))
afterAll(() => fs.rmSync(state, { recursive: true }))

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A process with the program. `printed` waits until it has printed something, and answers with the match. */
const start = Effect.fnUntraced(function* (args: ReadonlyArray<string>, env: Record<string, string> = credentials) {
  const ended = yield* Deferred.make<Ended>()
  const child = execFile(
    process.execPath,
    [path.join(program, "bin.js"), ...args],
    { env: { PATH: process.env["PATH"], XDG_STATE_HOME: state, XDG_CACHE_HOME: state, ...env } },
    (_, stdout, stderr) => Effect.runSync(Deferred.succeed(ended, { code: child.exitCode, stdout, stderr }))
  )
  yield* Effect.addFinalizer(() => Effect.sync(() => child.kill("SIGKILL")))
  let output = ""
  const printed = (text: RegExp) =>
    Effect.callback<string>((resume) => {
      const look = () => {
        const match = text.exec(output)
        if (match !== null) resume(Effect.succeed(match[0]))
      }
      for (const stream of [child.stdout, child.stderr]) stream?.on("data", look)
      look()
    })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (text) => {
      output += String(text)
    })
  }
  return {
    printed,
    ended: Deferred.await(ended),
    kill: Effect.sync(() => child.kill("SIGKILL")),
    signal: (signal: NodeJS.Signals) => Effect.sync(() => child.kill(signal)),
    closeOutput: Effect.sync(() => child.stdout?.destroy())
  }
})

const run = (args: ReadonlyArray<string>, env?: Record<string, string>) =>
  Effect.flatMap(start(args, env), ({ ended }) => ended)

/** The fake behind a real socket, in this process, so that tests can steer it. */
const Served = Effect.provide(
  HttpServer.serve(Fake.httpApp).pipe(
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
    Layer.provideMerge(Fake.layerHandle())
  )
)

const url = HttpServer.HttpServer.useSync(({ address }) => HttpServer.formatAddress(address))

describe.concurrent("the program hunyuan3d", () => {
  it.live("serves jobs that others submit and wait for, until it is interrupted", () =>
    Effect.gen(function* () {
      const serving = yield* start(["serve", "--time-scale", "600"])
      const endpoint = yield* serving.printed(/^http:\/\/127\.0\.0\.1:\d+(?=\n)/)
      const submitted = yield* runHere(["submit", "--prompt", "a teapot", "--json", "--endpoint", endpoint])
      assert.strictEqual(submitted.code, 0, submitted.stderr)
      const waited = yield* runHere(["wait", submitted.stdout, "--interval", "100ms", "--endpoint", endpoint])
      assert.match(waited.stdout, /^TYPE .*\nGLB +127\.0\.0\.1:\d+ .*\nCredits: 25\n$/)
      assert.strictEqual(waited.code, 0)
      yield* serving.signal("SIGINT")
      const { code, stdout } = yield* serving.ended
      assert.strictEqual(stdout, `${endpoint}\n`)
      assert.strictEqual(code, 130)
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )

  it.live.each(["SIGINT", "SIGHUP"] as const)(
    "waits on %s for the answer to a submission under way, and prints its ticket",
    (signal) =>
      Effect.gen(function* () {
        const fake = yield* Fake.Fake
        yield* fake.fault({ slow: "2 seconds" })
        const submitting = yield* start(["submit", "--prompt", "a teapot", "--endpoint", yield* url])
        yield* Effect.repeat(fake.requests, {
          until: (requests) => requests.length > 0,
          schedule: Schedule.spaced("20 millis")
        })
        yield* submitting.signal(signal)
        const { code, stderr } = yield* submitting.ended
        const [job] = yield* fake.jobs
        assert.match(stderr, / Submitting\.\nThe submission is under way\./)
        assert.include(stderr, `hunyuan3d wait ${job?.id} --kind pro`)
        assert.strictEqual(code, 130)
      }).pipe(Served)
  )

  it.live("buys one job for an operation id, in however many processes it is given", () =>
    Effect.gen(function* () {
      const submit = ["submit", "--prompt", "a teapot", "--operation-id", "order-17", "--endpoint", yield* url]
      const first = yield* run(submit)
      const second = yield* run(submit)
      const [job, ...others] = yield* Fake.Fake.use((fake) => fake.jobs)
      assert.include(first.stdout, `Submitted job ${job?.id}.`)
      assert.include(second.stdout, `Nothing was submitted: operation order-17 has job ${job?.id}, of 20`)
      assert.deepStrictEqual([first.code, second.code, others.length], [0, 0, 0])
    }).pipe(Served)
  )

  it.live("has a submission in its journal whose process was killed before the answer came", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      yield* fake.fault("never")
      const submit = ["submit", "--prompt", "a teapot", "--operation-id", "order-18", "--endpoint", yield* url]
      const submitting = yield* start(submit)
      yield* Effect.repeat(fake.requests, {
        until: (requests) => requests.length > 0,
        schedule: Schedule.spaced("20 millis")
      })
      yield* submitting.kill
      yield* submitting.ended
      const { code, stderr } = yield* run(submit)
      assert.match(stderr, /^hunyuan3d: Nothing was submitted: operation order-18 is being submitted since 20/)
      assert.strictEqual(code, 5)
      assert.strictEqual((yield* fake.requests).length, 1)
    }).pipe(Served)
  )

  it.live("resumes a job whose process was killed while it waited", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const env = { ...credentials, XDG_STATE_HOME: path.join(state, "killed") }
      const connection = ["--endpoint", yield* url]
      const generating = yield* start(["generate", "--prompt", "a teapot", ...connection], env)
      yield* generating.printed(/Submitted job/)
      yield* generating.kill
      yield* generating.ended
      const [job] = yield* fake.jobs
      yield* fake.complete(job?.id ?? "")
      const listed = yield* run(["jobs"], env)
      assert.match(listed.stdout, new RegExp(`\n${job?.id} +pro +submitted `))
      const out = path.join(state, "models")
      const resumed = yield* run(["resume", "--all", "--out", out, ...connection], env)
      assert.deepStrictEqual(fs.readdirSync(out), [`${job?.id}-glb.glb`, `${job?.id}-manifest.json`])
      assert.deepStrictEqual([resumed.code, (yield* fake.jobs).length], [0, 1])
    }).pipe(Served)
  )

  it.live("goes through the proxy that the environment names", () =>
    Effect.gen(function* () {
      const requested: Array<string | undefined> = []
      const proxy = createServer((request, response) => {
        requested.push(request.url)
        response.end(JSON.stringify({ Response: { Status: "RUN", RequestId: "r" } }))
      })
      yield* Effect.acquireRelease(
        Effect.callback<void>((resume) => {
          proxy.listen(0, "127.0.0.1", () => resume(Effect.void))
        }),
        () => Effect.sync(() => proxy.close())
      )
      const address = proxy.address()
      const port = typeof address === "object" ? address?.port : undefined
      const { code, stdout } = yield* run(["query", unknownId, "--endpoint", "http://127.9.9.9:9999"], {
        ...credentials,
        HTTP_PROXY: `http://127.0.0.1:${port}`
      })
      assert.match(stdout, /^RUN/)
      assert.deepStrictEqual(requested, ["http://127.9.9.9:9999/"])
      assert.strictEqual(code, 0)
    })
  )

  it.live("takes a result that cannot be written for no success, and says how to have it again", () =>
    Effect.gen(function* () {
      const id = yield* Fake.Fake.use((fake) => fake.job({ run: 0 }))
      const waiting = yield* start(["wait", id, "--endpoint", yield* url])
      yield* waiting.closeOutput
      const { code, stderr } = yield* waiting.ended
      assert.include(stderr, `Interrupted. To see the result again: hunyuan3d wait ${id} --kind pro`)
      assert.strictEqual(code, 1)
    }).pipe(Served)
  )
})
