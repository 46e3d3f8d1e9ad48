/**
 * One attempt of a call: a permit, a signature, the exchange, the envelope.
 *
 * **Gotchas**
 *
 * - The signature is made after the permit is granted, so it is fresh when it is sent.
 * - The permit counts from the answer, since the request arrived at the service before it.
 * - A submission runs uninterruptibly, so that its answer is not lost. It can still be
 *   interrupted before it is sent.
 * - A clock that is wrong and a token that is refused are repaired once per attempt.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Ref from "effect/Ref"
import * as Result from "effect/Result"
import { makeSend } from "../../internal/send.ts"
import { withSpan } from "../../internal/span.ts"
import * as ApiError from "../ApiError.ts"
import type * as Operation from "../Operation.ts"
import type * as Policy from "../Policy.ts"
import * as RateLimit from "../RateLimit.ts"
import * as Signer from "../Signer.ts"
import { logged, loggedPermit } from "./attemptLog.ts"
import { type Failure, readAnswer, requestIdOf } from "./envelope.ts"
import { exchange } from "./exchange.ts"
import { NeedsFreshConnection } from "./freshConnection.ts"
import { measuredPermit, retried } from "./metrics.ts"
import { makeRepair, noCredentials } from "./repair.ts"

/** Attempts over the limiter, signer and transport in context. Each has its number within the call. */
export const makeAttempt = Effect.gen(function* () {
  const limiter = yield* RateLimit.RateLimit
  const signer = yield* Signer.Signer
  const send = yield* makeSend
  // How far the service's clock was seen to be ahead of ours.
  const skewSeen = yield* Ref.make(Duration.zero)
  const repair = makeRepair(signer, skewSeen)

  /** The exchange of one attempt. Its permit counts until the answer, or the failure. */
  const exchanged = Effect.fnUntraced(function* <Input extends Operation.Codec, Output extends Operation.Codec>(
    { action, product, safeToRepeat }: Operation.Operation<Input, Output>,
    request: HttpClientRequest.HttpClientRequest,
    policy: Policy.Options
  ) {
    const permit = Effect.mapError(
      limiter.acquireScoped(`${new URL(request.url).host}/${action}`),
      (cause) => new ApiError.NoPermit({ description: cause.message, cause })
    ).pipe(loggedPermit(action), measuredPermit(action))
    const prepare = Effect.gen(function* () {
      yield* permit
      const skew = yield* Ref.get(skewSeen)
      const signed = signer.sign(request, { service: product.service, skew })
      return { skew, signed: yield* Effect.mapError(signed, noCredentials) }
    })
    const { signed, skew } = yield* safeToRepeat ? prepare : Effect.interruptible(prepare)
    const answered = exchange(send, signed, policy)
    const answer = yield* safeToRepeat ? answered : Effect.provideService(answered, NeedsFreshConnection, true)
    return { signed, skew, answer }
  }, Effect.scoped)

  const once = Effect.fnUntraced(function* <Input extends Operation.Codec, Output extends Operation.Codec>(
    operation: Operation.Operation<Input, Output>,
    request: HttpClientRequest.HttpClientRequest,
    region: string,
    policy: Policy.Options,
    repairs: boolean
  ) {
    const fail = (reason: ApiError.Reason): Refused => ({ reason })
    const exchange = yield* Effect.mapError(exchanged(operation, request, policy), fail)
    const result = readAnswer(operation, region, exchange.answer)
    if (Result.isSuccess(result)) return result.success
    if (!repairs) return yield* Effect.fail<Refused>(result.failure)
    const repaired = yield* Effect.mapError(repair(result.failure.reason, exchange, operation), fail)
    return yield* Effect.fail<Refused>({ ...result.failure, repaired })
  })

  return <Input extends Operation.Codec, Output extends Operation.Codec>(
    operation: Operation.Operation<Input, Output>,
    request: HttpClientRequest.HttpClientRequest,
    region: string,
    policy: Policy.Options,
    number: number
  ): Effect.Effect<Output["Type"], Failure> => {
    const { action } = operation
    const attempt = (repairs: boolean) =>
      once(operation, request, region, policy, repairs).pipe(
        logged(action, number),
        withSpan("TencentCloud.attempt", { action, region, attempt: number }, requestIdOf)
      )
    return repairing(action, region, attempt)
  }
})

/** One more attempt where the first was refused for what is another now. */
const repairing = <A>(
  action: string,
  region: string,
  attempt: (repairs: boolean) => Effect.Effect<A, Refused>
): Effect.Effect<A, Failure> =>
  Effect.catchIf(attempt(true), isRepaired, ({ repaired, reason, requestId }) => {
    const { message } = new ApiError.ApiError({ action, region, reason, requestId })
    return Effect.logDebug(`Retry at once, signed with ${repaired}. ${message}`).pipe(
      Effect.andThen(retried(action, reason)),
      Effect.andThen(attempt(false))
    )
  })

/** A failure, and what is different now, where it helps to sign the request again. */
interface Refused extends Failure {
  readonly repaired?: string | undefined
}

const isRepaired = ({ repaired }: Refused) => repaired !== undefined
