/**
 * The request of a call as this program sends it, and not sent: the library's own call runs, over a transport that only
 * keeps what it gets. So whatever the library sends is shown, and stands nowhere twice.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as References from "effect/References"
import * as Schema from "effect/Schema"
import * as Credentials from "../cloud/Credentials.ts"
import * as Endpoint from "../cloud/Endpoint.ts"
import * as Operation from "../cloud/Operation.ts"
import * as RateLimit from "../cloud/RateLimit.ts"
import * as Signer from "../cloud/Signer.ts"
import * as TencentCloud from "../cloud/TencentCloud.ts"

interface Call {
  readonly action: string
  readonly product: Operation.Product
  readonly endpoint: Endpoint.Options
  readonly credential: Credentials.Credential
  /** The body, byte for byte. */
  readonly payload: string
  /** In Unix seconds; now, unless it is given. */
  readonly timestamp: Option.Option<number>
}

/** The library's signer, for the given body and time in place of those of the call. */
const signer = ({ credential, payload, timestamp }: Call) =>
  Layer.effect(
    Signer.Signer,
    Effect.map(Signer.Signer, ({ sign }) => ({
      sign: Effect.fnUntraced(function* (request, options) {
        const now = yield* Clock.currentTimeMillis
        const skew = Option.match(timestamp, {
          onNone: () => options.skew,
          onSome: (seconds) => Duration.millis(seconds * 1000 - now)
        })
        const withPayload = HttpClientRequest.bodyText(request, payload, request.headers["content-type"])
        return yield* sign(withPayload, { ...options, skew })
      }),
      renew: () => Effect.succeed(false)
    }))
  ).pipe(Layer.provide(Signer.layer), Layer.provide(Credentials.layer(credential)))

/** The request, with all its headers. */
export const signedRequest = Effect.fnUntraced(function* (call: Call) {
  const { action, endpoint, product } = call
  const kept = yield* Ref.make(Option.none<HttpClientRequest.HttpClientRequest>())
  const client = HttpClient.make((request) =>
    Effect.as(
      Ref.set(kept, Option.some(request)),
      HttpClientResponse.fromWeb(request, Response.json({ Response: { RequestId: "" } }))
    )
  )
  const nothing = Schema.Struct({})
  const operation = Operation.make({ action, product, input: nothing, output: nothing, safeToRepeat: true })
  yield* TencentCloud.call(operation, {}).pipe(
    Effect.provide(
      TencentCloud.layerNoDeps.pipe(
        Layer.provide([RateLimit.layerNone, signer(call), Layer.succeed(HttpClient.HttpClient, client)])
      ),
      // Built for this call alone. A program that has these layers already would share them, and send the request.
      { local: true }
    ),
    Effect.provideService(Endpoint.Endpoint, endpoint),
    // Nothing is sent, so there is no attempt to tell of.
    Effect.provideService(References.MinimumLogLevel, "None")
  )
  return yield* Effect.fromOption(yield* Ref.get(kept)).pipe(Effect.orDie)
})
