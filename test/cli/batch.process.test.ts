/**
 * `kill -9` at random moments of `batch`: no line is bought twice, and none is lost.
 *
 * As in kill.process.test.ts, the killed processes are real and run the program as it is published. Each batch is killed
 * several times, so that what one run began another goes on with. `KILL_SEED` repeats the moments.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Random, Schema } from "effect"
import * as HttpServer from "effect/http/HttpServer"
import { BatchReport } from "../../src/cli/batch/reportFile.ts"
import * as Journal from "../../src/job/Journal.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { scale } from "../support/property.ts"
import { seed, served, useProgram } from "./killed.ts"
import { run } from "./run.ts"

const kills = 5
// Twenty kills in CI.
const batches = Math.ceil(4 * scale)
const count = 40

const { home, lived } = useProgram("batch")
const Served = served({ run: "300 millis", slow: 0.3 })

/** How often the server has carried out the submission of each line. */
const carriedOut = Fake.Fake.use((fake) =>
  Effect.map(fake.requests, (requests) => {
    const times = new Map<string, number>()
    for (const { action, body, code } of requests) {
      const [, line] = /\(line (\d+)\)/.exec(body) ?? []
      if (action?.startsWith("Submit") !== true || code !== undefined || line === undefined) continue
      times.set(line, (times.get(line) ?? 0) + 1)
    }
    return times
  })
)

const decodeReport = Schema.decodeUnknownEffect(Schema.fromJsonString(BatchReport))

const killedBatch = Effect.fnUntraced(function* (name: string) {
  const state = path.join(home, name)
  const out = path.join(state, "models")
  const file = path.join(state, "lines.jsonl")
  const endpoint = HttpServer.formatAddress((yield* HttpServer.HttpServer).address)
  const lines = Array.from({ length: count }, (_, nth) =>
    JSON.stringify({ Prompt: `a teapot (line ${nth + 1})`, ...(nth % 3 === 0 ? { kind: "rapid" } : {}) })
  )
  fs.mkdirSync(state, { recursive: true })
  fs.writeFileSync(file, lines.join("\n"))
  const args = ["batch", file, "--out", out, "--endpoint", endpoint, "--interval", "200ms"]
  const unharmed = Effect.fnUntraced(function* (what: string) {
    for (const [line, times] of yield* carriedOut)
      assert.strictEqual(times, 1, `${what}: line ${line} was bought twice`)
    const report = path.join(out, "batch-report.json")
    if (fs.existsSync(report)) yield* decodeReport(fs.readFileSync(report, "utf8"))
  })

  // A dry run starts and reads the lines. The others live for some times as long, however busy the machine is.
  const start = yield* lived([...args, "--dry-run"], state)
  for (let kill = 0; kill < kills; kill++) {
    const moment = Math.floor((yield* Random.next) * start * 4)
    yield* lived(args, state, moment)
    yield* unharmed(`KILL_SEED=${seed}, ${name}, killed after ${moment} ms`)
  }

  // In the end each line has its files, or nobody knows whether it has a job.
  const journal = Journal.layerDirectory(path.join(state, "hunyuan3d", "journal")).pipe(
    Layer.provide(NodeServices.layer)
  )
  const { code, stderr } = yield* run(args, { journal })
  assert.include([0, 5], code, `KILL_SEED=${seed}: ${stderr}`)
  yield* unharmed(`KILL_SEED=${seed}, ${name}, in the end`)
  const report = yield* decodeReport(fs.readFileSync(path.join(out, "batch-report.json"), "utf8"))
  assert.strictEqual(report.lines.length, count)
  for (const { error, files = [], line, state } of report.lines) {
    if (state === "failed") assert.strictEqual(error?.code, "SubmissionUnknown", `KILL_SEED=${seed}, line ${line}`)
    else assert.strictEqual(state, "downloaded", `KILL_SEED=${seed}, line ${line}`)
    for (const { path } of files) assert.isTrue(fs.existsSync(path), path)
  }
  // Each job that there is was downloaded, or its line says that this is unknown.
  const bought = (yield* Fake.Fake.use(({ jobs }) => jobs)).length
  const { downloaded, failed } = report.counts
  assert.isAtLeast(downloaded, count / 4, `KILL_SEED=${seed}`)
  assert.isAtLeast(bought, downloaded, `KILL_SEED=${seed}`)
  assert.isAtMost(bought - downloaded, failed, `KILL_SEED=${seed}`)
})

describe("a process of hunyuan3d batch that is killed", () => {
  it.live(
    "buys no line twice and loses none, whenever it is killed",
    () =>
      Effect.gen(function* () {
        for (let nth = 0; nth < batches; nth++) yield* killedBatch(`batch-${nth}`).pipe(Effect.provide(Served))
      }).pipe(Effect.provide(NodeHttpClient.layerUndici), Random.withSeed(seed)),
    600_000 * Math.max(1, scale)
  )
})
