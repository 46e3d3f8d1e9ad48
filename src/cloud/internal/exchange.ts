/** One request over the wire and its answer as text, within the time and the size that the policy allows. */
import * as ByteSize from "effect/ByteSize"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import type { Send } from "../../internal/send.ts"
import { says, neverConnected, why } from "../../internal/transport.ts"
import * as ApiError from "../ApiError.ts"
import type * as Policy from "../Policy.ts"

export interface Answer {
  readonly status: number
  readonly headers: HttpClientResponse.HttpClientResponse["headers"]
  readonly text: string
}

export const exchange = (
  send: Send,
  request: HttpClientRequest.HttpClientRequest,
  policy: Policy.Options
): Effect.Effect<Answer, ApiError.Reason> =>
  send(request).pipe(
    Effect.mapError(fromHttpClientError),
    Effect.flatMap((response) =>
      Effect.map(readText(response, policy), (text) => ({ status: response.status, headers: response.headers, text }))
    ),
    Effect.timeoutOrElse({
      duration: policy.timeout,
      orElse: () => Effect.fail(new ApiError.Timeout({ timeout: Duration.fromInputUnsafe(policy.timeout) }))
    })
  )

const readText = (response: HttpClientResponse.HttpClientResponse, { maxResponseSize }: Policy.Options) => {
  const { "content-encoding": encoding, "content-length": length = "unknown" } = response.headers
  const max = ByteSize.fromInputUnsafe(maxResponseSize)
  // The transport sees to it that a body is as long as it says. Only a compressed one becomes longer.
  if (encoding === undefined && Number(length) <= max) return Effect.mapError(response.text, fromHttpClientError)
  return response.stream.pipe(
    Stream.mapError(fromHttpClientError),
    Stream.limitBytes(max, (): Stream.Stream<never, ApiError.Reason> =>
      Stream.fail(
        new ApiError.MalformedResponse({
          status: response.status,
          description: `it is larger than ${ByteSize.format(max)}`
        })
      )
    ),
    Stream.mkUint8Array,
    Effect.map((bytes) => new TextDecoder().decode(bytes))
  )
}

const fromHttpClientError = ({ reason }: HttpClientError.HttpClientError): ApiError.Reason => {
  switch (reason._tag) {
    case "InvalidUrlError":
    case "EncodeError":
      return new ApiError.InvalidInput({ description: reason.message })
    case "EmptyBodyError":
      return new ApiError.MalformedResponse({ status: reason.response.status, description: "it has no body" })
    default: {
      // A transport of our own may know that sending again is of no use, as a replay does.
      const isRetryable = !says(reason.cause, "isRetryable", false)
      return new ApiError.Transport({
        description: isRetryable
          ? `${reason.request.url} could not be reached (${why(reason.cause) || reason.message})`
          : why(reason.cause),
        cause: reason.cause,
        isRetryable,
        mayHaveRun: !neverConnected(reason.cause)
      })
    }
  }
}
