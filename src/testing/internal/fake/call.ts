/** A request to the fake, taken apart, and what it is answered. */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Result from "effect/Result"
import * as Endpoint from "../../../cloud/Endpoint.ts"

export interface Refusal {
  readonly code: string
  readonly message: string
  /** Why a signature is refused. It stands in the log of requests, and is not answered. */
  readonly explanation?: (() => string | undefined) | undefined
}

export const refuse = (code: string, message: string): Effect.Effect<never, Refusal> => Effect.fail({ code, message })

export interface Call {
  readonly method: string
  /** As in the `Host` header. */
  readonly host: string
  /** Path and query, as they were sent. */
  readonly url: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Result.Result<Uint8Array, Refusal>
}

/** What is answered, and the code when it is a refusal. */
export interface Answer {
  readonly response: HttpServerResponse.HttpServerResponse
  readonly code?: string | undefined
  readonly requestId?: string | undefined
  /** The job whose file it is. */
  readonly jobId?: string | undefined
  readonly explanation?: (() => string | undefined) | undefined
}

const maxRequestSize = ByteSize.bytes(Endpoint.maxRequestSize)

const readBody = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<Uint8Array, Refusal> => {
  const tooLarge = refuse("RequestSizeLimitExceeded", `The request is larger than ${ByteSize.format(maxRequestSize)}.`)
  return request.arrayBuffer.pipe(
    Effect.provideService(HttpServerRequest.MaxBodySize, maxRequestSize),
    Effect.catch(({ reason }) =>
      reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
        ? tooLarge
        : refuse("InvalidRequest", "The body could not be read.")
    ),
    // In memory a body is there already, and no limit was applied.
    Effect.flatMap((buffer) =>
      buffer.byteLength > Endpoint.maxRequestSize ? tooLarge : Effect.succeed(new Uint8Array(buffer))
    )
  )
}

export const readCall = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<Call> =>
  Effect.map(Effect.result(readBody(request)), (body) => {
    const { headers, method, url } = request
    const [, path = "", query = ""] = /^([^?]*)\??(.*)$/s.exec(url) ?? []
    return { method, host: headers["host"] ?? "", url, path, query, headers, body }
  })

export const header = (call: Call, name: string): Effect.Effect<string, Refusal> => {
  const value = call.headers[name.toLowerCase()]
  return value === undefined ? refuse("MissingParameter", `The header ${name} is missing.`) : Effect.succeed(value)
}
