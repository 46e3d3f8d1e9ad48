/**
 * Starts many waits at 20 looks a second, lets them go on for some seconds, and interrupts them all.
 *
 *   waits.ts <ours|effect> <how many> <seconds> <host>
 *
 * Prints, in milliseconds: how long it took until all of them waited for their first permit, the longest time in which
 * the event loop did nothing else, and how long it took to interrupt them; the share of a core that they took between;
 * and how many kilobytes of heap one of them took.
 */
import { monitorEventLoopDelay } from "node:perf_hooks"
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

const [who, count, seconds, host] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4]), process.argv[5]]

let calls = 0
const counted = <A, E, R>(acquire: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    calls++
    return acquire
  })

/** The default limit, which also counts who has come. */
const limit = Layer.effect(
  RateLimit.RateLimit,
  Effect.map(RateLimit.RateLimit, ({ acquire, acquireScoped }) => ({
    acquire: (key) => counted(acquire(key)),
    acquireScoped: (key) => counted(acquireScoped(key))
  }))
).pipe(Layer.provide(RateLimit.layer()))

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
    yield* counted(RateLimiter.sleep(limiter, { key: "key", limit: 20, window: "1 second" }))
    const response = yield* HttpClient.post(`http://${host}/`, { body: HttpBody.jsonUnsafe({ JobId: jobId(nth) }) })
    return yield* response.json
  }).pipe(Effect.repeat(Schedule.spaced("10 seconds")), Effect.timeout("30 minutes"))

const peer = Layer.merge(
  NodeHttpClient.layerUndici,
  RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))
)

const measure = Effect.fnUntraced(function* <E, R>(one: (nth: number) => Effect.Effect<unknown, E, R>) {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  const fibers: Array<Fiber.Fiber<unknown, E>> = []
  let start = 0
  delay.enable()
  const heap = yield* heapOf(
    count,
    Effect.gen(function* () {
      delay.reset()
      const begun = performance.now()
      for (let nth = 0; nth < count; nth++) fibers.push(yield* Effect.forkChild(one(nth)))
      while (calls < count) yield* Effect.sleep(1)
      start = performance.now() - begun
      yield* Effect.sleep(20)
      delay.disable()
    })
  )
  const { cpu } = yield* timed(Effect.sleep(seconds * 1000))
  const { time: interrupt } = yield* timed(Fiber.interruptAll(fibers))
  return { start, stall: delay.max / 1e6, share: cpu / seconds / 10, interrupt, heap }
})

const program =
  who === "ours" ? measure(ours).pipe(Effect.provide(jobs)) : measure(effects).pipe(Effect.provide(peer))

console.log(JSON.stringify(await Effect.runPromise(program)))
