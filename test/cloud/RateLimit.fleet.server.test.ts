/**
 * The ceiling of a fleet as a server sees it: real processes, a real Redis behind a slow connection, and all that can
 * happen to both.
 */
import * as Http from "node:http"
import * as Net from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { kill, start, until } from "../support/processes.ts"
import { hasRedis, startRedis } from "../support/redis.ts"
import { listen } from "../support/servers.ts"

interface Arrival {
  readonly worker: string
  readonly time: number
}

/** Keeps which worker sent a request, and when it arrived, in milliseconds; answers after `latency`. */
const serve = Effect.fnUntraced(function* (latency: number) {
  const arrivals: Array<Arrival> = []
  const server = Http.createServer((request, response) => {
    arrivals.push({ worker: request.url ?? "", time: performance.now() })
    request.resume()
    setTimeout(() => response.end("{}"), latency)
  })
  server.keepAliveTimeout = 0
  const { host } = yield* listen(server)
  return { url: `http://${host}`, arrivals }
})

/** A way to a port whose answers take 1 to 40 ms, each connection in order. */
const slowWay = Effect.fnUntraced(function* (port: number) {
  const server = Net.createServer((client) => {
    const redis = Net.connect(port, "127.0.0.1")
    client.pipe(redis)
    let last = 0
    redis.on("data", (chunk) => {
      last = Math.max(last, performance.now() + 1 + Math.random() * 39)
      setTimeout(() => client.write(chunk), last - performance.now())
    })
    client.on("close", () => redis.destroy())
    redis.on("close", () => client.destroy())
    redis.on("error", () => client.destroy())
  })
  const { host } = yield* listen(server)
  return `redis://${host}`
})

const startWorker = (redis: string, server: string, name: string, policy: "wait" | "share") =>
  Effect.gen(function* () {
    const worker = new URL("fleetWorker.ts", import.meta.url).pathname
    const child = yield* start(process.execPath, [worker, redis, `${server}/${name}`, policy])
    let printed = ""
    child.stdout?.on("data", (chunk) => {
      printed += chunk
    })
    return { name, child, warnings: () => printed.match(/The shared store of rate limits [a-z ]+\./g) ?? [] }
  })

const startFleet = Effect.fnUntraced(function* (policy: "wait" | "share") {
  const redis = yield* startRedis
  const way = yield* slowWay(redis.port)
  const { url, arrivals } = yield* serve(5)
  const workers = yield* Effect.forEach(["a", "b", "c", "d"], (name) => startWorker(way, url, name, policy), {
    concurrency: "unbounded"
  })
  const arrivedFrom = (name: string) => arrivals.filter(({ worker }) => worker === `/${name}`)
  yield* until(
    Effect.sync(() => workers.every(({ name }) => arrivedFrom(name).length > 0)),
    "the start of the fleet"
  )
  return { redis, workers, arrivals }
})

/** The most arrivals in any rolling second. */
const crowd = (arrivals: ReadonlyArray<Arrival>) =>
  Math.max(
    0,
    ...arrivals.map(({ time: start }) => arrivals.filter(({ time }) => time >= start && time < start + 1000).length)
  )

/** What arrives while an effect runs, and for how many seconds that is. */
const during = Effect.fnUntraced(function* <R>(
  arrivals: ReadonlyArray<Arrival>,
  effect: Effect.Effect<void, never, R>
) {
  const from = performance.now()
  yield* effect
  const to = performance.now()
  return { arrived: arrivals.filter(({ time }) => time >= from && time < to), seconds: (to - from) / 1000 }
})

describe.skipIf(!hasRedis)("a fleet of four processes", () => {
  it.live("keeps the ceiling, and goes on when a process is killed, and when Redis hangs or loses its state", () =>
    Effect.gen(function* () {
      const { redis, workers, arrivals } = yield* startFleet("wait")
      yield* Effect.sleep(1000)
      const busy = yield* during(arrivals, Effect.sleep("10 seconds"))
      console.log("rate", busy.arrived.length / busy.seconds, "crowd", crowd(arrivals))
      for (const { name } of workers)
        console.log(name, busy.arrived.filter(({ worker }) => worker === `/${name}`).length)
      const [victim] = workers
      const killed = yield* during(arrivals, Effect.andThen(kill(victim!.child), Effect.sleep(3000)))
      const at = performance.now() - 3000
      console.log("after kill", killed.arrived.map(({ time }) => Math.round(time - at)).join(" "))
      const hang = yield* during(arrivals, Effect.andThen(redis.hang, Effect.sleep(3000)))
      console.log("hang", hang.arrived.length)
      const after = yield* during(arrivals, Effect.andThen(redis.goOn, Effect.sleep(3000)))
      console.log("after hang", after.arrived.map(({ time }) => Math.round(time - performance.now() + 3000)).join(" "))
      const stop = yield* during(arrivals, Effect.andThen(redis.stop, Effect.sleep(2000)))
      console.log("stopped", stop.arrived.length)
      const back = yield* during(arrivals, Effect.andThen(redis.begin, Effect.sleep(5000)))
      console.log("back", back.arrived.map(({ time }) => Math.round(time - performance.now() + 5000)).join(" "))
      console.log(
        "crowd",
        crowd(arrivals),
        workers.map(({ warnings }) => warnings())
      )
      assert.isAtMost(crowd(arrivals), 20)
    })
  )
})
