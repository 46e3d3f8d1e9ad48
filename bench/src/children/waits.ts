/**
 * Starts many waits at some looks a second, lets them go on for some seconds, and interrupts them all.
 *
 *   waits.ts <ours|effect> <how many> <looks a second> <seconds> <host>
 *
 * Prints what it took until all of them waited for their first permit, and to interrupt them, in milliseconds on the
 * clock and of CPU; the longest stall of the event loop; the share of a core between; the CPU milliseconds of one start,
 * of one look and of one interruption; and the kilobytes of heap of one.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Schedule from "effect/Schedule"
import * as Endpoint from "../../../src/cloud/Endpoint.ts"
import * as RateLimit from "../../../src/cloud/RateLimit.ts"
import * as Signer from "../../../src/cloud/Signer.ts"
import * as TencentCloud from "../../../src/cloud/TencentCloud.ts"
import * as JobApi from "../../../src/job/JobApi.ts"
import * as QueryJob from "../../../src/job/QueryJob.ts"
import { heapOf, timed } from "../measure.ts"
import { credentials, jobId } from "../support.ts"

const [, , who, ...amounts] = process.argv
const [count = 0, looks = 0, seconds = 0] = amounts.map(Number)
const host = process.argv[6]

let calls = 0
let permits = 0
const counted = <A, E, R>(acquire: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    calls++
    return Effect.map(acquire, (granted) => {
      permits++
      return granted
    })
  })

/** The default limit, which also counts who has come, and who has got a permit. */
const limit = Layer.effect(
  RateLimit.RateLimit,
  Effect.map(RateLimit.RateLimit, ({ acquire, acquireScoped }) => ({
    acquire: (key) => counted(acquire(key)),
    acquireScoped: (key) => counted(acquireScoped(key))
  }))
).pipe(Layer.provide(RateLimit.layer({ limit: looks })))

const jobs = QueryJob.layerNoDeps.pipe(
  Layer.provide(JobApi.layer),
  Layer.provide(TencentCloud.layerNoDeps),
  Layer.provide([limit, Signer.layer]),
  Layer.provide([credentials, NodeHttpClient.layerUndici, Endpoint.layer({ protocol: "http", host })])
)

const ours = (nth: number) => QueryJob.QueryJob.use((jobs) => jobs.wait(jobId(nth)))

/** Effect's limiter, client, schedule and deadline, and nothing else. */
const effects = (nth: number) =>
  Effect.gen(function* () {
    const limiter = yield* RateLimiter.RateLimiter
    yield* counted(RateLimiter.sleep(limiter, { key: "key", limit: looks, window: "1 second" }))
    const response = yield* HttpClient.post(`http://${host}/`, { body: HttpBody.jsonUnsafe({ JobId: jobId(nth) }) })
    return yield* response.json
  }).pipe(Effect.repeat(Schedule.spaced("10 seconds")), Effect.timeout("30 minutes"))

const peer = Layer.merge(
  NodeHttpClient.layerUndici,
  RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))
)

/**
 * The longest that the event loop was kept from its timers, in milliseconds of the main thread's CPU time, so that other
 * processes on the same core do not count.
 */
const watchStalls = () => {
  const spent = () => {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  }
  let longest = 0
  let last = spent()
  const timer = setInterval(() => {
    const now = spent()
    longest = Math.max(longest, now - last)
    last = now
  }, 2)
  return () => {
    clearInterval(timer)
    return longest
  }
}

const measure = Effect.fnUntraced(function* <E, R>(one: (nth: number) => Effect.Effect<unknown, E, R>) {
  const fibers: Array<Fiber.Fiber<unknown, E>> = []
  let start = { time: 0, cpu: 0 }
  let stall = 0
  const startAll = Effect.gen(function* () {
    for (let nth = 0; nth < count; nth++) fibers.push(yield* Effect.forkChild(one(nth)))
    yield* Effect.repeat(Effect.sleep(1), { until: () => calls >= count })
  })
  const heap = yield* heapOf(
    count,
    Effect.gen(function* () {
      const end = watchStalls()
      start = yield* timed(startAll)
      yield* Effect.sleep(10)
      stall = end()
    })
  )
  // Until what the garbage collection for the heap has left to sweep is swept.
  yield* Effect.sleep(seconds * 250)
  const before = permits
  const steady = yield* timed(Effect.sleep(seconds * 1000))
  const looked = permits - before
  const interrupt = yield* timed(Fiber.interruptAll(fibers))
  return {
    start: start.time,
    startCpu: start.cpu,
    stall,
    share: (steady.cpu / steady.time) * 100,
    interrupt: interrupt.time,
    interruptCpu: interrupt.cpu,
    startOfOne: start.cpu / count,
    look: steady.cpu / looked,
    interruptOfOne: interrupt.cpu / count,
    heap
  }
})

const program = who === "ours" ? measure(ours).pipe(Effect.provide(jobs)) : measure(effects).pipe(Effect.provide(peer))

console.log(JSON.stringify(await Effect.runPromise(program)))
