/**
 * The bytes of an answer, as long as the storage keeps sending them.
 *
 * One fiber reads into a queue, so that bytes arrive while earlier ones are written,
 * and whoever takes from the queue gets all that has come meanwhile. Another fiber
 * watches for silence: a timer for each read would cost more than the read.
 *
 * **Gotchas**
 *
 * - Only waiting for bytes counts as time. A full queue stops the clock: a slow reader
 *   is no slow storage.
 * - What has come before a failure is handed on before the failure is.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Queue from "effect/Queue"
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

// Clients hand out 64 KiB at a time, so that this is 2 MiB.
const bufferSize = 32

/** The bytes of an answer. */
export const receive = ({ stream }: HttpClientResponse.HttpClientResponse, pace: Pace) => {
  const body = Stream.mapError(stream, fromHttpClientError)
  return Stream.callback<Uint8Array, ReceiveError>(
    (queue) =>
      Effect.gen(function* () {
        const meter = makeMeter(yield* Clock.Clock, pace)
        const read = Stream.runForEachArray(body, (chunks) =>
          meter.receive(chunks)
            ? Effect.map(Queue.offerAll(queue, chunks), meter.wait)
            : Effect.fail(new TooSlow({ minSpeed: pace.minSpeed, window }))
        )
        yield* Effect.raceFirst(read, watch(meter.silence, pace))
        yield* Queue.end(queue)
      }),
    { bufferSize, strategy: "suspend" }
  )
}

type ReceiveError = ReturnType<typeof fromHttpClientError> | Timeout | TooSlow

/** Measures, in milliseconds, how long bytes are waited for. */
const makeMeter = (clock: Clock.Clock, { minSpeed }: Pace) => {
  const now = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  // Undefined while nothing is waited for.
  let since: number | undefined = now()
  let waited = 0
  let received = 0
  const silence = () => (since === undefined ? 0 : now() - since)
  return {
    silence,
    wait: () => {
      since = now()
    },
    /** Whether enough bytes came over the last minute. */
    receive: (chunks: ReadonlyArray<Uint8Array>): boolean => {
      waited += silence()
      since = undefined
      for (const chunk of chunks) received += chunk.length
      if (waited < Duration.toMillis(window)) return true
      const isEnough = received >= (minSpeed * waited) / 1000
      waited = received = 0
      return isEnough
    }
  }
}

/** Fails when the silence is too long. */
const watch = Effect.fnUntraced(function* (silence: () => number, { idleTimeout }: Pace) {
  const most = Duration.toMillis(idleTimeout)
  let left = most
  while (left > 0) {
    yield* Effect.sleep(left)
    left = most - silence()
  }
  return yield* new Timeout({ timeout: idleTimeout })
})

export const fromHttpClientError = ({ reason }: HttpClientError.HttpClientError) => {
  if (reason._tag === "EmptyBodyError") return new MalformedResponse({ description: "it has no body" })
  // From a client that was told to fail on these.
  if (reason._tag === "StatusCodeError") return new Refused({ status: reason.response.status })
  return new Transport({
    description: SignedLink.withoutQueries(why(reason.cause) || (reason.description ?? reason._tag)),
    isRetryable: !says(reason.cause, "isRetryable", false)
  })
}
