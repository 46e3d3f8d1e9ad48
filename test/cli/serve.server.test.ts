/** `serve` over sockets: who may steer it, what it logs, and that what it prints works when it is pasted. */
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as Http from "node:http"
import * as path from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { FetchHttpClient } from "effect/http"
import { Network } from "../../src/cli/network.ts"
import * as NodeNetwork from "../../src/cli/nodeNetwork.ts"
import { temporaryFolder, until } from "../support/processes.ts"
import { bundle } from "./bundle.ts"
import { run, start } from "./run.ts"

let program = ""
beforeAll(async () => {
  program = await bundle()
})
afterAll(() => fs.rmSync(program, { recursive: true, force: true }))

const listen = Effect.runSync(
  Effect.provide(
    Network.useSync(({ server }) => server),
    NodeNetwork.layer
  )
)

/** Starts `serve` in this process. Its URL ends its first line. */
const serving = Effect.fnUntraced(function* (args: ReadonlyArray<string>) {
  const running = yield* start(["serve", ...args], { listen, env: {} })
  yield* until(
    Effect.sync(() => /--seed \d+\.\n/.test(running.printed().stderr)),
    "the last line of what it says"
  )
  return { ...running, url: running.printed().stdout.trim() }
})

const within = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  self.pipe(Effect.provide(FetchHttpClient.layer), Effect.scoped)

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A request with headers that `fetch` would not let us choose. */
const send = (url: string, { body, headers = {}, method = "GET" }: Sent = {}) =>
  Effect.callback<{ readonly status: number | undefined; readonly text: string }>((resume) => {
    const request = Http.request(url, { method, headers, agent: false }, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (chunk) => (text += chunk))
      response.on("end", () => resume(Effect.succeed({ status: response.statusCode, text })))
    })
    request.on("error", (error) => resume(Effect.die(error)))
    request.end(body)
  })

const json = { "content-type": "application/json" }
const submit = (endpoint: string) => run(["submit", "--prompt", "a teapot", "--json", "--endpoint", endpoint])

/** The log without its times and durations. */
const logOf = (stderr: string) =>
  stderr
    .split("\n")
    .filter((line) => /^\d\d:\d\d:\d\d\.\d{3} {2}/.test(line))
    .map((line) => line.slice(14).replace(/ {2}\d+ ms/, ""))

describe("hunyuan3d serve over sockets", () => {
  it.live("is steered by programs, and not by pages whose names lead to loopback or that stand elsewhere", () =>
    within(
      Effect.gen(function* () {
        const { url } = yield* serving([])
        const port = new URL(url).port
        const advance = { method: "POST", body: `{"advance":1000}` }
        const clock = `${url}/__fake/clock`
        const refused: ReadonlyArray<Readonly<Record<string, string>>> = [
          { host: `evil.example:${port}` },
          { host: "evil.example" },
          { host: `127.0.0.1.evil.example:${port}` },
          { host: `0.0.0.0:${port}` },
          { origin: "http://evil.example" },
          { origin: "null" },
          { origin: `http://localhost:${port}` },
          { "sec-fetch-site": "cross-site" }
        ]
        for (const headers of refused) {
          const { status, text } = yield* send(clock, { ...advance, headers: { ...json, ...headers } })
          assert.strictEqual(status, 403, JSON.stringify(headers))
          assert.strictEqual(JSON.parse(text)._tag, "Forbidden")
          for (const what of ["jobs", "requests", "state", "openapi.json"]) {
            assert.strictEqual((yield* send(`${url}/__fake/${what}`, { headers })).status, 403, what)
          }
        }
        assert.strictEqual(JSON.parse((yield* send(clock)).text).advancedBy, 0)
        for (const headers of [{}, { host: `localhost:${port}` }, { origin: url }]) {
          assert.strictEqual((yield* send(clock, { ...advance, headers: { ...json, ...headers } })).status, 200)
        }
        assert.strictEqual(JSON.parse((yield* send(clock)).text).advancedBy, 3000)
      })
    )
  )

  it.live("steers nothing by a path that only looks like one of its calls, or by a form of a page", () =>
    within(
      Effect.gen(function* () {
        const { url } = yield* serving([])
        assert.strictEqual((yield* send(`${url}/__fake`)).status, 404)
        assert.strictEqual((yield* send(`${url}/__fake/nothing`)).status, 404)
        assert.match((yield* send(`${url}/__faked/jobs`)).text, /UnsupportedProtocol/)
        const form = { method: "POST", body: "advance=1", headers: { "content-type": "text/plain" } }
        assert.isAtLeast((yield* send(`${url}/__fake/clock`, form)).status ?? 0, 400)
      })
    )
  )

  it.live("logs each request with its answer, job and fault, and why it refused a signature", () =>
    within(
      Effect.gen(function* () {
        const { printed, stop, ended, url } = yield* serving(["--seed", "7"])
        const submitted = yield* submit(url)
        const id = JSON.parse(submitted.stdout).ticket.jobId
        yield* send(`${url}/__fake/faults`, { method: "POST", headers: json, body: `["badGateway"]` })
        yield* send(`${url}/`, { method: "POST", body: "{}" })
        yield* run(["query", id, "--endpoint", url], {
          env: { TENCENTCLOUD_SECRET_ID: "AKIDFAKE", TENCENTCLOUD_SECRET_KEY: "wrong" }
        })
        yield* until(
          Effect.sync(() => logOf(printed().stderr).length === 3),
          "three lines of the log"
        )
        const [first, second, third] = logOf(printed().stderr)
        assert.strictEqual(first, `SubmitHunyuanTo3DProJob  OK  job ${id}`)
        assert.strictEqual(second, "POST /  502  fault: badGateway")
        assert.match(
          third ?? "",
          new RegExp(`^QueryHunyuanTo3DProJob  AuthFailure.SignatureFailure  job ${id}  [A-Z].*\\.$`)
        )
        yield* stop
        assert.strictEqual((yield* ended).code, 130)
      })
    )
  )

  it.live("logs no request with --quiet", () =>
    within(
      Effect.gen(function* () {
        const { printed, url } = yield* serving(["--quiet"])
        assert.strictEqual((yield* submit(url)).code, 0)
        assert.deepStrictEqual(logOf(printed().stderr), [])
      })
    )
  )

  it.live("refuses when task slots are full, and lets jobs fail, as it is told", () =>
    within(
      Effect.gen(function* () {
        const { printed, url } = yield* serving([
          "--slots-full",
          "refuse",
          "--tasks",
          "1",
          "--fail",
          "1",
          "--fail-code",
          "FailedOperation.X"
        ])
        const id = JSON.parse((yield* submit(url)).stdout).ticket.jobId
        const second = yield* Effect.forkChild(submit(url))
        yield* until(
          Effect.sync(() => logOf(printed().stderr).some((line) => line.endsWith("RequestLimitExceeded.JobNumExceed"))),
          "a refusal"
        )
        yield* send(`${url}/__fake/clock`, { method: "POST", headers: json, body: `{"advance":200000}` })
        const { code, stdout } = yield* run(["wait", id, "--json", "--endpoint", url])
        assert.include(stdout, "FailedOperation.X")
        assert.strictEqual(code, 2)
        assert.strictEqual((yield* Fiber.join(second)).code, 0)
      })
    )
  )

  it.live("gives the same jobs with the same seed, and has them again from its state file", () =>
    within(
      Effect.gen(function* () {
        const file = path.join(yield* temporaryFolder("serve"), "jobs.json")
        const idOf = (stdout: string): string => JSON.parse(stdout).ticket.jobId
        const first = yield* serving(["--seed", "7", "--state", file])
        const id = idOf((yield* submit(first.url)).stdout)
        yield* first.stop
        yield* first.ended
        const again = yield* serving(["--seed", "7"])
        assert.strictEqual(idOf((yield* submit(again.url)).stdout), id)
        const kept = yield* serving(["--state", file])
        assert.strictEqual((yield* run(["query", id, "--endpoint", kept.url])).code, 0)
        assert.notStrictEqual(idOf((yield* submit(kept.url)).stdout), id)
      })
    )
  )

  it.live("prints a command that works when it is pasted into another terminal", () =>
    within(
      Effect.gen(function* () {
        const { printed } = yield* serving(["--time-scale", "600"])
        const folder = yield* temporaryFolder("serve")
        // As it is installed.
        fs.mkdirSync(path.join(folder, "bin"))
        fs.writeFileSync(
          path.join(folder, "bin", "hunyuan3d"),
          `#!/bin/sh\nexec "${process.execPath}" "${path.join(program, "bin.js")}" "$@"\n`,
          { mode: 0o755 }
        )
        const command = /^ {2}(TENCENTCLOUD_SECRET_ID=.*)$/m.exec(printed().stderr)?.[1] ?? ""
        const env = { PATH: `${folder}/bin:${process.env["PATH"]}`, XDG_STATE_HOME: folder, XDG_CACHE_HOME: folder }
        const { code, stderr } = yield* Effect.callback<{ code: number | null; stderr: string }>((resume) => {
          const child = execFile("/bin/sh", ["-c", command], { cwd: folder, env }, (_, __, stderr) =>
            resume(Effect.succeed({ code: child.exitCode, stderr }))
          )
        })
        assert.strictEqual(code, 0, stderr)
        assert.isNotEmpty(fs.readdirSync(path.join(folder, "models")).filter((name) => name.endsWith(".glb")))
      })
    )
  )
})
