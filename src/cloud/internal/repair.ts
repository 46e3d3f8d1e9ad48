/**
 * What lets a refused request succeed when it is signed again at once: the service's
 * time, where our clock is wrong, and another token, where the service refused this one.
 *
 * **Gotchas**
 *
 * - A refusal for its time names the service's time in its message. The `Date` of the
 *   answer counts where the message names none: a proxy may have written it.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Ref from "effect/Ref"
import * as Result from "effect/Result"
import { serviceTimeIn } from "../../internal/serviceTime.ts"
import * as ApiError from "../ApiError.ts"
import type { CredentialsError } from "../CredentialsError.ts"
import type * as Signer from "../Signer.ts"
import type { Answer } from "./exchange.ts"

/** The reason for a credential that could not be had. */
export const noCredentials = ({ isRetryable, message }: CredentialsError): ApiError.Reason =>
  new ApiError.NoCredentials({ description: message, isRetryable })

/** A request as it was signed and answered. */
export interface Exchanged {
  readonly signed: HttpClientRequest.HttpClientRequest
  /** How far the service's clock was taken to be ahead. */
  readonly skew: Duration.Duration
  readonly answer: Answer
}

/** Learns from a refusal. The effect it returns says what is different now, where it helps to sign again. */
export const makeRepair = (signer: Signer.Signer["Service"], skew: Ref.Ref<Duration.Duration>) =>
  Effect.fnUntraced(function* (
    reason: ApiError.Reason,
    { answer, signed, skew: signedWith }: Exchanged,
    { safeToRepeat }: { readonly safeToRepeat: boolean }
  ): Effect.fn.Return<string | undefined, ApiError.Reason> {
    if (reason.code === "AuthFailure.TokenFailure") {
      const renewal = Effect.mapError(signer.renew(signed), noCredentials)
      // Here only: an interruption must take the place of no failure after which a submission may have run.
      return (yield* safeToRepeat ? renewal : Effect.interruptible(renewal)) ? "another token" : undefined
    }
    if (reason._tag !== "ClockSkew") return undefined
    const ahead = skewSeen(reason, signed, answer, yield* Clock.currentTimeMillis)
    if (ahead !== undefined) yield* Ref.set(skew, ahead)
    return Duration.equals(yield* Ref.get(skew), signedWith) ? undefined : "the service's time"
  })

/** How far the service is ahead, when that is more than a minute off what was signed. */
const skewSeen = (
  { description }: ApiError.ClockSkew,
  signed: HttpClientRequest.HttpClientRequest,
  { headers }: Answer,
  now: number
): Duration.Duration | undefined => {
  const timestamp = Number(signed.headers["x-tc-timestamp"])
  const named = serviceTimeIn(description, timestamp)
  const date = Result.getOrUndefined(Headers.parseHttpDate(headers["date"] ?? ""))
  const served = named === undefined ? date && DateTime.toEpochMillis(date) : named * 1000
  if (served === undefined) return undefined
  return Math.abs(served - timestamp * 1000) > 60_000 ? Duration.millis(served - now) : undefined
}
