/**
 * A hard ceiling on how often a call is made.
 *
 * The service allows 20 requests in a second for each action of its API, and refuses the rest. `RateLimit` keeps a
 * program below that: each attempt of a call first waits for a permit under a key (the host and the action). There are
 * `limit` permits for each key. A permit that began to count is free again one `window` later, so at most `limit`
 * permits count in any rolling window, not only in each window of a fixed grid.
 *
 * `acquireScoped` grants a permit that counts from the end of a scope. Close the scope when the answer is there: the
 * request reached the service between the grant and the answer, so the service sees at most `limit` requests in any
 * rolling window, however long each of them travels. `acquire` grants a permit that counts from its grant, so the
 * ceiling holds where permits are granted.
 *
 * Callers of one key queue, first come first served. A caller that is interrupted while it waits leaves no trace: the
 * next one gets the permit that it would have had.
 *
 * `layer` is for one process. `layerShared` puts Effect's `RateLimiter` behind the same queue, and so spreads one limit
 * over all processes that share its store. `layerNone` never waits.
 *
 * **Gotchas**
 *
 * - A permit that counts from the answer costs rate where answers are slow: `limit` requests in a window and one round
 *   trip. With 20 in a second that is 19 a second at 50 ms, and 15.4 at 300 ms. No client can do better unless it
 *   assumes how long requests travel; `countFrom: "grant"` assumes that all travel equally long.
 * - A request without an answer holds its permit until it fails, so give every attempt a timeout.
 * - A failed or interrupted attempt counts from its end. A request that arrives even later is not in the ceiling.
 * - Time is measured on the monotonic clock: a wall clock that is set neither stalls the queue nor breaks the ceiling.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Gate from "./internal/gate.ts"

/**
 * Says that there is no permit because the shared store failed.
 *
 * **Details**
 *
 * Only `layerShared` fails; `cause` is the error of Effect's `RateLimiter`. The failed call used no permit of this
 * process, and the next caller in the queue asks the store again. So it is safe to try again.
 *
 * @category errors
 * @since 0.1.0
 */
export class RateLimitUnavailable extends Schema.TaggedError<RateLimitUnavailable>()("RateLimitUnavailable", {
  key: Schema.String,
  cause: RateLimiter.RateLimiterError
}) {
  readonly isRetryable = true

  override get message(): string {
    return `The shared store of rate limits gave no permit for "${this.key}"; check that the store can be reached, then try again.`
  }
}

/**
 * Grants permits, each under a key, no faster than the limit allows. A key is host and action, as in
 * `"hunyuan.intl.tencentcloudapi.com/QueryHunyuanTo3DProJob"`.
 *
 * **Details**
 *
 * Waiting can be interrupted unless the caller is uninterruptible.
 *
 * @category services
 * @since 0.1.0
 */
export class RateLimit extends Context.Service<
  RateLimit,
  {
    /** Waits for a permit that counts from its grant. */
    readonly acquire: (key: string) => Effect.Effect<void, RateLimitUnavailable>
    /** Waits for a permit that counts from the end of the scope, which is to be the answer of the request. */
    readonly acquireScoped: (key: string) => Effect.Effect<void, RateLimitUnavailable, Scope.Scope>
  }
>()("effect-hunyuan3d/RateLimit") {}

/**
 * How many permits there are in which time, for each key.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Permits in a window, a whole number of at least 1; 20 unless given. */
  readonly limit?: number | undefined
  /** The length of the rolling window, more than zero and finite; 1 second unless given. */
  readonly window?: Duration.Input | undefined
  /**
   * Since when a permit of `acquireScoped` counts: from the answer, which is the end of its scope, or from its grant, as
   * a permit of `acquire` does. `"answer"` unless given.
   */
  readonly countFrom?: "answer" | "grant" | undefined
}

interface Rate {
  readonly limit: number
  readonly window: Duration.Duration
  readonly countFrom: "answer" | "grant"
}

const rate = (options: Options | undefined): Rate => {
  const limit = options?.limit ?? 20
  const window = Duration.fromInputUnsafe(options?.window ?? "1 second")
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new RangeError(`RateLimit: limit must be a whole number of at least 1, not ${limit}`)
  }
  if (!Duration.isFinite(window) || !Duration.isPositive(window)) {
    throw new RangeError(`RateLimit: window must be more than zero and finite, not ${Duration.format(window)}`)
  }
  return { limit, window, countFrom: options?.countFrom ?? "answer" }
}

const make = (rate: Rate, pass: (key: string) => Effect.Effect<void, RateLimitUnavailable>): RateLimit["Service"] => {
  const gates = new Map<string, Gate.Gate<RateLimitUnavailable>>()
  const gate = (key: string) => {
    const gate = gates.get(key) ?? Gate.make(rate, pass(key))
    gates.set(key, gate)
    return gate
  }
  const acquire = (key: string) => gate(key).acquire
  return { acquire, acquireScoped: rate.countFrom === "grant" ? acquire : (key) => gate(key).acquireScoped }
}

/**
 * Limits the calls of one process.
 *
 * **When to use**
 *
 * Use where one process makes all calls of an account, or where each process has its own share of the limit.
 *
 * **Details**
 *
 * A burst of up to `limit` goes at once. Neither `acquire` nor `acquireScoped` fails, and there is nothing to close. A
 * timer counts whole milliseconds, so a caller that had to wait can get its permit up to a millisecond after the ceiling
 * allows it.
 *
 * A `limit` that is not a whole number of at least 1, or a `window` that is not more than zero and finite, is a mistake
 * in the program: the layer dies with a `RangeError` that names it.
 *
 * **Gotchas**
 *
 * - Each call of this function makes a layer with gates of its own: keep the layer in a constant and share it, or the
 *   limit is granted several times over.
 * - A key stays in memory as long as the layer, so name keys after the few actions of an API, never after jobs or users.
 * - With `countFrom: "grant"` the service can see up to twice the limit in one window: a burst that arrives late,
 *   because its connections are made first, and the next one, which arrives on time. A longer window, such as
 *   `{ countFrom: "grant", window: "1050 millis" }`, allows for requests that travel up to 50 ms longer than others.
 *
 * **Example** (A permit that counts from the answer)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Duration, Effect } from "effect"
 * import * as RateLimit from "effect-hunyuan3d/RateLimit"
 *
 * const send = Effect.sleep("50 millis") // a request and its answer
 *
 * const attempt = Effect.gen(function* () {
 *   const { acquireScoped } = yield* RateLimit.RateLimit
 *   yield* acquireScoped("host/Action")
 *   yield* send
 * }).pipe(Effect.scoped)
 *
 * const [took] = await Effect.all([attempt, attempt, attempt], { concurrency: "unbounded" }).pipe(
 *   Effect.timed,
 *   Effect.provide(RateLimit.layer({ limit: 2, window: "100 millis" })),
 *   Effect.runPromise
 * )
 *
 * // The third waits until the first answer is 100 ms old.
 * assert.ok(Duration.isGreaterThan(took, Duration.millis(190)))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options?: Options): Layer.Layer<RateLimit> =>
  Layer.sync(RateLimit, () => make(rate(options), () => Effect.void))

// Waits for a permit of the shared limiter. One whose caller was interrupted before its time goes to the next caller.
const sharedPermit = (limiter: RateLimiter.RateLimiter, { limit, window }: Rate, key: string) => {
  const pace = Duration.millis(Math.ceil(Duration.toMillis(window) / limit))
  let reserved = 0n
  return Effect.gen(function* () {
    if (reserved <= (yield* Clock.monotonicTimeNanos)) {
      // At one token a window both algorithms of the limiter space their grants evenly. On Redis this one counts time
      // by the store's clock, the other by each caller's.
      const { delay } = yield* Effect.mapError(
        limiter.consume({ algorithm: "fixed-window", key, limit: 1, onExceeded: "delay", window: pace }),
        (cause) => new RateLimitUnavailable({ key, cause })
      )
      reserved = (yield* Clock.monotonicTimeNanos) + Duration.toNanosUnsafe(delay)
    }
    yield* Gate.sleepUntil(reserved)
  })
}

/**
 * Limits the calls of all processes that share a store.
 *
 * **When to use**
 *
 * Use for a fleet of workers on one account, with Effect's `RateLimiter` on a Redis store.
 *
 * **Details**
 *
 * All processes together get one permit every `window / limit` (rounded up to whole milliseconds; 50 ms unless given
 * otherwise), so that no rolling window holds more than `limit` grants. There is no burst: the second of two calls made
 * at once waits. Each process also keeps the ceiling of `layer` by itself, even when the store loses its state.
 *
 * Only the caller at the head of a process's queue has a permit of the store. When it is interrupted, the permit goes
 * to the next caller of that process; if none comes in time, the permit is lost.
 *
 * When the store fails, so do `acquire` and `acquireScoped`, with `RateLimitUnavailable`. Bad options are a defect, as
 * in `layer`.
 *
 * **Gotchas**
 *
 * - The store counts permits from their grant, whatever `countFrom` is. Where its answers take now 1 ms, now 40, and
 *   requests travel for different times, a rolling window at the service can hold one request more for each 50 ms of
 *   difference, begun or full. A `limit` of one less than the account's leaves room for that.
 * - A process has one question to the store open for a key at a time, so an answer that takes longer than the time
 *   between two permits slows it down.
 * - Accounts that share a store need a prefix each: `RateLimiter.layerStoreRedis({ prefix })`.
 *
 * **Example** (Two processes, one store)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Duration, Effect, Layer } from "effect"
 * import { RateLimiter } from "effect/persistence"
 * import * as RateLimit from "effect-hunyuan3d/RateLimit"
 *
 * const store = RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory)) // in production, Redis
 *
 * const worker = RateLimit.RateLimit.use(({ acquire }) => acquire("host/Action"))
 * const first = worker.pipe(Effect.provide(RateLimit.layerShared()))
 * const second = worker.pipe(Effect.provide(RateLimit.layerShared()))
 *
 * const [took] = await first.pipe(Effect.andThen(second), Effect.timed, Effect.provide(store), Effect.runPromise)
 *
 * assert.ok(Duration.isGreaterThan(took, Duration.millis(49))) // a permit each 50 ms, and the store drops fractions
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerShared = (options?: Options): Layer.Layer<RateLimit, never, RateLimiter.RateLimiter> =>
  Layer.effect(
    RateLimit,
    Effect.gen(function* () {
      const limiter = yield* RateLimiter.RateLimiter
      const shared = rate(options)
      return make(shared, (key) => sharedPermit(limiter, shared, key))
    })
  )

/**
 * Grants every permit at once.
 *
 * **When to use**
 *
 * Use against a recording or the fake, or where something else keeps the limit.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNone: Layer.Layer<RateLimit> = Layer.succeed(RateLimit, {
  acquire: () => Effect.void,
  acquireScoped: () => Effect.void
})
