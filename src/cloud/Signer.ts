/**
 * Signing as a layer: takes the `HttpClientRequest` of one attempt and returns
 * it with the headers that prove who sent it.
 *
 * `sign` reads the clock and gets the credential at the moment it runs.
 * `TencentCloud` runs it after the rate limit has granted the attempt its permit,
 * so no signature ages in a queue. `layer` signs with the credential of
 * `Credentials`; `layerUnsigned` signs nothing.
 *
 * **Gotchas**
 *
 * - `Host` is not set here. Every transport takes it from the URL (`fetch`
 *   silently replaces any other value). So the URL's host is what is signed, with
 *   its port when that is not the default one.
 * - A signer in `HttpClient.mapRequestEffect` above a rate limit would sign
 *   requests that are sent ten seconds later.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { CredentialsError, WrongFormat } from "./CredentialsError.ts"
import { type Credential, Credentials } from "./internal/credentials/model.ts"
import * as Tc3 from "./Tc3.ts"

/**
 * What a signature needs beyond the request itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface SignOptions {
  /** The product in the credential scope, such as `hunyuan`. */
  readonly service: string
  /** How far the service's clock is ahead of ours, once known. */
  readonly skew: Duration.Duration
}

/**
 * Signs requests.
 *
 * @category services
 * @since 0.1.0
 */
export class Signer extends Context.Service<
  Signer,
  {
    /**
     * Adds `X-TC-Timestamp`, `Authorization` and, for a temporary credential,
     * `X-TC-Token`. The method, URL, headers and body must be final.
     */
    readonly sign: (
      request: HttpClientRequest.HttpClientRequest,
      options: SignOptions
    ) => Effect.Effect<HttpClientRequest.HttpClientRequest, CredentialsError>
    /**
     * After the service refused the token of a signed request: gets another credential, and says
     * whether there is one, so that it helps to sign again.
     */
    readonly renew: (signed: HttpClientRequest.HttpClientRequest) => Effect.Effect<boolean, CredentialsError>
  }
>()("effect-hunyuan3d/Signer") {}

// Checked before a transport does: `fetch` quotes the whole header, signature or token, in its error.
const sendable = /^[\x20-\x7e]*$/

/**
 * Signs with TC3-HMAC-SHA256 and the credential of `Credentials`.
 *
 * **Details**
 *
 * Signs `content-type`, `host` and `x-tc-action`. Bodies must be bytes or
 * empty, which is all that `TencentCloud` sends: a stream or form body is signed
 * as if it were empty, and the service refuses the request. Fails with
 * `CredentialsError` when no header can carry the secret id or the token.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Signer, never, Credentials> = Layer.effect(
  Signer,
  Effect.map(Credentials, (credentials) => ({
    sign: Effect.fnUntraced(function* (request, { service, skew }) {
      const credential = yield* credentials.get
      const token = credential.token && Redacted.value(credential.token)
      if (!sendable.test(`${credential.secretId}${token ?? ""}`)) {
        return yield* new CredentialsError({
          reason: new WrongFormat({
            place: credential.source ?? "use",
            description:
              "the secret id or the token holds a line break or another character that no header can carry. Copy it again."
          })
        })
      }
      const now = yield* Clock.currentTimeMillis
      const timestamp = Math.floor((now + Duration.toMillis(skew)) / 1000)
      const url = Option.getOrUndefined(HttpClientRequest.toUrl(request))
      const { authorization } = Tc3.sign({
        method: request.method,
        host: url?.host ?? "",
        path: url?.pathname,
        query: url?.search.slice(1),
        headers: request.headers,
        payload: request.body._tag === "Uint8Array" ? request.body.body : "",
        timestamp,
        service,
        credential
      })
      return HttpClientRequest.setHeaders(request, {
        "x-tc-timestamp": String(timestamp),
        authorization,
        ...(token === undefined ? {} : { "x-tc-token": token })
      })
    }),
    renew: Effect.fnUntraced(function* (signed) {
      if (credentials.renew === undefined) return false
      const refused = signed.headers["x-tc-token"]
      const isRefused = ({ token }: Credential) => refused === (token && Redacted.value(token))
      const current = yield* credentials.get
      // Another call may have renewed it meanwhile.
      return !isRefused(current) || !isRefused(yield* credentials.renew(current))
    })
  }))
)

/**
 * Sends requests unsigned, with `Authorization: SKIP`: for the few actions that
 * take it, such as `AssumeRoleWithWebIdentity`, and for servers that check no
 * signature.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerUnsigned: Layer.Layer<Signer> = Layer.succeed(Signer, {
  sign: (request) =>
    Effect.map(Clock.currentTimeMillis, (now) =>
      HttpClientRequest.setHeaders(request, {
        "x-tc-timestamp": String(Math.floor(now / 1000)),
        authorization: "SKIP"
      })
    ),
  renew: () => Effect.succeed(false)
})
