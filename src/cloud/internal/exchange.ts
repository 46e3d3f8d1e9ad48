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

const readText = (
  response: HttpClientResponse.HttpClientResponse,
  { maxResponseSize }: Policy.Options
): Effect.Effect<string, ApiError.Reason> => {
  const { "content-encoding": encoding, "content-length": length = "unknown" } = response.headers
  const max = ByteSize.fromInputUnsafe(maxResponseSize)
  // The transport sees to it that a body is as long as it says. Only a compressed one becomes longer.
  return encoding === undefined && Number(length) <= max
    ? Effect.mapError(response.text, fromHttpClientError)
    : readLimited(response, max)
}

const readLimited = Effect.fnUntraced(function* (
  response: HttpClientResponse.HttpClientResponse,
  max: ByteSize.ByteSize
) {
  const malformed = (description: string): ApiError.Reason =>
    new ApiError.MalformedResponse({ status: response.status, description })
  const collect = (stream: Stream.Stream<Uint8Array, ApiError.Reason>) =>
    stream.pipe(
      Stream.limitBytes(max, () => Stream.fail(malformed(`it is larger than ${ByteSize.format(max)}`))),
      Stream.mkUint8Array
    )
  const bytes = yield* collect(Stream.mapError(response.stream, fromHttpClientError))
  const whole = gzip.every((byte, index) => bytes[index] === byte)
    ? yield* collect(decompressed(bytes, () => malformed("it is compressed, and damaged")))
    : bytes
  return new TextDecoder().decode(whole)
})

// What gzip begins with, and no JSON. `fetch` leaves the header when it has decompressed the body, so that tells nothing.
const gzip = [0x1f, 0x8b]

/** A body that was compressed unasked, which some transports hand out as it came. */
const decompressed = <E>(bytes: Uint8Array<ArrayBuffer>, onError: (cause: unknown) => E) =>
  Stream.fromReadableStream({
    evaluate: () => new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")),
    onError
  })

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
