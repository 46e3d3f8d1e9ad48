/** Writes the request of a call: one body, encoded once, that every attempt sends. */
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Schema from "effect/Schema"
import { isAllowed } from "../../internal/transport.ts"
import * as ApiError from "../ApiError.ts"
import type * as Endpoint from "../Endpoint.ts"
import type * as Operation from "../Operation.ts"

export const makeRequest = Effect.fnUntraced(function* <Input extends Operation.Codec, Output extends Operation.Codec>(
  { action, input, product }: Operation.Operation<Input, Output>,
  value: Input["Type"],
  { protocol, host = product.host, region, language }: Endpoint.Options
) {
  const url = `${protocol}://${host}/`
  if (!isAllowed(url)) {
    return yield* invalid(
      "The endpoint is not an https URL without user and password. Plain http is accepted for loopback hosts only."
    )
  }
  // It may come from a stored ticket, and not everything fits into a header.
  if (!/^[\w-]+$/.test(region)) return yield* invalid("The region is not a name such as ap-singapore.")
  const body = yield* Schema.encodeEffect(input)(value).pipe(
    Effect.flatMap((encoded) => HttpBody.json(encoded, "application/json; charset=utf-8")),
    Effect.mapError((error) => invalid(error.message || "The input cannot be written as JSON."))
  )
  return HttpClientRequest.post(url, {
    headers: {
      "x-tc-action": action,
      "x-tc-version": product.version,
      "x-tc-region": region,
      "x-tc-language": language,
      "x-tc-requestclient": "effect-hunyuan3d"
    },
    body
  })
})

// The message of a SchemaError has a line for the place.
const invalid = (description: string) => new ApiError.InvalidInput({ description: description.replaceAll(/\s+/g, " ") })
