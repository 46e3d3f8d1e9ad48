/**
 * One attempt of a call: a permit, a signature, the exchange, the envelope.
 *
 * **Gotchas**
 *
 * - The signature is made after the permit is granted, so it is fresh when it is sent.
 * - The permit counts from the answer, since the request arrived at the service before it.
 * - A submission runs uninterruptibly, so that its answer is not lost. It can still be
 *   interrupted before it is sent.
 * - A clock that is wrong is repaired once per attempt, from the `Date` of the answer.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Ref from "effect/Ref"
import * as Result from "effect/Result"
import { makeSend } from "../../internal/send.ts"
import * as ApiError from "../ApiError.ts"
import type * as Operation from "../Operation.ts"
import type * as Policy from "../Policy.ts"
import * as RateLimit from "../RateLimit.ts"
import * as Signer from "../Signer.ts"
import { logged, loggedPermit } from "./attemptLog.ts"
import { type Failure, readAnswer } from "./envelope.ts"
import { type Answer, exchange } from "./exchange.ts"
import { NeedsFreshConnection } from "./freshConnection.ts"

/** Attempts over the limiter, signer and transport in context. Each has its number within the call. */
export const makeAttempt = Effect.gen(function* () {
  const limiter = yield* RateLimit.RateLimit
  const signer = yield* Signer.Signer
  const send = yield* makeSend
  // How far the service's clock was seen to be ahead of ours.
  const skew = yield* Ref.make(Duration.zero)

  const sign = Effect.fnUntraced(function* (request: HttpClientRequest.HttpClientRequest, service: string) {
    return yield* Effect.mapError(
      signer.sign(request, { service, skew: yield* Ref.get(skew) }),
      ({ message, isRetryable }) => new ApiError.NoCredentials({ description: message, isRetryable })
    )
  })

  const once = Effect.fnUntraced(function* <Input extends Operation.Codec, Output extends Operation.Codec>(
    operation: Operation.Operation<Input, Output>,
    request: HttpClientRequest.HttpClientRequest,
    region: string,
    policy: Policy.Options
  ) {
    const { action, product, safeToRepeat } = operation
    const permit = Effect.mapError(
      limiter.acquireScoped(`${new URL(request.url).host}/${action}`),
      (cause) => new ApiError.NoPermit({ description: cause.message, cause })
    ).pipe(loggedPermit(action))
    const prepare = Effect.andThen(permit, sign(request, product.service))
    // The scope ends with the answer, or with the failure.
    const sent = Effect.gen(function* () {
      const signed = yield* safeToRepeat ? prepare : Effect.interruptible(prepare)
      const exchanged = exchange(send, signed, policy)
      const answer = yield* safeToRepeat ? exchanged : Effect.provideService(exchanged, NeedsFreshConnection, true)
      return { signed, answer }
    }).pipe(Effect.scoped)
    const { signed, answer } = yield* Effect.mapError(sent, (reason): Failure => ({ reason }))
    const result = readAnswer(operation, region, answer)
    if (Result.isFailure(result) && isClockSkew(result.failure)) {
      const ahead = skewSeen(signed, answer, yield* Clock.currentTimeMillis)
      if (ahead !== undefined) yield* Ref.set(skew, ahead)
    }
    return yield* Effect.fromResult(result)
  })

  return <Input extends Operation.Codec, Output extends Operation.Codec>(
    operation: Operation.Operation<Input, Output>,
    request: HttpClientRequest.HttpClientRequest,
    region: string,
    policy: Policy.Options,
    number: number
  ): Effect.Effect<Output["Type"], Failure> => {
    const attempt = once(operation, request, region, policy).pipe(logged(operation.action, number))
    return repairingClock(skew, operation.action, region)(attempt)
  }
})

/** Repeats an attempt that was refused for its time, once the service's time is known. */
const repairingClock =
  (skew: Ref.Ref<Duration.Duration>, action: string, region: string) =>
  <A>(attempt: Effect.Effect<A, Failure>): Effect.Effect<A, Failure> =>
    Effect.flatMap(Ref.get(skew), (signedWith) =>
      Effect.catchIf(attempt, isClockSkew, (failure) =>
        Effect.flatMap(Ref.get(skew), (seen) => {
          // Signing again helps only when the skew is now known to be another.
          if (Duration.equals(seen, signedWith)) return Effect.fail(failure)
          const { message } = new ApiError.ApiError({ action, region, ...failure })
          return Effect.andThen(Effect.logDebug(`Retry at once, signed with the service's time. ${message}`), attempt)
        })
      )
    )

const isClockSkew = ({ reason }: Failure) => reason._tag === "ClockSkew"

/** How far the service is ahead by the `Date` of its answer, when that is more than a minute off what was signed. */
const skewSeen = (
  signed: HttpClientRequest.HttpClientRequest,
  { headers }: Answer,
  now: number
): Duration.Duration | undefined => {
  const date = Result.getOrUndefined(Headers.parseHttpDate(headers["date"] ?? ""))
  if (date === undefined) return undefined
  const served = DateTime.toEpochMillis(date)
  const off = served - Number(signed.headers["x-tc-timestamp"]) * 1000
  return Math.abs(off) > 60_000 ? Duration.millis(served - now) : undefined
}
