/**
 * One call of a Tencent Cloud API 3.0 action: signed, limited and retried.
 *
 * `call(operation, input)` encodes the input once. Each attempt then takes its
 * own slot from `RateLimit`, is signed by `Signer` when the slot is granted, goes
 * out through whatever `HttpClient` is provided, and comes back as a decoded
 * answer or as an `ApiError`. Nothing above this module knows of HTTP.
 *
 * What surprises: refusals, bad signatures too, arrive with status 200, so the
 * envelope is decoded before anything is retried. An operation that is not safe
 * to repeat, a paid submit, is tried again only when the service surely refused
 * it. A clock that is wrong is repaired once per call, from the `Date` of the
 * answer, and the skew is kept for later calls.
 *
 * @since 0.1.0
 */
import * as ByteSize from "effect/ByteSize"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Ref from "effect/Ref"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { setting } from "../internal/setting.ts"
import { isAllowed, why } from "../internal/transport.ts"
import * as ApiError from "./ApiError.ts"
import type * as Credentials from "./Credentials.ts"
import * as RateLimit from "./RateLimit.ts"
import * as Signer from "./Signer.ts"

type Codec = Schema.ConstraintCodec<unknown, unknown>

/**
 * What one API action takes, answers and allows.
 *
 * @category models
 * @since 0.1.0
 */
export interface Operation<out Input extends Codec, out Output extends Codec> {
  /** The action, such as `QueryHunyuanTo3DProJob`. */
  readonly action: string
  /** The JSON object that is sent. */
  readonly input: Input
  /** The object under `Response` that comes back, `RequestId` included. */
  readonly output: Output
  /** Whether carrying it out twice does no harm. Decides what may be retried. */
  readonly safeToRepeat: boolean
  /** The product in the credential scope, where it is not that of `Endpoint`. */
  readonly service?: string | undefined
  /** The API version, where it is not that of `Endpoint`. */
  readonly version?: string | undefined
}

/**
 * Makes an {@link Operation}.
 *
 * **Example** (An action of another product)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Schema } from "effect"
 * import * as TencentCloud from "effect-hunyuan3d/TencentCloud"
 *
 * const DescribeZones = TencentCloud.Operation.make({
 *   action: "DescribeZones",
 *   service: "cvm",
 *   version: "2017-03-12",
 *   input: Schema.Struct({}),
 *   output: Schema.Struct({ TotalCount: Schema.Int }),
 *   safeToRepeat: true
 * })
 * assert.equal(DescribeZones.service, "cvm")
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const Operation = {
  make: <Input extends Codec, Output extends Codec>(operation: Operation<Input, Output>): Operation<Input, Output> =>
    operation
}

/**
 * Where calls go.
 *
 * @category models
 * @since 0.1.0
 */
export interface EndpointOptions {
  /** `http` is accepted for loopback hosts only. */
  readonly protocol: "https" | "http"
  /** The host, with its port when that is not the default one. */
  readonly host: string
  /** The product in the credential scope. */
  readonly service: string
  /** The API version, a date. */
  readonly version: string
  /** The region that does the work; a job is known only where it was submitted. */
  readonly region: string
  /** The language of messages. */
  readonly language: "en-US" | "zh-CN"
}

/**
 * The endpoint in force. By default the international Hunyuan endpoint in
 * `ap-singapore`.
 *
 * **Details**
 *
 * It is read at each call, so it can be provided around a whole application or
 * around a single call.
 *
 * **Example** (One call in another region)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect } from "effect"
 * import * as TencentCloud from "effect-hunyuan3d/TencentCloud"
 *
 * const inSiliconValley = Effect.updateService(TencentCloud.Endpoint, (endpoint) => ({
 *   ...endpoint,
 *   region: "na-siliconvalley"
 * }))
 * const region = Effect.map(TencentCloud.Endpoint, (endpoint) => endpoint.region)
 * assert.equal(await Effect.runPromise(inSiliconValley(region)), "na-siliconvalley")
 * ```
 *
 * @category references
 * @since 0.1.0
 */
export const Endpoint = Context.Reference<EndpointOptions>("effect-hunyuan3d/TencentCloud/Endpoint", {
  defaultValue: () => ({
    protocol: "https",
    host: "hunyuan.intl.tencentcloudapi.com",
    service: "hunyuan",
    version: "2023-09-01",
    region: "ap-singapore",
    language: "en-US"
  })
})

/**
 * How a call is carried out.
 *
 * @category models
 * @since 0.1.0
 */
export interface PolicyOptions {
  /** How long one attempt may take, from sending to the last byte of the answer; waiting for a slot is not counted. */
  readonly timeout: Duration.Input
  /** The largest answer that is read. */
  readonly maxResponseSize: ByteSize.Input
  /** When a transient failure is tried again. */
  readonly retry: Schedule.Schedule<unknown, ApiError.ApiError>
}

/**
 * The options for calls in force: 10 seconds an attempt, answers up to 1 MiB, and
 * three retries after about 0.25, 1 and 3 seconds, with
 * jitter.
 *
 * @category references
 * @since 0.1.0
 */
export const Policy = Context.Reference<PolicyOptions>("effect-hunyuan3d/TencentCloud/Policy", {
  defaultValue: () => ({
    timeout: "10 seconds",
    maxResponseSize: ByteSize.mebibytes(1),
    retry: Schedule.min([Schedule.exponential("250 millis", 4), Schedule.spaced("3 seconds")]).pipe(
      Schedule.jittered,
      Schedule.upTo({ times: 3 })
    )
  })
})

/**
 * Calls API actions.
 *
 * @category services
 * @since 0.1.0
 */
export class TencentCloud extends Context.Service<
  TencentCloud,
  {
    readonly call: <Input extends Codec, Output extends Codec>(
      operation: Operation<Input, Output>,
      input: Input["Type"]
    ) => Effect.Effect<Output["Type"], ApiError.ApiError>
  }
>()("effect-hunyuan3d/TencentCloud") {}

/**
 * Calls an action with the `TencentCloud` service in context.
 *
 * **Example** (Against the in-memory model)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer, Schema } from "effect"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as TencentCloud from "effect-hunyuan3d/TencentCloud"
 *
 * const Query = TencentCloud.Operation.make({
 *   action: "QueryHunyuanTo3DProJob",
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
export const call = <Input extends Codec, Output extends Codec>(
  operation: Operation<Input, Output>,
  input: Input["Type"]
): Effect.Effect<Output["Type"], ApiError.ApiError, TencentCloud> =>
  TencentCloud.use((cloud) => cloud.call(operation, input))

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
> = Layer.effect(
  TencentCloud,
  Effect.gen(function* () {
    const limiter = yield* RateLimit.RateLimit
    const signer = yield* Signer.Signer
    const client = yield* HttpClient.HttpClient
    const fetchOptions = yield* Effect.serviceOption(FetchHttpClient.RequestInit)
    const endpointSetting = yield* setting(Endpoint)
    const policySetting = yield* setting(Policy)
    // How far the service's clock was seen to be ahead of ours.
    const skew = yield* Ref.make(Duration.zero)

    /** Sends one signed request and reads its answer, within the time and size allowed. */
    const exchange = (request: HttpClientRequest.HttpClientRequest, policy: PolicyOptions, failure: Failure) =>
      client.execute(request).pipe(
        Effect.mapError((error) => failure(fromHttpClientError(error))),
        Effect.flatMap((response) => Effect.map(readText(response, policy, failure), (text) => ({ response, text }))),
        Effect.timeoutOrElse({
          duration: policy.timeout,
          orElse: () =>
            Effect.fail(failure(new ApiError.Timeout({ timeout: Duration.fromInputUnsafe(policy.timeout) })))
        }),
        // The service knows no trace headers, and `fetch` would follow a redirect with the signature.
        Effect.provideService(HttpClient.TracerPropagationEnabled, false),
        Effect.provideService(FetchHttpClient.RequestInit, {
          ...Option.getOrUndefined(fetchOptions),
          redirect: "manual"
        }),
        Effect.updateService(Headers.CurrentRedactedNames, (names) => [...names, "authorization", "x-tc-token"])
      )

    /** One attempt: slot, signature, exchange, envelope. */
    const attempt = Effect.fnUntraced(function* <Input extends Codec, Output extends Codec>(
      operation: Operation<Input, Output>,
      request: HttpClientRequest.HttpClientRequest,
      endpoint: EndpointOptions,
      policy: PolicyOptions,
      failure: Failure
    ) {
      const slot = limiter
        .acquire(`${endpoint.host}/${operation.action}`)
        .pipe(
          Effect.mapError((cause) =>
            failure(new ApiError.Transport({ description: "The rate limiter gave no slot", cause }))
          )
        )
      const sign = Effect.flatMap(Ref.get(skew), (skew) =>
        signer.sign(request, { service: operation.service ?? endpoint.service, skew })
      ).pipe(
        Effect.mapError((error) =>
          failure(new ApiError.Authentication({ code: "Client.NoCredentials", description: error.message }))
        )
      )
      // A submission runs uninterruptibly, so that its answer is not lost. Nothing is lost before it is sent.
      const prepare = Effect.andThen(slot, sign)
      const signed = yield* operation.safeToRepeat ? prepare : Effect.interruptible(prepare)
      const { response, text } = yield* exchange(signed, policy, failure)
      const answer = decodeAnswer(operation, endpoint, response.status, text, failure)
      if (Result.isFailure(answer) && answer.failure.reason._tag === "ClockSkew") {
        const ahead = skewSeen(signed, response, yield* Clock.currentTimeMillis)
        if (ahead !== undefined) yield* Ref.set(skew, ahead)
      }
      return yield* Effect.fromResult(answer)
    })

    const call = Effect.fn("TencentCloud.call")(function* <Input extends Codec, Output extends Codec>(
      operation: Operation<Input, Output>,
      input: Input["Type"]
    ) {
      const endpoint = yield* endpointSetting
      const policy = yield* policySetting
      yield* Effect.annotateCurrentSpan({ action: operation.action, region: endpoint.region })
      const failure: Failure = (reason, requestId) =>
        new ApiError.ApiError({ action: operation.action, region: endpoint.region, reason, requestId })
      const request = yield* encodeRequest(operation, input, endpoint, failure)
      const once = attempt(operation, request, endpoint, policy, failure)

      return yield* Effect.flatMap(Ref.get(skew), (signedWith) =>
        // Sign again once, and only when the skew is now known to be another.
        Effect.catchIf(
          once,
          (error) => error.reason._tag === "ClockSkew",
          (error) =>
            Effect.flatMap(Ref.get(skew), (seen) => (Duration.equals(seen, signedWith) ? Effect.fail(error) : once))
        )
      ).pipe(
        Effect.retry({
          schedule: policy.retry,
          while: (error) => (operation.safeToRepeat ? error.isRetryable : error.reason._tag === "RateLimited")
        })
      )
    })

    return { call }
  })
)

/**
 * Provides `TencentCloud` with the default limiter and signer; what remains is
 * the transport and who signs.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<TencentCloud, never, HttpClient.HttpClient | Credentials.Credentials> =
  layerNoDeps.pipe(Layer.provide([RateLimit.layer(), Signer.layer]))

type Failure = (reason: ApiError.Reason, requestId?: string | undefined) => ApiError.ApiError

// The message of a SchemaError has a line for the place.
const inOneLine = (text: string) => text.replaceAll(/\s+/g, " ")

const unacceptable = (description: string) =>
  new ApiError.InvalidRequest({ code: "Client.InvalidRequest", description: inOneLine(description) })

const encodeRequest = Effect.fnUntraced(function* <Input extends Codec, Output extends Codec>(
  operation: Operation<Input, Output>,
  input: Input["Type"],
  endpoint: EndpointOptions,
  failure: Failure
) {
  const url = `${endpoint.protocol}://${endpoint.host}/`
  if (!isAllowed(url)) {
    return yield* failure(
      unacceptable(`${url} is not an https endpoint; plain http is accepted for loopback hosts only`)
    )
  }
  // It may come from a stored ticket, and not everything fits into a header.
  if (!/^[\w-]+$/.test(endpoint.region)) {
    return yield* failure(unacceptable("the region is not a name such as ap-singapore"))
  }
  const body = yield* Schema.encodeEffect(operation.input)(input).pipe(
    Effect.flatMap((encoded) => HttpBody.json(encoded, "application/json; charset=utf-8")),
    Effect.mapError((error) => failure(unacceptable(error.message || "the input cannot be written as JSON")))
  )
  return HttpClientRequest.post(url, {
    headers: {
      "x-tc-action": operation.action,
      "x-tc-version": operation.version ?? endpoint.version,
      "x-tc-region": endpoint.region,
      "x-tc-language": endpoint.language,
      "x-tc-requestclient": "effect-hunyuan3d"
    },
    body
  })
})

const readText = (response: HttpClientResponse.HttpClientResponse, policy: PolicyOptions, failure: Failure) =>
  response.stream.pipe(
    Stream.mapError((error) => failure(fromHttpClientError(error))),
    Stream.limitBytes(policy.maxResponseSize, () =>
      Stream.fail(
        failure(
          new ApiError.MalformedResponse({
            status: response.status,
            description: `it is larger than ${ByteSize.format(ByteSize.fromInputUnsafe(policy.maxResponseSize))}`
          })
        )
      )
    ),
    Stream.mkUint8Array,
    Effect.map((bytes) => new TextDecoder().decode(bytes))
  )

const fromHttpClientError = ({ reason }: HttpClientError.HttpClientError): ApiError.Reason => {
  switch (reason._tag) {
    case "InvalidUrlError":
    case "EncodeError":
      return unacceptable(reason.message)
    case "EmptyBodyError":
      return new ApiError.MalformedResponse({ status: reason.response.status, description: "it has no body" })
    default:
      // A transport of our own may know that trying again is of no use, as a replay does.
      if (Predicate.hasProperty(reason.cause, "isRetryable") && reason.cause.isRetryable === false) {
        return new ApiError.Transport({ description: why(reason.cause), cause: reason.cause, isRetryable: false })
      }
      return new ApiError.Transport({
        description: `${reason.request.url} could not be reached (${why(reason.cause) || reason.message})`,
        cause: reason.cause
      })
  }
}

const maxLevels = 100

const isShallow = (value: unknown): boolean => {
  let level = [value]
  for (let depth = 0; depth < maxLevels && level.length > 0; depth++) {
    level = level.flatMap((value) => (Predicate.isObjectOrArray(value) ? Object.values(value) : []))
  }
  return level.length === 0
}

const Envelope = Schema.Struct({
  Response: Schema.StructWithRest(
    Schema.Struct({
      RequestId: Schema.optional(Schema.String),
      Error: Schema.optional(
        Schema.NullOr(Schema.Struct({ Code: Schema.String, Message: Schema.optional(Schema.NullOr(Schema.String)) }))
      )
    }),
    [Schema.Record(Schema.String, Schema.Unknown)]
  ).check(
    // Ten thousand levels overflow the stack where answers are compared or printed.
    Schema.makeFilter(isShallow, { expected: `at most ${maxLevels} levels` })
  )
})

/** The answer, or the error it stands for; fails with `MalformedResponse` when it is neither. */
const decodeAnswer = <Input extends Codec, Output extends Codec>(
  operation: Operation<Input, Output>,
  endpoint: EndpointOptions,
  status: number,
  text: string,
  failure: Failure
): Result.Result<Output["Type"], ApiError.ApiError> =>
  Result.gen(function* () {
    const malformed = (requestId?: string | undefined) => (cause: unknown) =>
      failure(
        new ApiError.MalformedResponse({
          status,
          description: Schema.isSchemaError(cause) ? inOneLine(cause.message) : "it is not JSON"
        }),
        requestId
      )
    const { Response } = yield* Result.try({
      try: () => Schema.decodeUnknownSync(Envelope)(JSON.parse(text)),
      catch: malformed()
    })
    if (Predicate.isNotNullish(Response.Error)) {
      const { Code: code, Message } = Response.Error
      const description = Message ?? "no message"
      return yield* Result.fail(
        failure(ApiError.reasonFromCode({ code, description, region: endpoint.region }), Response.RequestId)
      )
    }
    return yield* Result.try({
      try: () => Schema.decodeUnknownSync(operation.output)(Response),
      catch: malformed(Response.RequestId)
    })
  })

/** How far the service is ahead by the `Date` of its answer, when that is more than a minute off what was signed. */
const skewSeen = (
  signed: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse,
  now: number
): Duration.Duration | undefined => {
  const date = Result.getOrUndefined(Headers.parseHttpDate(response.headers["date"] ?? ""))
  if (date === undefined) return undefined
  const served = DateTime.toEpochMillis(date)
  const off = served - Number(signed.headers["x-tc-timestamp"]) * 1000
  return Math.abs(off) > 60_000 ? Duration.millis(served - now) : undefined
}
