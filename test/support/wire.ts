/**
 * A transport from a script, and the library on top of it: what a test answers to each request, and what was sent.
 */
import { randomBytes } from "node:crypto"
import { Clock, Context, DateTime, type Duration, Effect, Fiber, Layer, Redacted, Ref, Schedule, Schema } from "effect"
import { Headers, HttpClient, HttpClientError, type HttpClientRequest, HttpClientResponse } from "effect/http"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import * as Credentials from "../../src/cloud/Credentials.ts"
import * as Operation from "../../src/cloud/Operation.ts"
import * as Policy from "../../src/cloud/Policy.ts"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as Hunyuan from "../../src/job/Hunyuan.ts"

const digits = Schema.String.check(Schema.isPattern(/^[0-9]+$/, { expected: "a string of digits" }))
const schemas = { input: Schema.Struct({ JobId: digits }), output: Schema.Struct({ Status: Schema.String }) }

/** An operation that is safe to repeat. */
export const Query = Operation.make({
  ...schemas,
  action: "QueryHunyuanTo3DProJob",
  product: Hunyuan.product,
  safeToRepeat: true
})

/** One that is not. */
export const Submit = Operation.make({
  ...schemas,
  action: "SubmitHunyuanTo3DProJob",
  product: Hunyuan.product,
  safeToRepeat: false
})

export const input = { JobId: "1375367755519696896" }

export const secretKey = randomBytes(24).toString("base64url")
export const token = randomBytes(48).toString("base64url")
export const credential: Credentials.Credential = {
  secretId: "AKIDEXAMPLE",
  secretKey: Redacted.make(secretKey),
  token: Redacted.make(token)
}

export interface Sent {
  readonly request: HttpClientRequest.HttpClientRequest
  readonly method: string
  readonly url: URL
  readonly headers: Headers.Headers
  readonly body: string
  readonly signal: AbortSignal
  /** The clock's time when it went out, in milliseconds. */
  readonly at: number
}

export type Answer = (sent: Sent) => Effect.Effect<Response, HttpClientError.HttpClientError>

export const respond =
  (body: BodyInit | null, init?: ResponseInit): Answer =>
  () =>
    Effect.sync(() => new Response(body, init))

export const json = (body: unknown, init?: ResponseInit): Answer => respond(JSON.stringify(body), init)

export const running = json({ Response: { Status: "RUN", RequestId: "e7c1aa24" } })

export const refused = (Code: string, { Message = "said", ...init }: ResponseInit & { Message?: string } = {}) =>
  json({ Response: { Error: { Code, Message }, RequestId: "e7c1aa24" } }, init)

export const dropped =
  (cause: unknown = new Error("ECONNRESET")): Answer =>
  ({ request }) =>
    Effect.fail(new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) }))

/** A connection that never came about. */
export const refusedConnection = dropped(
  Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), { code: "ECONNREFUSED", syscall: "connect" })
)

export const silence: Answer = () => Effect.never

export const slow =
  (delay: Duration.Input, answer = running): Answer =>
  (sent) =>
    Effect.delay(answer(sent), delay)

export const httpDate = (millis: number) => Headers.formatHttpDate(DateTime.makeUnsafe(millis))

/** A transport that keeps what is sent. Each request gets its answer, and later ones the last. */
export const transport = Effect.fnUntraced(function* (...answers: ReadonlyArray<Answer>) {
  const sent = yield* Ref.make<ReadonlyArray<Sent>>([])
  const client = HttpClient.make((request, url, signal) =>
    Effect.gen(function* () {
      const { body, headers, method } = request
      const text = body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""
      const one = { request, method, url, headers, body: text, signal, at: yield* Clock.currentTimeMillis }
      const count = (yield* Ref.updateAndGet(sent, (all) => [...all, one])).length
      const answer = answers[Math.min(count, answers.length) - 1] ?? running
      return HttpClientResponse.fromWeb(request, yield* answer(one))
    })
  )
  return { sent: Ref.get(sent), client, layer: Layer.succeed(HttpClient.HttpClient, client) }
})

/** `TencentCloud` as an application has it. */
export const over = (client: Layer.Layer<HttpClient.HttpClient>) =>
  TencentCloud.layer.pipe(Layer.provide([client, Credentials.layer(credential)]))

/** `TencentCloud` as an application has it, over a transport that gives these answers. */
export const cloud = Effect.fnUntraced(function* (...answers: ReadonlyArray<Answer>) {
  const { layer: client, sent } = yield* transport(...answers)
  const layer = over(client)
  return { sent, layer, call: Context.get(yield* Layer.build(layer), TencentCloud.TencentCloud).call }
})

/** Runs an effect to its end, in virtual time. */
export const settled = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
  const fiber = yield* Effect.forkChild(effect)
  yield* TestClock.adjust("1 hour")
  return yield* Fiber.join(fiber)
})

/** Lets a call make one attempt only. */
export const once = Effect.provide(Policy.layer({ retry: Schedule.recurs(0) }))

/** A limiter that grants permits in a way of its own. */
export const layerLimiter = (
  acquire: (key: string) => Effect.Effect<void, RateLimit.RateLimitUnavailable>
): Layer.Layer<RateLimit.RateLimit> => Layer.succeed(RateLimit.RateLimit, { acquire, acquireScoped: acquire })

/** A limiter whose shared store is down. */
export const layerStoreDown = layerLimiter((key) =>
  Effect.fail(
    new RateLimit.RateLimitUnavailable({
      key,
      cause: new RateLimiter.RateLimiterError({
        reason: new RateLimiter.RateLimitStoreError({ message: "the store is gone" })
      })
    })
  )
)
