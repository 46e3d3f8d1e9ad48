/**
 * What went out and came back, for the panel of the same name: the last 500 requests, without what is secret.
 *
 * `client` makes an `HttpClient` whose requests are seen. It stands right above the transport, so that each attempt of a
 * call is a request of its own.
 *
 * **Gotchas**
 *
 * - Of a download, the bodies are not kept. Of a request for temporary credentials neither, since they are secrets.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { IsSecretRequest } from "../internal/secretRequest.ts"
import { why } from "../internal/transport.ts"
import type { SentRequest } from "./Api.ts"
import { Events } from "./Events.ts"
import * as redact from "./internal/redact.ts"
import { Steering } from "./Steering.ts"

const kept = 500

// More than the service answers to any call.
const maxAnswer = 16 * 1024 * 1024

export class Requests extends Context.Service<
  Requests,
  {
    /** The newest last. */
    readonly list: Effect.Effect<ReadonlyArray<SentRequest>>
    readonly client: (client: HttpClient.HttpClient) => HttpClient.HttpClient
  }
>()("effect-hunyuan3d/workbench/Requests") {}

type Response = HttpClientResponse.HttpClientResponse

const Envelope = Schema.fromJsonString(
  Schema.Struct({
    Response: Schema.Struct({
      RequestId: Schema.optionalKey(Schema.String),
      Error: Schema.optionalKey(Schema.Struct({ Code: Schema.String }))
    })
  })
)
const decodeEnvelope = Schema.decodeUnknownOption(Envelope)

/** Reads an answer to its end, so that it can be both kept and handed on. */
const buffered = Effect.fnUntraced(function* (request: HttpClientRequest.HttpClientRequest, response: Response) {
  const parts: Array<Uint8Array> = []
  let size = 0
  yield* Stream.runForEach(response.stream, (part) => {
    size += part.length
    parts.push(part)
    if (size <= maxAnswer) return Effect.void
    const reason = new HttpClientError.DecodeError({ request, response, description: "the answer is too large" })
    return Effect.fail(new HttpClientError.HttpClientError({ reason }))
  })
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  const { headers, status } = response
  const isEmpty = status === 204 || status === 205 || status === 304
  const again = HttpClientResponse.fromWeb(request, new Response(isEmpty ? null : bytes, { status, headers }))
  return { bytes, response: again }
})

const failureOf = (cause: Cause.Cause<HttpClientError.HttpClientError>): string => {
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  if (error === undefined) return "It was given up: its time had passed, or nobody waited for it any more."
  const { reason } = error
  return redact.text(("cause" in reason && why(reason.cause)) || reason.message)
}

const sentOf = (
  id: number,
  at: number,
  request: HttpClientRequest.HttpClientRequest,
  isSecret: boolean
): SentRequest => {
  const action = request.headers["x-tc-action"]
  const { body } = request
  const bytes = body._tag === "Uint8Array" ? body.body : undefined
  return {
    id,
    at,
    method: request.method,
    url: redact.url(request.url),
    ...(action === undefined ? {} : { action }),
    headers: redact.headers(request.headers),
    ...(action === undefined || bytes === undefined || isSecret ? {} : { body: redact.body(bytes) })
  }
}

/** What there is to say of an answer that was read. */
const answerOf = (at: number, status: number, bytes: Uint8Array): NonNullable<SentRequest["answer"]> => {
  const envelope = Option.getOrUndefined(decodeEnvelope(new TextDecoder().decode(bytes)))?.Response
  return {
    at,
    status,
    ...(envelope?.Error === undefined ? {} : { code: envelope.Error.Code }),
    ...(envelope?.RequestId === undefined ? {} : { requestId: envelope.RequestId }),
    body: redact.body(bytes)
  }
}

export const layer: Layer.Layer<Requests, never, Events | Steering> = Layer.effect(
  Requests,
  Effect.gen(function* () {
    const events = yield* Events
    const steering = yield* Steering
    const all = new Map<number, SentRequest>()
    let last = 0

    const put = (request: SentRequest) => {
      all.set(request.id, request)
      for (const id of all.keys()) {
        if (all.size <= kept) break
        all.delete(id)
      }
      return events.publish({ _tag: "Request", request })
    }

    /** What the fake says of a signature that it refused. */
    const whyRefused = Effect.fnUntraced(function* ({ code, requestId }: NonNullable<SentRequest["answer"]>) {
      if (code?.startsWith("AuthFailure") !== true || requestId === undefined) return {}
      const received = yield* Effect.orElseSucceed(steering.requests(), () => [])
      const explanation = received.find((each) => each.requestId === requestId)?.explanation
      return explanation === undefined ? {} : { whyRefused: explanation }
    })

    const record = Effect.fnUntraced(function* (
      sent: SentRequest,
      exit: Exit.Exit<{ readonly bytes?: Uint8Array; readonly response: Response }, HttpClientError.HttpClientError>
    ) {
      const at = yield* Clock.currentTimeMillis
      if (Exit.isFailure(exit)) return yield* put({ ...sent, answer: { at, failure: failureOf(exit.cause) } })
      const { bytes, response } = exit.value
      const answer = bytes === undefined ? { at, status: response.status } : answerOf(at, response.status, bytes)
      yield* put({ ...sent, answer, ...(yield* whyRefused(answer)) })
    })

    const client = HttpClient.transform(
      Effect.fnUntraced(function* (
        send: Effect.Effect<Response, HttpClientError.HttpClientError>,
        request: HttpClientRequest.HttpClientRequest
      ) {
        const isSecret = yield* IsSecretRequest
        const sent = sentOf((last += 1), yield* Clock.currentTimeMillis, request, isSecret)
        yield* put(sent)
        const received = Effect.flatMap(send, (response) =>
          isSecret || sent.action === undefined ? Effect.succeed({ response }) : buffered(request, response)
        )
        return (yield* Effect.onExit(received, (exit) => record(sent, exit))).response
      })
    )

    return { list: Effect.sync(() => [...all.values()]), client }
  })
)
