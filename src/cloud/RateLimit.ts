/**
 * A hard ceiling on how often a call is made.
 *
 * The service allows 20 requests in a second for each action of its API, and refuses the rest. `RateLimit` keeps a
 * program below that: every attempt of a call first acquires a slot under a key (the host and the action), and
 * `acquire` returns when the slot is there. At most `limit` slots are granted in any rolling `window`, not merely in
 * each window of a fixed grid: the span from one grant up to, and without, the moment one window later never holds more
 * than `limit`. The grant after a full burst therefore comes exactly one window after the burst's first.
 *
 * Callers of one key queue, first come first served. The one at the head of the queue waits for the ceiling, takes the
 * slot and lets the next one through, so that a queue of any length costs one timer. A caller that is interrupted
 * leaves no trace: the next one gets the slot that it would have had.
 *
 * `layer` is for one process. `layerShared` puts Effect's `RateLimiter` behind the same queue, and so spreads one limit
 * over all processes that share its store. `layerNone` never waits.
 *
 * Time is measured on the monotonic clock: a wall clock that is set neither stalls the queue nor breaks the ceiling.
 * The ceiling holds where slots are granted. Requests that travel for different times can still arrive closer together,
 * so a caller should be ready to be refused now and then and to try again.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Schema from "effect/Schema"

/**
 * Says that a slot could not be had because the shared store failed.
 *
 * **Details**
 *
 * Only `layerShared` fails; `cause` is the error of Effect's `RateLimiter`. The failed call has taken no slot of this
 * process, and the next caller in the queue asks the store anew.
 *
 * @category errors
 * @since 0.1.0
 */
export class RateLimitUnavailable extends Schema.TaggedError<RateLimitUnavailable>()("RateLimitUnavailable", {
  key: Schema.String,
  cause: RateLimiter.RateLimiterError
}) {
  override get message(): string {
    return `The shared store of rate limits gave no slot for "${this.key}"; check that the store can be reached, then try again.`
  }
}

/**
 * Grants slots, each under a key, no faster than the limit allows.
 *
 * @category services
 * @since 0.1.0
 */
export class RateLimit extends Context.Service<
  RateLimit,
  {
    /**
     * Waits for one slot under `key`: host and action, as in
     * `"hunyuan.intl.tencentcloudapi.com/QueryHunyuanTo3DProJob"`.
     */
    readonly acquire: (key: string) => Effect.Effect<void, RateLimitUnavailable>
  }
>()("effect-hunyuan3d/RateLimit") {}

/**
 * How many slots are granted in which time, for each key.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Slots in a window, a whole number of at least 1; 20 unless given. */
  readonly limit?: number | undefined
  /** The length of the rolling window, more than zero and finite; 1 second unless given. */
  readonly window?: Duration.Input | undefined
}

interface Rate {
  readonly limit: number
  readonly window: Duration.Duration
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
  return { limit, window }
}

// A timer may fire early, so the clock is read again after each sleep; and it counts whole milliseconds, so that a
// sleep of less might end at once and never bring the time nearer.
const sleepUntil = Effect.fnUntraced(function* (time: bigint) {
  const clock = yield* Clock.Clock
  for (let left = time - clock.monotonicTimeNanosUnsafe(); left > 0n; left = time - clock.monotonicTimeNanosUnsafe()) {
    yield* clock.sleep(Duration.millis(Math.ceil(Number(left) / 1_000_000)))
  }
})

// The queue of one key. `pass` runs at its head, as soon as the ceiling allows a grant, and can hold the grant back.
const makeGate = ({ limit, window }: Rate, pass: Effect.Effect<void, RateLimitUnavailable>) => {
  const windowNanos = Duration.toNanosUnsafe(window)
  // The ring of the last `limit` grant times; the one at `oldest` has to be a window old before the next grant.
  const grants: Array<bigint> = []
  let oldest = 0
  const slot = Effect.gen(function* () {
    const time = grants[oldest]
    if (time !== undefined) yield* sleepUntil(time + windowNanos)
    yield* pass
    grants[oldest] = yield* Clock.monotonicTimeNanos
    oldest = (oldest + 1) % limit
  })
  // A `Semaphore` would queue as well, but it copies its queue at every release: 20 000 waiters took it ten
  // times longer.
  const queue = new Set<Latch.Latch>()
  return Effect.acquireUseRelease(
    Effect.sync(() => {
      const turn = Latch.makeUnsafe(queue.size === 0)
      queue.add(turn)
      return turn
    }),
    (turn) => Effect.andThen(turn.await, slot),
    Effect.fnUntraced(function* (turn) {
      queue.delete(turn)
      const head = queue.values().next().value
      // `openUnsafe` would run the head inside this fiber, and the one after inside that.
      if (head !== undefined) yield* head.open
    })
  )
}

const make = (rate: Rate, pass: (key: string) => Effect.Effect<void, RateLimitUnavailable>): RateLimit["Service"] => {
  const gates = new Map<string, Effect.Effect<void, RateLimitUnavailable>>()
  return {
    acquire: Effect.fn("RateLimit.acquire")(function* (key) {
      const gate = gates.get(key) ?? makeGate(rate, pass(key))
      gates.set(key, gate)
      yield* gate
    })
  }
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
 * A burst of up to `limit` goes at once. `acquire` never fails, and there is nothing to close. A timer counts whole
 * milliseconds, so a caller that had to wait can get its slot up to a millisecond after the ceiling allows it.
 *
 * A `limit` that is not a whole number of at least 1, or a `window` that is not more than zero and finite, is a mistake
 * in the program: the layer dies with a `RangeError` that names it.
 *
 * **Gotchas**
 *
 * Each call of this function makes a layer with gates of its own: keep the layer in a constant and share it, or the
 * limit is granted several times over. A key stays in memory as long as the layer, so name keys after the few actions
 * of an API, never after jobs or users.
 *
 * **Example** (The third of two)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Duration, Effect } from "effect"
 * import * as RateLimit from "effect-hunyuan3d/RateLimit"
 *
 * const three = Effect.gen(function* () {
 *   const { acquire } = yield* RateLimit.RateLimit
 *   yield* acquire("host/Action")
 *   yield* acquire("host/Action")
 *   yield* acquire("host/Action") // waits until the first grant is 100 ms old
 * })
 *
 * const [took] = await three.pipe(
 *   Effect.timed,
 *   Effect.provide(RateLimit.layer({ limit: 2, window: "100 millis" })),
 *   Effect.runPromise
 * )
 *
 * assert.ok(Duration.isGreaterThanOrEqualTo(took, Duration.millis(100)))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options?: Options): Layer.Layer<RateLimit> =>
  Layer.sync(RateLimit, () => make(rate(options), () => Effect.void))

// Waits for a slot of the shared limiter. A slot whose caller was interrupted before its time goes to the next caller.
const sharedSlot = (limiter: RateLimiter.RateLimiter, { limit, window }: Rate, key: string) => {
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
    yield* sleepUntil(reserved)
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
 * All processes together get one slot every `window / limit` (rounded up to whole milliseconds; 50 ms unless given
 * otherwise), so that no rolling window holds more than `limit`. There is no burst: the second of two calls made at
 * once waits. Each process still keeps the ceiling of `layer` by itself, even when the store loses its state.
 *
 * Only the caller at the head of a process's queue has a slot of the store. When it is interrupted, the slot goes to
 * the next caller of that process; if none comes in time, the slot is lost.
 *
 * When the store fails, so does `acquire`, with `RateLimitUnavailable`. Bad options are a defect, as in `layer`.
 *
 * **Gotchas**
 *
 * The ceiling is exact at the store. Where its answers take now 1 ms, now 40, a grant can come that much later than its
 * slot, and closer to the next: a rolling window can then hold one more for each 50 ms of difference, begun or full. A
 * `limit` of one less than the account's leaves room for that.
 *
 * A process has one question to the store open for a key at a time, so an answer that takes longer than a slot slows it
 * down. Accounts that share a store need a prefix each: `RateLimiter.layerStoreRedis({ prefix })`.
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
 * assert.ok(Duration.isGreaterThan(took, Duration.millis(49))) // a slot each 50 ms, and the store drops fractions
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
      return make(shared, (key) => sharedSlot(limiter, shared, key))
    })
  )

/**
 * Grants every slot at once.
 *
 * **When to use**
 *
 * Use against a recording or a model of the service, or where something else keeps the limit.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNone: Layer.Layer<RateLimit> = Layer.succeed(RateLimit, { acquire: () => Effect.void })
