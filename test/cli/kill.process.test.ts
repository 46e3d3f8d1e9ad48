/**
 * `kill -9` at random moments of `generate`: no job of the server is lost, and none is bought twice.
 *
 * The killed processes are real, and run the program as it is published: bundled. What looks at the journal afterwards
 * runs in this process, which costs a tenth of it. Each batch has a server, a journal and a directory of its own.
 *
 * The moments are spread over the whole life of a process, by `KILL_SEED`, which a failure names. Real processes differ
 * from run to run, so it repeats the moments and not what they meet.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Random, Schema } from "effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Journal from "../../src/job/Journal.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { scale } from "../support/property.ts"
import { seed, served, useProgram } from "./killed.ts"
import { run } from "./run.ts"

// A person has a few, since each takes half a second.
const kills = scale < 1 ? 6 : 200 * scale
const killsInBatch = 25
const atOnce = 4

const { home, lived } = useProgram("kill")
const Served = served({ run: 0, slow: 0.5 })

const Listed = Schema.fromJsonString(
  Schema.Struct({
    jobs: Schema.Array(
      Schema.Struct({
        operation: Schema.String,
        state: Schema.String,
        ticket: Schema.optional(Schema.Struct({ jobId: Schema.String }))
      })
    )
  })
)

/** How often the server has carried out the submission of an operation. */
const carriedOut = (operation: string) =>
  Fake.Fake.use((fake) =>
    Effect.map(
      fake.requests,
      (requests) =>
        requests.filter(
          ({ action, body, code }) =>
            action?.startsWith("Submit") === true && code === undefined && body.includes(`(${operation})`)
        ).length
    )
  )

const batch = Effect.fnUntraced(function* (name: string, count: number) {
  const state = path.join(home, name)
  const out = path.join(state, "models")
  const endpoint = HttpServer.formatAddress((yield* HttpServer.HttpServer).address)
  const fake = yield* Fake.Fake
  const journal = Journal.layerDirectory(path.join(state, "hunyuan3d", "journal")).pipe(
    Layer.provide(NodeServices.layer)
  )
  const here = (...args: ReadonlyArray<string>) => run(args, { journal })
  const jobs = Effect.flatMap(here("jobs", "--json"), ({ stdout }) => Schema.decodeEffect(Listed)(stdout))
  const to = ["--out", out, "--endpoint", endpoint]
  const generate = (operation: string) =>
    ["generate", "--prompt", `a teapot (${operation})`, "--operation-id", operation].concat(to)

  /** Whether what the server has carried out stands in the journal. */
  const isAccounted = Effect.fnUntraced(function* (operation: string, what: string) {
    const times = yield* carriedOut(operation)
    const entry = (yield* jobs).jobs.find((job) => job.operation === operation)
    assert.isAtMost(times, 1, `${what}: ${operation} was bought twice`)
    if (times === 0) return
    const states = ["sending", "unknown", "submitted", "done", "downloaded"]
    assert.include(states, entry?.state ?? "not in the journal", `${what}: ${operation} was bought`)
  })

  const killed = Effect.fnUntraced(function* (operation: string, life: number) {
    const moment = Math.floor((yield* Random.next) * life)
    const what = `KILL_SEED=${seed}, killed after ${moment} of ${Math.floor(life)} ms`
    yield* lived(generate(operation), state, moment)
    yield* isAccounted(operation, what)
    // The same command again: the job that there is, or one that was not bought yet, or code 5.
    const { code, stderr } = yield* here(...generate(operation))
    assert.include([0, 5], code, `${what}: ${stderr}`)
    yield* isAccounted(operation, what)
  })

  // How long a process lives when nobody kills it, with as many at once as there will be.
  const lives = yield* Effect.forEach(
    Array.from({ length: atOnce }, (_, nth) => `${name}-whole-${nth}`),
    (operation) => lived(generate(operation), state),
    { concurrency: "unbounded" }
  )
  yield* Effect.forEach(
    Array.from({ length: count }, (_, nth) => `${name}-${nth}`),
    (operation) => killed(operation, Math.max(...lives)),
    { concurrency: atOnce }
  )
  const resumed = yield* here("resume", "--all", ...to)
  assert.strictEqual(resumed.code, 0, `KILL_SEED=${seed}: ${resumed.stderr}`)

  // In the end each job of the server has its ticket in the journal and its files here, or its operation is unknown.
  const listed = (yield* jobs).jobs
  const bought = (yield* fake.jobs).map(({ id }) => id)
  const tickets = new Set(listed.flatMap(({ ticket }) => (ticket === undefined ? [] : [ticket.jobId])))
  const unclear = listed.filter(({ state }) => state === "sending" || state === "unknown")
  const unclearBought = yield* Effect.forEach(unclear, ({ operation }) => carriedOut(operation))
  const without = bought.filter((id) => !tickets.has(id))
  assert.strictEqual(
    without.length,
    unclearBought.reduce((sum, times) => sum + times, 0),
    `KILL_SEED=${seed}`
  )
  const files = fs.readdirSync(out)
  for (const id of tickets) assert.include(files, `${id}-glb.glb`, `KILL_SEED=${seed}`)
})

describe("a process of the program that is killed", () => {
  it.live(
    "loses no job and buys none twice, whenever it is killed",
    () =>
      Effect.gen(function* () {
        for (let done = 0, nth = 0; done < kills; done += killsInBatch, nth += 1) {
          yield* batch(`batch-${nth}`, Math.min(killsInBatch, kills - done)).pipe(Effect.provide(Served))
        }
      }).pipe(Effect.provide(NodeHttpClient.layerUndici), Random.withSeed(seed)),
    600_000 * Math.max(1, scale)
  )
})
