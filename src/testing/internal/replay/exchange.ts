/** Requests and responses of `HttpClient`, as a cassette holds them and back. */
import type * as Cookies from "effect/http/Cookies"
import type * as Headers from "effect/http/Headers"
import * as HttpBody from "effect/http/HttpBody"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { toBody } from "./body.ts"
import type { RecordedRequest, RecordedResponse } from "./cassette.ts"

/**
 * Of an answer's headers those that say how to read it, which part of which version of a file it is, when to come back,
 * and what the service's clock shows.
 */
const keptHeaders = ["content-range", "content-type", "date", "etag", "retry-after"]

/** Without query, fragment, user name and password, each of which may hold a secret. */
export const withoutSecrets = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`

export const fromRequest = (request: HttpClientRequest.HttpClientRequest, url: URL): RecordedRequest => ({
  method: request.method,
  url: withoutSecrets(url),
  action: request.headers["x-tc-action"],
  version: request.headers["x-tc-version"],
  region: request.headers["x-tc-region"],
  ...(request.body._tag === "Uint8Array" ? toBody(request.body.body) : {})
})

export const fromResponse = (
  status: number,
  headers: Readonly<Record<string, string | undefined>>,
  bytes: Uint8Array
): RecordedResponse => ({
  status,
  headers: Object.fromEntries(
    keptHeaders.flatMap((name) => {
      const value = headers[name]
      return value === undefined ? [] : [[name, value]]
    })
  ),
  ...toBody(bytes)
})

/**
 * The response as a caller of `HttpClient` gets it. Its body is read without promises, as that of the fake is: those
 * settle outside of the virtual time of `TestClock`, and what waits for them would miss it.
 */
export const toClientResponse = (
  request: HttpClientRequest.HttpClientRequest,
  bytes: Uint8Array,
  options: {
    readonly status: number
    readonly headers?: Headers.Input | undefined
    readonly cookies?: Cookies.Cookies | undefined
  }
): HttpClientResponse.HttpClientResponse => {
  const empty = HttpServerResponse.empty(options)
  if (bytes.length === 0) return HttpServerResponse.toClientResponse(empty, { request })
  const contentType = empty.headers["content-type"]
  const whole = HttpServerResponse.setBody(empty, new HttpBody.Uint8Array(bytes, contentType ?? "", bytes.length))
  return HttpServerResponse.toClientResponse(
    contentType === undefined ? HttpServerResponse.removeHeader(whole, "content-type") : whole,
    { request }
  )
}
