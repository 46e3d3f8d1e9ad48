/**
 * How every request of this library is sent, calls and downloads alike: as it is,
 * to the host that it was made for, and to no other.
 *
 * **Gotchas**
 *
 * - The client's own spans are off: they hold the whole link and every header, the
 *   session token too. Trace headers, which the service does not know, are off with them.
 * - `fetch` would follow a redirect with the signature, and would add the headers and
 *   cookies of a `RequestInit` that is meant for another host. Its other options stay.
 */
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"

export type Send = (
  request: HttpClientRequest.HttpClientRequest
) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

/** Sends over the `HttpClient`, and with the options for `fetch`, that are in context now. */
export const makeSend: Effect.Effect<Send, never, HttpClient.HttpClient> = Effect.gen(function* () {
  const client = yield* HttpClient.HttpClient
  const options = Option.getOrUndefined(yield* Effect.serviceOption(FetchHttpClient.RequestInit))
  const own = { ...options, credentials: "omit", headers: {}, redirect: "manual" } as const
  return (request) =>
    client.execute(request).pipe(
      Effect.provideService(HttpClient.TracerDisabledWhen, () => true),
      Effect.provideService(FetchHttpClient.RequestInit, own),
      // Where an application logs its requests.
      Effect.updateService(Headers.CurrentRedactedNames, (names) => [...names, "authorization", "x-tc-token"])
    )
})
