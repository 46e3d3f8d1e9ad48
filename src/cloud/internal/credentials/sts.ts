/**
 * The Security Token Service, which hands out temporary credentials: its actions, and
 * what their failures mean to whoever needs a credential.
 *
 * **Gotchas**
 *
 * - The `Endpoint` of an application says where its calls go, not where STS is. Only
 *   region and language are taken from it.
 * - Limiter, signer and `TencentCloud` are made anew for each fetch: layers are shared
 *   by identity, and those that sign with the result must not be those that fetch it.
 */
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as ApiError from "../../ApiError.ts"
import { isRefusal } from "../../ApiError.ts"
import { CredentialsError, Refused, SourceFailed, Unreachable, WrongFormat } from "../../CredentialsError.ts"
import * as Endpoint from "../../Endpoint.ts"
import * as Operation from "../../Operation.ts"
import * as RateLimit from "../../RateLimit.ts"
import type * as Signer from "../../Signer.ts"
import * as TencentCloud from "../../TencentCloud.ts"
import type { Credential } from "./model.ts"
import { sts } from "./product.ts"
import { ExpiredTime, fromFields } from "./temporary.ts"

/** The name of a session, as those see it who look through the account's logs. */
export const defaultSessionName = "effect-hunyuan3d"

const role = { RoleArn: Schema.String, RoleSessionName: Schema.String }

// Redacted before anything can say what it is.
const output = Schema.Struct({ Credentials: Schema.RedactedFromValue(Schema.Unknown), ExpiredTime })

export const AssumeRole = Operation.make({
  action: "AssumeRole",
  product: sts,
  input: Schema.Struct({ ...role, DurationSeconds: Schema.optional(Schema.Int) }),
  output,
  safeToRepeat: true
})

export const AssumeRoleWithWebIdentity = Operation.make({
  action: "AssumeRoleWithWebIdentity",
  product: sts,
  input: Schema.Struct({
    ...role,
    ProviderId: Schema.String,
    WebIdentityToken: Schema.RedactedFromValue(Schema.String)
  }),
  output,
  safeToRepeat: true
})

/** Who assumes a role: where that is done, and what to call the place and the credential. */
export interface Caller<R> {
  readonly endpoint: Partial<Endpoint.Options>
  readonly signer: Layer.Layer<Signer.Signer, never, R>
  /** Where to correct what cannot be sent. */
  readonly place: string
  readonly source: string
}

/** Calls an action of STS for a credential. */
export const fetchFromSts = Effect.fnUntraced(function* <Input extends Operation.Codec, R>(
  operation: Operation.Operation<Input, typeof output>,
  input: Input["Type"],
  { endpoint, place, signer, source }: Caller<R>
): Effect.fn.Return<Credential, CredentialsError, R | HttpClient.HttpClient> {
  const { language, region } = yield* Endpoint.Endpoint
  const cloud = TencentCloud.layerNoDeps.pipe(Layer.provide([RateLimit.layer(), signer]), Layer.fresh)
  const answer = yield* TencentCloud.call(operation, input).pipe(
    Effect.provideService(Endpoint.Endpoint, { protocol: "https", language, region, ...endpoint }),
    Effect.provide(cloud),
    Effect.mapError((error) => fromApiError(error, place))
  )
  const pair = Redacted.value(answer.Credentials)
  const fields = Predicate.isObject(pair) ? { ...pair, ExpiredTime: answer.ExpiredTime } : undefined
  return yield* Option.match(fromFields(fields, source), {
    onSome: Effect.succeed,
    onNone: () => Effect.fail(unreachable("its answer is no credential."))
  })
})

const unreachable = (description: string, cause?: ApiError.ApiError) =>
  new CredentialsError({ reason: new Unreachable({ server: "STS", description, cause }) })

const fromApiError = (error: ApiError.ApiError, place: string): CredentialsError => {
  const { code, isRetryable, message, reason } = error
  if (isRefusal(reason)) {
    return new CredentialsError({ reason: new Refused({ code, description: message, isRetryable }) })
  }
  switch (reason._tag) {
    case "InvalidInput":
      return new CredentialsError({ reason: new WrongFormat({ place, description: reason.description }) })
    case "Transport":
    case "Timeout":
    case "MalformedResponse":
      return isRetryable
        ? unreachable(message, error)
        : new CredentialsError({ reason: new SourceFailed({ description: message, cause: error }) })
    default:
      return new CredentialsError({ reason: new SourceFailed({ description: message, isRetryable, cause: error }) })
  }
}
