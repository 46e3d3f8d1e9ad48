/** The bytes of an answer, as long as the storage keeps sending them. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import * as SignedLink from "../../cloud/SignedLink.ts"
import { says, why } from "../../internal/transport.ts"
import { MalformedResponse, Refused, Timeout, TooSlow, Transport } from "../DownloadError.ts"

export interface Pace {
  /** How long nothing may come. */
  readonly idleTimeout: Duration.Duration
  /** How many bytes a second must come, over a minute. */
  readonly minSpeed: number
}

const window = Duration.minutes(1)

/** Fails when the storage does not answer, or sends nothing, for too long. */
export const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>, { idleTimeout }: Pace) =>
  Effect.timeoutOrElse(effect, {
    duration: idleTimeout,
    orElse: () => Effect.fail(new Timeout({ timeout: idleTimeout }))
  })

/** The bytes of an answer. Only waiting for them counts as time: a slow reader is no slow storage. */
export const receive = ({ stream }: HttpClientResponse.HttpClientResponse, pace: Pace) =>
  Stream.transformPull(Stream.mapError(stream, fromHttpClientError), (pull) =>
    Effect.sync(() => {
      let waited = 0
      let received = 0
      return Effect.flatMap(Effect.timed(inTime(pull, pace)), ([duration, chunks]) => {
        waited += Duration.toSeconds(duration)
        for (const chunk of chunks) received += chunk.length
        if (waited < Duration.toSeconds(window)) return Effect.succeed(chunks)
        const isTooSlow = received < pace.minSpeed * waited
        waited = received = 0
        return isTooSlow ? Effect.fail(new TooSlow({ minSpeed: pace.minSpeed, window })) : Effect.succeed(chunks)
      })
    })
  )

export const fromHttpClientError = ({ reason }: HttpClientError.HttpClientError) => {
  if (reason._tag === "EmptyBodyError") return new MalformedResponse({ description: "it has no body" })
  // From a client that was told to fail on these.
  if (reason._tag === "StatusCodeError") return new Refused({ status: reason.response.status })
  return new Transport({
    description: SignedLink.withoutQueries(why(reason.cause) || (reason.description ?? reason._tag)),
    isRetryable: !says(reason.cause, "isRetryable", false)
  })
}
