/**
 * The task slots of a fleet as a service sees them: real processes, a real Redis, and the fake behind a socket, before
 * which a job holds its task slot for a while after its end.
 */
import * as Http from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { kill, start, until } from "../support/processes.ts"
import { hasRedis, startRedis } from "../support/redis.ts"

/** How long a job runs, and holds its task slot after that, in milliseconds. */
const run = 800
const held = 500

/** The fake, which refuses submissions of a kind while all its task slots are taken. */
const serve = Effect.gen(function* () {
  const accepted = new Map<string, Array<number>>()
  const refused: Array<string> = []
  const app = Effect.gen(function* () {
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    const action = headers["x-tc-action"] ?? ""
    const kind = JobKind.all.find(({ submit }) => submit.action === action)
    if (kind === undefined) return yield* Fake.httpApp
    const times = accepted.get(kind.name) ?? []
    accepted.set(kind.name, times)
    if (times.filter((time) => performance.now() < time + run + held).length >= kind.tasksAtOnce) {
      refused.push(kind.name)
      const Error = { Code: "RequestLimitExceeded.JobNumExceed", Message: "full" }
      return HttpServerResponse.jsonUnsafe({ Response: { Error, RequestId: "b3f1" } })
    }
    times.push(performance.now())
    return yield* Fake.httpApp
  })
  const server = NodeHttpServer.layer(() => Http.createServer(), {
    host: "127.0.0.1",
    port: 0,
    gracefulShutdownTimeout: 0
  })
  const context = yield* Layer.build(Layer.merge(server, Fake.layerHandle({ run, tasksAtOnce: Infinity })))
  return yield* Effect.gen(function* () {
    yield* HttpServer.serveEffect(app)
    const { address } = yield* HttpServer.HttpServer
    if (address._tag !== "InetAddressV4") return yield* Effect.die(address)
    const fake = yield* Fake.Fake
    return {
      host: `127.0.0.1:${address.port}`,
      jobs: fake.jobs,
      refused,
      /** The prompts that were accepted, in their order. */
      prompts: Effect.map(fake.requests, (all) =>
        all.flatMap(({ action = "", body, code }) =>
          action.startsWith("Submit") && code === undefined ? [String(JSON.parse(body).Prompt)] : []
        )
      )
    }
  }).pipe(Effect.provide(context))
})

const startWorker = Effect.fnUntraced(function* (redis: string, host: string) {
  const worker = new URL("TaskSlots.worker.ts", import.meta.url).pathname
  const child = yield* start(process.execPath, [worker, redis, host])
  let printed = ""
  child.stdout?.on("data", (chunk) => {
    printed += chunk
  })
  const lines = () => printed.split("\n")
  yield* until(
    Effect.sync(() => lines().includes("ready")),
    "the start of a worker"
  )
  return {
    child,
    tell: (kind: string, prompt: string) => Effect.sync(() => void child.stdin?.write(`${kind} ${prompt}\n`)),
    lines,
    /** The positions of a submission, as it heard of them. */
    positions: (prompt: string) =>
      lines().flatMap((line) => {
        const [word, position, of] = line.split(" ")
        return word === "position" && of === prompt ? [Number(position)] : []
      })
  }
})

const startFleet = Effect.fnUntraced(function* (size: number) {
  const redis = yield* startRedis
  const service = yield* serve
  const workers = yield* Effect.forEach(Array.from({ length: size }), () => startWorker(redis.url, service.host), {
    concurrency: "unbounded"
  })
  /** Lets a worker submit, and waits until the submission has been accepted, or has its place in the queue. */
  const submit = Effect.fnUntraced(function* (worker: (typeof workers)[number], kind: string, prompt: string) {
    yield* worker.tell(kind, prompt)
    yield* until(
      Effect.map(service.prompts, (all) => all.includes(prompt) || worker.positions(prompt).length > 0),
      `the place of ${prompt}`
    )
  })
  const untilDone = Effect.fnUntraced(function* (prompts: ReadonlyArray<string>) {
    for (const prompt of prompts) {
      yield* until(
        Effect.sync(() => workers.some(({ lines }) => lines().includes(`done ${prompt}`))),
        `the end of ${prompt}`
      )
    }
  })
  return { redis, service, workers, submit, untilDone }
})

describe.skipIf(!hasRedis).concurrent("the task slots of a fleet", () => {
  it.live("go to the submissions of all processes in the order in which they came, and none is refused", () =>
    Effect.gen(function* () {
      const { service, submit, untilDone, workers } = yield* startFleet(3)
      const prompts = Array.from({ length: 7 }, (_, nth) => `caller-${nth}`)
      for (const [nth, prompt] of prompts.entries()) {
        const worker = workers[nth % workers.length]
        if (worker !== undefined) yield* submit(worker, "Rapid", prompt)
      }
      yield* untilDone(prompts)
      assert.deepStrictEqual(yield* service.prompts, prompts)
      assert.deepStrictEqual(service.refused, [])
      // The last one waited behind all that had not been accepted by then, and came nearer.
      const positions = workers.flatMap(({ positions }) => positions("caller-6"))
      assert.deepStrictEqual(
        positions.toSorted((a, b) => b - a),
        positions
      )
      assert.strictEqual(positions.at(-1), 1)
    })
  )

  it.live(
    "outlive a killed process and a restarted Redis: whoever waits is served, and at most a few are refused",
    () =>
      Effect.gen(function* () {
        const { redis, service, submit, untilDone, workers } = yield* startFleet(3)
        const [victim, ...others] = workers
        if (victim === undefined) return assert.fail("no worker")
        for (let nth = 0; nth < 9; nth++) {
          const worker = workers[nth % workers.length]
          if (worker !== undefined) yield* submit(worker, "Pro", `caller-${nth}`)
        }
        yield* kill(victim.child)
        const live = [1, 2, 4, 5, 7, 8].map((nth) => `caller-${nth}`)
        yield* Effect.sleep(1000)
        // Its state is lost, and the processes tell it what they have.
        yield* redis.stop
        yield* redis.begin
        yield* untilDone(live)
        assert.isAtMost(service.refused.length, 4)
        const [worker] = others
        if (worker !== undefined) yield* submit(worker, "Pro", "afterwards")
        yield* untilDone(["afterwards"])
        yield* until(
          Effect.map(service.jobs, (all) => all.every(({ status }) => status === "DONE")),
          "the end of all jobs"
        )
        assert.isEmpty(others.flatMap(({ lines }) => lines().filter((line) => line.startsWith("failed"))))
      })
  )
})
