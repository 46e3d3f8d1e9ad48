/**
 * The ceiling of a fleet as a server sees it: real processes, a real Redis behind a slow connection, and all that can
 * happen to both.
 */
import * as Http from "node:http"
import * as Net from "node:net"
import { NodeRedis } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Fiber, Layer } from "effect"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
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

const startFleet = Effect.fnUntraced(function* (policy: "wait" | "share", names: ReadonlyArray<string>) {
  const redis = yield* startRedis
  const way = yield* slowWay(redis.port)
  const { url, arrivals } = yield* serve(5)
  const workers = yield* Effect.forEach(names, (name) => startWorker(way, url, name, policy))
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

/** The first time with nine tenths of the rate, since a machine that does much else takes its time. */
const bestOf = Effect.fnUntraced(function* (tries: number, arrivals: ReadonlyArray<Arrival>, time: Duration.Input) {
  let seen = yield* during(arrivals, Effect.sleep(time))
  for (let left = tries - 1; left > 0 && seen.arrived.length / seen.seconds < 18; left--) {
    seen = yield* during(arrivals, Effect.sleep(time))
  }
  return seen
})

/** A limiter of this process. */
const limiterOver = (url: string, options?: RateLimit.SharedOptions) =>
  Effect.map(
    Layer.build(
      RateLimit.layerShared(options).pipe(Layer.provide(NodeRedis.layer({ url, disableOfflineQueue: true })))
    ),
    Context.get(RateLimit.RateLimit)
  )

const lost = "The shared store of rate limits does not answer."
const found = "The shared store of rate limits answers again."

// All at the same time: they wait for the most part.
describe.skipIf(!hasRedis).concurrent("a fleet", () => {
  it.live(
    "keeps the ceiling at nine tenths of its rate or more, shared fairly, whatever happens to Redis and its processes",
    () =>
      Effect.gen(function* () {
        const { redis, workers, arrivals } = yield* startFleet("wait", ["a", "b", "c", "d"])
        yield* Effect.sleep(1000)
        const busy = yield* bestOf(3, arrivals, "10 seconds")
        assert.isAtLeast(busy.arrived.length / busy.seconds, 18)
        for (const { name } of workers) {
          const its = busy.arrived.filter(({ worker }) => worker === `/${name}`)
          assert.isAtLeast(its.length, busy.arrived.length / 4 / 2)
        }

        const [victim, ...others] = workers
        if (victim !== undefined) yield* kill(victim.child)
        yield* Effect.sleep(1250)
        const withoutOne = yield* during(arrivals, Effect.sleep(1500))
        assert.isAtLeast(withoutOne.arrived.length, 20)

        yield* redis.hang
        yield* Effect.sleep(2500)
        yield* redis.goOn
        const afterHang = yield* during(arrivals, Effect.sleep(2500))
        assert.isAtLeast(afterHang.arrived.length, 20)

        // Its state is lost.
        yield* redis.stop
        yield* Effect.sleep(1500)
        yield* redis.begin
        const afterRestart = yield* during(arrivals, Effect.sleep(5000))
        assert.isAtLeast(afterRestart.arrived.length, 20)

        assert.isAtMost(crowd(arrivals), 20)
        for (const { warnings } of others) assert.deepStrictEqual(warnings(), [lost, found, lost, found])
      })
  )

  it.live("goes on with a share each when Redis is gone, and keeps the ceiling when it comes back", () =>
    Effect.gen(function* () {
      const { redis, workers, arrivals } = yield* startFleet("share", ["a", "b"])
      yield* Effect.sleep(1000)
      yield* redis.stop
      yield* Effect.sleep(2000)
      const without = yield* during(arrivals, Effect.sleep(3000))
      assert.isAtLeast(without.arrived.length / without.seconds, 10)
      yield* redis.begin
      yield* Effect.sleep(6500)
      const again = yield* during(arrivals, Effect.sleep(2000))
      assert.isAtLeast(again.arrived.length / again.seconds, 10)
      assert.isAtMost(crowd(arrivals), 20)
      for (const { warnings } of workers) assert.deepStrictEqual(warnings(), [lost, found])
    })
  )
})

describe.skipIf(!hasRedis).concurrent("layerShared over a real Redis", () => {
  const acquire = (limiter: RateLimit.RateLimit["Service"], count: number) =>
    Effect.forEach(Array.from({ length: count }), () => limiter.acquire("key"), {
      concurrency: "unbounded",
      discard: true
    })

  it.live("a burst of as many as the limit goes at once, and the next a window later", () =>
    Effect.gen(function* () {
      const limiter = yield* limiterOver((yield* startRedis).url)
      // A machine that does much else takes its time: of a few bursts, one must be quick.
      const [first, second] = yield* Effect.gen(function* () {
        yield* Effect.sleep(1500)
        const [first] = yield* Effect.timed(acquire(limiter, 20))
        const [second] = yield* Effect.timed(acquire(limiter, 1))
        return [Duration.toMillis(first), Duration.toMillis(second)] as const
      }).pipe(Effect.repeat({ until: ([first]) => first < 900, times: 9 }))
      assert.isBelow(first, 900)
      assert.isAtLeast(first + second, 1000)
    })
  )

  it.live("all that a killed process held is granted to others about a second after its death", () =>
    Effect.gen(function* () {
      const redis = yield* startRedis
      // A server that never answers.
      const { url, arrivals } = yield* serve(60_000)
      const { child } = yield* startWorker(redis.url, url, "a", "wait")
      yield* until(
        Effect.sync(() => arrivals.length === 20),
        "the requests of the process"
      )
      const limiter = yield* limiterOver(redis.url)
      const waiting = yield* Effect.forkChild(acquire(limiter, 20))
      yield* Effect.sleep(500)
      const [took] = yield* Effect.timed(Effect.andThen(kill(child), Fiber.join(waiting)))
      assert.isBelow(Duration.toMillis(took), 2500)
      assert.isAtLeast(Duration.toMillis(took), 1000)
    })
  )

  it.live("a store that cannot be reached is a RateLimitUnavailable soon after the deadline", () =>
    Effect.gen(function* () {
      const redis = yield* startRedis
      const limiter = yield* limiterOver(redis.url, { onStoreFailure: { policy: "wait", deadline: "1 second" } })
      yield* redis.stop
      const [took, error] = yield* Effect.timed(Effect.flip(limiter.acquire("key")))
      assert.instanceOf(error, RateLimit.RateLimitUnavailable)
      assert.isBelow(Duration.toMillis(took), 3000)
    })
  )
})
