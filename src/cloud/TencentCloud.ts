/**
 * One call of a Tencent Cloud API 3.0 action: limited, signed, sent and retried.
 *
 * `call(operation, input)` writes the request once. Each attempt then takes its own
 * permit from `RateLimit`, is signed by `Signer` when the permit is granted, goes
 * out through whatever `HttpClient` is provided, and comes back as a decoded answer
 * or as an `ApiError`. Nothing above this module knows of HTTP. The steps stand in
 * `internal/`: `request`, `attempt`, `exchange`, `envelope`.
 *
 * **Gotchas**
 *
 * - A failure that may pass is retried where the operation is safe to repeat, or
 *   where the request was surely not carried out.
 * - A wrong clock is repaired from the time in the refusal, or from the `Date` of the
 *   answer: the request is signed again at once, and later ones with the same skew.
 * - A token that was refused is renewed once, where the source of the credentials can.
 * - A submission that meets a kept connection which the server closes at that moment
 *   may have been carried out. `layerFreshConnections` lets none do so.
 * - The exit of the span `TencentCloud.call` holds no answer, since an answer may
 *   hold signed links.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { retry } from "../internal/retry.ts"
import { setting } from "../internal/setting.ts"
import { withSpan } from "../internal/span.ts"
import * as ApiError from "./ApiError.ts"
import * as Endpoint from "./Endpoint.ts"
import { makeAttempt } from "./internal/attempt.ts"
import type { Credentials } from "./internal/credentials/model.ts"
import { requestIdOf } from "./internal/envelope.ts"
import { NeedsFreshConnection } from "./internal/freshConnection.ts"
import { measuredCall, retried } from "./internal/metrics.ts"
import { makeRequest } from "./internal/request.ts"
import type * as Operation from "./Operation.ts"
import * as Policy from "./Policy.ts"
import * as RateLimit from "./RateLimit.ts"
import * as Signer from "./Signer.ts"

export { NeedsFreshConnection } from "./internal/freshConnection.ts"

/**
 * Calls API actions.
 *
 * @category services
 * @since 0.1.0
 */
export class TencentCloud extends Context.Service<
  TencentCloud,
  {
    readonly call: <Input extends Operation.Codec, Output extends Operation.Codec>(
      operation: Operation.Operation<Input, Output>,
      input: Input["Type"]
    ) => Effect.Effect<Output["Type"], ApiError.ApiError>
  }
>()("effect-hunyuan3d/TencentCloud") {}

/**
 * Calls an action with the `TencentCloud` service in context.
 *
 * **Example** (Against the in-memory fake)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer, Schema } from "effect"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as Hunyuan from "effect-hunyuan3d/Hunyuan"
 * import * as Operation from "effect-hunyuan3d/Operation"
 * import * as TencentCloud from "effect-hunyuan3d/TencentCloud"
 *
 * const Query = Operation.make({
 *   action: "QueryHunyuanTo3DProJob",
 *   product: Hunyuan.product,
 *   input: Schema.Struct({ JobId: Schema.String }),
 *   output: Schema.Struct({ Status: Schema.String }),
 *   safeToRepeat: true
 * })
 * const program = TencentCloud.call(Query, { JobId: "1375367755519696896" }).pipe(
 *   Effect.flip,
 *   Effect.provide(TencentCloud.layer.pipe(Layer.provide(Fake.layer())))
 * )
 * assert.equal((await Effect.runPromise(program)).reason._tag, "NotFound")
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const call = <Input extends Operation.Codec, Output extends Operation.Codec>(
  operation: Operation.Operation<Input, Output>,
  input: Input["Type"]
): Effect.Effect<Output["Type"], ApiError.ApiError, TencentCloud> =>
  TencentCloud.use((cloud) => cloud.call(operation, input))

const make = Effect.gen(function* () {
  const attempt = yield* makeAttempt
  const endpointSetting = yield* setting(Endpoint.Endpoint)
  const policySetting = yield* setting(Policy.Policy)

  const call = Effect.fnUntraced(function* <Input extends Operation.Codec, Output extends Operation.Codec>(
    operation: Operation.Operation<Input, Output>,
    input: Input["Type"]
  ) {
    const endpoint = yield* endpointSetting
    const policy = yield* policySetting
    const { action, safeToRepeat } = operation
    const { region } = endpoint
    let attempts = 0
    return yield* makeRequest(operation, input, endpoint).pipe(
      Effect.mapError((reason) => new ApiError.ApiError({ action, region, reason })),
      Effect.flatMap((request) =>
        retry(
          Effect.mapError(
            Effect.suspend(() => attempt(operation, request, region, policy, ++attempts)),
            ({ reason, requestId }) => new ApiError.ApiError({ action, region, requestId, reason })
          ),
          policy.retry,
          (error) => error.isRetryable && (safeToRepeat || !error.mayHaveRun),
          // A submission runs uninterruptibly, but nothing of it is under way between two attempts.
          { isInterruptible: !safeToRepeat, retried: ({ reason }) => retried(action, reason) }
        )
      ),
      measuredCall(action),
      withSpan("TencentCloud.call", { action, region }, requestIdOf)
    )
  })

  return { call }
})

/**
 * Provides `TencentCloud` over the limiter, signer and transport in context.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerNoDeps: Layer.Layer<
  TencentCloud,
  never,
  RateLimit.RateLimit | Signer.Signer | HttpClient.HttpClient
> = Layer.effect(TencentCloud, make)

/** The limiter in context, and where there is none, the default one. */
const limiter: Layer.Layer<RateLimit.RateLimit> = Layer.unwrap(
  Effect.map(Effect.serviceOption(RateLimit.RateLimit), (given) =>
    Option.isSome(given) ? Layer.succeed(RateLimit.RateLimit, given.value) : RateLimit.layer()
  )
)

/**
 * Provides `TencentCloud` with the default limiter and signer; what remains is
 * the transport and who signs.
 *
 * **Details**
 *
 * A `RateLimit` beneath this layer, or beneath one that is built on it, such as
 * `GenerateJob.layer`, takes the place of the default one.
 *
 * **Example** (A ceiling of one's own)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Layer } from "effect"
 * import { FetchHttpClient } from "effect/http"
 * import * as Credentials from "effect-hunyuan3d/Credentials"
 * import * as QueryJob from "effect-hunyuan3d/QueryJob"
 * import * as RateLimit from "effect-hunyuan3d/RateLimit"
 *
 * const Jobs = QueryJob.layer.pipe(
 *   Layer.provide([RateLimit.layer({ limit: 10 }), FetchHttpClient.layer, Credentials.layerEnv])
 * )
 * assert.ok(Layer.isLayer(Jobs))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<TencentCloud, never, HttpClient.HttpClient | Credentials> = layerNoDeps.pipe(
  Layer.provide([limiter, Signer.layer])
)

/**
 * Provides an `HttpClient` that sends what is not safe to repeat, such as a submission,
 * over `fresh`, and everything else over the client in context.
 *
 * **When to use**
 *
 * Use it in an application that submits jobs. A server closes a kept connection when it
 * likes, and a submission that leaves at that moment fails without a clear answer: its
 * job may exist and be paid for. `fresh` is a client that keeps no connections.
 *
 * **Gotchas**
 *
 * `fetch` has no standard option for this. What keeps no connections depends on the
 * runtime. On Node it is undici with `pipelining: 0` and `allowH2: false`, since it keeps
 * connections over HTTP/2 anyway.
 *
 * **Example** (On Node)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { NodeHttpClient } from "@effect/platform-node"
 * import { Layer } from "effect"
 * import * as Credentials from "effect-hunyuan3d/Credentials"
 * import * as GenerateJob from "effect-hunyuan3d/GenerateJob"
 * import * as TencentCloud from "effect-hunyuan3d/TencentCloud"
 *
 * const Fresh = NodeHttpClient.layerUndiciNoDispatcher.pipe(
 *   Layer.provide(NodeHttpClient.layerDispatcherOptions({ pipelining: 0, allowH2: false }))
 * )
 * const Client = TencentCloud.layerFreshConnections(Fresh).pipe(Layer.provide(NodeHttpClient.layerUndici))
 * const Jobs = GenerateJob.layer.pipe(Layer.provide([Client, Credentials.layerEnv]))
 * assert.ok(Layer.isLayer(Jobs))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerFreshConnections = <E, R>(
  fresh: Layer.Layer<HttpClient.HttpClient, E, R>
): Layer.Layer<HttpClient.HttpClient, E, R | HttpClient.HttpClient> =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.gen(function* () {
      const kept = yield* HttpClient.HttpClient
      // Both may be made of the same layer, which would be built once.
      const built = Context.get(yield* Layer.build(Layer.fresh(fresh)), HttpClient.HttpClient)
      return HttpClient.transform(kept, (sent, request) =>
        Effect.flatMap(NeedsFreshConnection, (isNeeded) => (isNeeded ? built.execute(request) : sent))
      )
    })
  )
