/**
 * Measures what the shared ceiling costs: fleets of 1, 4 and 16 processes that all want more than the ceiling allows,
 * over a real Redis, against a server on loopback that answers after 50 ms. Needs `redis-server`. Prints a table:
 *
 * - the rate: requests a second that arrived, and the most of them in one rolling second;
 * - the least share: what the process that got the fewest had, to an even share;
 * - messages to Redis a second, and what one of them costs Redis.
 *
 *   npm run measure:fleet -- [seconds]
 */
import { Console, Effect } from "effect"
import { createClient } from "redis"
import { start, until } from "../test/support/processes.ts"
import { startRedis } from "../test/support/redis.ts"
import { serve } from "../test/support/servers.ts"

const seconds = Number(process.argv[2] ?? 20)
const worker = new URL("../test/cloud/fleetWorker.ts", import.meta.url).pathname

/** How many scripts Redis has run, and for how many microseconds. */
const scripts = (url: string) =>
  Effect.gen(function* () {
    const client = yield* Effect.acquireRelease(
      Effect.promise(() => createClient({ url }).connect()),
      (client) => Effect.sync(() => client.destroy())
    )
    const info = yield* Effect.promise(() => client.info("commandstats"))
    const [, calls = "0", usec = "0"] = /cmdstat_evalsha:calls=(\d+),usec=(\d+)/.exec(info) ?? []
    return { calls: Number(calls), usec: Number(usec) }
  }).pipe(Effect.scoped)

const measure = Effect.fnUntraced(function* (processes: number) {
  const redis = yield* startRedis
  const arrivals: Array<{ readonly name: string; readonly time: number }> = []
  const server = yield* serve((response) => {
    const name = response.req.url ?? ""
    arrivals.push({ name, time: performance.now() })
    setTimeout(() => response.end("{}"), 50)
  })
  const names = Array.from({ length: processes }, (_, index) => `/${index}`)
  for (const name of names) yield* start(process.execPath, [worker, redis.url, `http://${server.host}${name}`, "wait"])
  yield* until(
    Effect.sync(() => new Set(arrivals.map(({ name }) => name)).size === processes),
    "the start of the fleet"
  )
  yield* Effect.sleep("2 seconds")
  const before = yield* scripts(redis.url)
  const from = performance.now()
  yield* Effect.sleep(seconds * 1000)
  const took = (performance.now() - from) / 1000
  const after = yield* scripts(redis.url)
  const counted = arrivals.filter(({ time }) => time >= from)
  const crowd = Math.max(
    ...arrivals.map(({ time }) => arrivals.filter((other) => other.time >= time && other.time < time + 1000).length)
  )
  const least = Math.min(...names.map((name) => counted.filter((arrival) => arrival.name === name).length))
  const calls = after.calls - before.calls
  return {
    processes,
    "requests a second": (counted.length / took).toFixed(1),
    "most in a second": crowd,
    "least share": ((least * processes) / counted.length).toFixed(2),
    "messages a second": (calls / took).toFixed(0),
    "Redis, µs a message": ((after.usec - before.usec) / calls).toFixed(0)
  }
}, Effect.scoped)

await Effect.forEach([1, 4, 16], measure).pipe(
  Effect.flatMap((rows) => Console.table(rows)),
  Effect.runPromise
)
