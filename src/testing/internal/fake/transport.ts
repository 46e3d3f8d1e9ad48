/** The fake as an `HttpClient`, without a socket. */
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import { Fake } from "./handle.ts"
import { defaultOrigin } from "./storage.ts"

const make = Effect.map(Fake, (fake) =>
  HttpClient.make((request, url) => {
    const received = HttpServerRequest.fromClientRequest(request)
    return fake
      .answer(
        received.modify({
          url: `${url.pathname}${url.search}`,
          // As every transport does, whatever the request says.
          headers: Headers.set(received.headers, "host", url.host)
        }),
        defaultOrigin
      )
      .pipe(
        Effect.mapBoth({
          onSuccess: (response) => HttpServerResponse.toClientResponse(response, { request }),
          onFailure: (cause) =>
            new HttpClientError.HttpClientError({
              reason: new HttpClientError.TransportError({ request, cause, description: cause.message })
            })
        })
      )
  })
)

/** A layer for each fake: one that is a value is built once, and would talk to the first fake wherever it is used. */
export const layerHttpClient = (): Layer.Layer<HttpClient.HttpClient, never, Fake> =>
  Layer.effect(HttpClient.HttpClient, make)
