/** What the workbench's panel Sign shows: how this program signs a call, and what is wrong with a captured one. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Credential } from "../../cloud/Credentials.ts"
import type * as Endpoint from "../../cloud/Endpoint.ts"
import * as Tc3 from "../../cloud/Tc3.ts"
import { sha256 } from "../../internal/sha256.ts"
import * as Hunyuan from "../../job/Hunyuan.ts"
import { type Compared, Refused, type Signed, type SignRequest } from "../../workbench/Api.ts"
import { comparisonOf } from "../captured/comparison.ts"
import { signedRequest } from "../signedRequest.ts"

const refused = (message: string) => new Refused({ code: "Client.InvalidInput", message })

const tokenHeader = "x-tc-token"

/** Signs, and sends nothing. The token of a temporary key is not shown. */
export const sign = Effect.fnUntraced(function* (
  request: SignRequest,
  endpoint: Endpoint.Options,
  credential: Credential
): Effect.fn.Return<Signed, Refused> {
  const { action, payload } = request
  const product = {
    ...Hunyuan.product,
    service: request.service ?? Hunyuan.product.service,
    version: request.version ?? Hunyuan.product.version
  }
  const timestamp = Option.fromUndefinedOr(request.timestamp)
  const { headers, method, url } = yield* signedRequest({
    action,
    credential,
    endpoint,
    payload,
    product,
    timestamp
  }).pipe(Effect.mapError((error) => refused(error.message)))
  const { authorization = "", "x-tc-timestamp": seconds = "" } = headers
  const parsed = yield* Effect.mapError(Effect.fromResult(Tc3.parseAuthorization(authorization)), () =>
    refused("This makes no Authorization header. Correct the product, the time, or the secret id.")
  )
  const { host } = new URL(url)
  const canonicalRequest = Tc3.canonicalRequest({
    method,
    host,
    headers,
    payload,
    signedHeaders: parsed.signedHeaders
  })
  return {
    url,
    timestamp: Number(seconds),
    payloadHash: sha256(payload),
    canonicalRequest,
    canonicalRequestHash: sha256(canonicalRequest),
    credentialScope: `${parsed.date}/${parsed.service}/tc3_request`,
    stringToSign: Tc3.stringToSign({ canonicalRequest, timestamp: Number(seconds), service: product.service }),
    signature: parsed.signature,
    authorization,
    headers: { ...headers, ...(headers[tokenHeader] === undefined ? {} : { [tokenHeader]: "…" }) }
  }
})

/** Finds the mistake in a captured request, in whatever form it is given. */
export const compare = (text: string, credential: Credential): Effect.Effect<Compared, Refused> =>
  Effect.fromResult(comparisonOf(text, credential)).pipe(
    Effect.mapBoth({
      onFailure: ({ message }) => refused(message),
      onSuccess: ({ action, causes, checks, form, host, message, verdict }) => ({
        verdict,
        form,
        host,
        message,
        causes,
        checks,
        ...(action === undefined ? {} : { action })
      })
    })
  )
