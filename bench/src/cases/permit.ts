/**
 * A caller that waits for a permit of `RateLimit`: the heap that it takes while it waits, and its CPU time from the call
 * to the permit. The peer is Effect's own limiter.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as RateLimit from "../../../src/cloud/RateLimit.ts"
import { fibers } from "../fibers.ts"
import { compare, type Form, timed } from "../measure.ts"

/** A caller of each limiter that waits for a permit. */
const callers = (limit: number, window: Duration.Input) => ({
  ours: RateLimit.RateLimit.use(({ acquire }) => acquire("host/Action")),
  effects: RateLimiter.RateLimiter.use((limiter) => RateLimiter.sleep(limiter, { key: "host/Action", limit, window })),
  layer: Layer.merge(
    RateLimit.layer({ limit, window }),
    RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))
  )
})

/** What one of many callers takes from its call to its permit, in microseconds of CPU. */
const passing = <E, R>(count: number, caller: Effect.Effect<unknown, E, R>) =>
  Effect.map(
    timed(
      Effect.all(
        Array.from({ length: count }, () => caller),
        { concurrency: "unbounded", discard: true }
      )
    ),
    ({ cpu }) => ({ cpu: (cpu / count) * 1000 })
  )

const limiter = "Effect's limiter"

export const permit = {
  name: "permit",
  run: Effect.fnUntraced(function* (form: Form) {
    const count = 2000
    const waiting = callers(1, "1 hour")
    const heap = yield* compare(form, {
      title: "a caller that waits for a permit",
      rounds: { short: 3, full: 7 },
      warmUps: 1,
      ours: Effect.provide(
        fibers(count, () => waiting.ours),
        waiting.layer
      ),
      peers: {
        [limiter]: Effect.provide(
          fibers(count, () => waiting.effects),
          waiting.layer
        )
      },
      metrics: { heap: { name: "heap", unit: "kB", goal: 2.2 } }
    })
    const served = callers(count / 4, "50 millis")
    const cpu = yield* compare(form, {
      title: "a caller that waits for a permit",
      rounds: { short: 21, full: 41 },
      warmUps: 2,
      ours: Effect.provide(passing(count, served.ours), served.layer),
      peers: { [limiter]: Effect.provide(passing(count, served.effects), served.layer) },
      metrics: { cpu: { name: "CPU", unit: "µs", goals: { [limiter]: 1 } } }
    })
    return [...heap, ...cpu]
  })
}
