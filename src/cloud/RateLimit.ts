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
 * `layer` is for one process. `layerShared` keeps one limit for all processes that share a Redis server. `layerNone` never
 * waits.
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
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Redis from "effect/persistence/Redis"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Gate from "./internal/gate.ts"
import * as Health from "./internal/shared/health.ts"
import * as SharedPermits from "./internal/shared/permits.ts"
import * as Store from "./internal/shared/store.ts"

/**
 * Says that there is no permit because the shared store does not answer.
 *
 * **Details**
 *
 * Only `layerShared` fails, and only with the policy `"wait"`. `cause` is the last failure: a `RedisError`, or a timeout.
 * The failed call used no permit, so it is safe to try again.
 *
 * @category errors
 * @since 0.1.0
 */
export class RateLimitUnavailable extends Schema.TaggedError<RateLimitUnavailable>()("RateLimitUnavailable", {
  key: Schema.String,
  cause: Schema.Defect()
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

const make = <E extends RateLimitUnavailable>(
  { countFrom }: Rate,
  permitsFor: (key: string) => (waiting: () => number) => Gate.Permits<E>
): RateLimit["Service"] => {
  const gates = new Map<string, Gate.Gate<E>>()
  const gate = (key: string) => {
    const gate = gates.get(key) ?? Gate.make(permitsFor(key))
    gates.set(key, gate)
    return gate
  }
  const acquire = (key: string) => gate(key).acquire
  return { acquire, acquireScoped: countFrom === "grant" ? acquire : (key) => gate(key).acquireScoped }
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
  Layer.sync(RateLimit, () => {
    const local = rate(options)
    return make(local, () => () => Gate.makePermits(local))
  })

/**
 * What a process does while the shared store does not answer.
 *
 * **Details**
 *
 * - `"wait"`: grants nothing. When the store has not answered for the deadline, 10 seconds unless given, all who wait
 *   fail with `RateLimitUnavailable`, and so do new callers, until it answers again. No fleet passes its limit.
 * - `"share"`: goes on with the limit divided by `processes`, the most processes that there can be. It begins half a
 *   second and a window after the last answer, and ends 3.5 seconds after the next, so that the other processes have
 *   noticed, too. If only some processes have lost the store, the fleet passes its limit by their shares.
 *
 * @category models
 * @since 0.1.0
 */
export type StoreFailurePolicy =
  | { readonly policy: "wait"; readonly deadline?: Duration.Input | undefined }
  | { readonly policy: "share"; readonly processes: number }

/**
 * How many permits a fleet has, where it shares them, and what each process does without the store.
 *
 * @category models
 * @since 0.1.0
 */
export interface SharedOptions extends Options {
  /** How the limiter's keys in the store begin, `"effect-hunyuan3d:"` unless given. Each account needs one of its own. */
  readonly prefix?: string | undefined
  /** `"wait"` unless given. */
  readonly onStoreFailure?: StoreFailurePolicy | undefined
}

const onFailure = (given: StoreFailurePolicy = { policy: "wait" }): SharedPermits.OnFailure => {
  if (given.policy === "share") {
    const { processes } = given
    if (!Number.isSafeInteger(processes) || processes < 1) {
      throw new RangeError(`RateLimit: processes must be a whole number of at least 1, not ${processes}`)
    }
    return { _tag: "Share", processes }
  }
  const deadline = Duration.fromInputUnsafe(given.deadline ?? "10 seconds")
  if (!Duration.isFinite(deadline) || !Duration.isPositive(deadline)) {
    throw new RangeError(`RateLimit: deadline must be more than zero and finite, not ${Duration.format(deadline)}`)
  }
  return { _tag: "Wait", deadline }
}

const consequence = (policy: SharedPermits.OnFailure) =>
  policy._tag === "Wait"
    ? `Calls wait for it, and fail when it has not answered for ${Duration.format(policy.deadline)}. Check that it can be reached.`
    : `This process goes on with its share of the limit, one of ${policy.processes}. Check that the store can be reached.`

/**
 * Limits the calls of all processes that share a Redis store.
 *
 * **When to use**
 *
 * Use for a fleet of workers on one account.
 *
 * **Details**
 *
 * It keeps the ceiling of `layer` for the fleet: `limit` permits, each free again one window after the store has heard of
 * the answer. A burst of up to `limit` goes at once when nothing counts. A permit costs one round trip to the store at
 * most; callers who wait together get theirs together, and a process that waits sends ten messages a second.
 *
 * A permit goes to the process that got the fewest among those that want one, and within a process to its callers in
 * their order. Callers that are interrupted give their places back. A process that is not heard for 250 ms is
 * gone: the permits that it held begin to count then, and all of them are free one window later.
 *
 * The store is Effect's `Redis`, as `NodeRedis` and `BunRedis` provide it. Each question to it waits for 250 ms.
 * `onStoreFailure` chooses what happens while the store does not answer. Its loss and its return are each logged once,
 * as a warning, and the gauge `hunyuan3d_limit_store_up` shows them. A store that lost its state grants nothing for
 * 1.25 seconds, since processes may hold permits of which it knows nothing.
 *
 * Bad options are a defect, as in `layer`.
 *
 * **Gotchas**
 *
 * - Slow answers of the store cost rate, as slow answers of the service do. With a store that takes 1 to 40 ms, four
 *   processes reached more than nine tenths of it.
 * - The ceiling is that of `layer`, with one condition more: a request arrives at the service at most 250 ms after its
 *   process was heard last. A process that stops between its permit and its request, and goes on later, is not held
 *   back.
 * - Accounts that share a store need a `prefix` each. The state of a key is one value in Redis, of some hundred bytes,
 *   which goes away after an unused day.
 * - A clock of the Redis server that is set forward frees permits too early, once.
 * - `NodeRedis` itself fails when the server cannot be reached at the start, and logs each attempt to connect again. With
 *   `disableOfflineQueue` it closes while the server is gone; while the server hangs, it waits for it.
 *
 * **Example** (A worker of a fleet)
 *
 * ```ts no-run
 * import { NodeRedis } from "@effect/platform-node"
 * import { Layer } from "effect"
 * import * as RateLimit from "effect-hunyuan3d/RateLimit"
 *
 * export const Limiter = RateLimit.layerShared({
 *   prefix: "account-1:",
 *   onStoreFailure: { policy: "share", processes: 8 }
 * }).pipe(Layer.provide(NodeRedis.layer({ url: "redis://127.0.0.1:6379", disableOfflineQueue: true })))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerShared = (options?: SharedOptions): Layer.Layer<RateLimit, never, Redis.Redis> =>
  Layer.effect(
    RateLimit,
    Effect.gen(function* () {
      const shared = rate(options)
      const policy = onFailure(options?.onStoreFailure)
      const store = Store.overRedis(yield* Redis.Redis, options?.prefix ?? "effect-hunyuan3d:")
      const health = Health.make(consequence(policy), shared.window)
      const run = yield* FiberSet.makeRuntime()
      const name = `${yield* Random.nextInt}.${yield* Random.nextInt}`
      return make(shared, (key) =>
        SharedPermits.make({
          ...shared,
          key,
          name,
          store,
          health,
          run,
          onFailure: policy,
          unavailable: (cause) => new RateLimitUnavailable({ key, cause })
        })
      )
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
