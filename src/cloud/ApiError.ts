/**
 * What can go wrong with one API call: a single tagged error with a tagged `reason`.
 *
 * The reasons come from three places. `NotSent` says that nothing left this process:
 * no credentials, an input that cannot be sent, no permit of the rate limiter.
 * `NoAnswer` says that a request left and no answer of the API arrived. `Refusal` is
 * the service's own word, sorted by its code: the exact code first, then its prefix,
 * then `Other`.
 *
 * Each reason says two things by itself. `isRetryable`: the same call may succeed
 * later. `mayHaveRun`: the service may have carried the request out. Whoever decides
 * whether to send again, or whether something was paid for, reads these two.
 *
 * **Gotchas**
 *
 * - Codes are open strings, and the service adds new ones: match on `reason._tag`,
 *   never on `code`. Codes that begin with `Client.` are this library's own.
 * - The HTTP status says nothing, since refusals arrive with status 200.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Tag, tagOf } from "./internal/codes.ts"

const flag = (value: boolean) => Schema.Boolean.pipe(Schema.withConstructorDefault(Effect.succeed(value)))

/**
 * There were no credentials to sign with.
 *
 * @category not sent
 * @since 0.1.0
 */
export class NoCredentials extends Schema.TaggedError<NoCredentials>("effect-hunyuan3d/ApiError/NoCredentials")(
  "NoCredentials",
  {
    code: Schema.tag("Client.NoCredentials"),
    /** Where they were looked for, and what to do. */
    description: Schema.String,
    /** Whether the source failed only for a moment. */
    isRetryable: flag(false)
  }
) {
  readonly mayHaveRun = false
  override get message(): string {
    return `Nothing was sent: ${this.description}`
  }
}

/**
 * The input, the endpoint or the region cannot be sent.
 *
 * @category not sent
 * @since 0.1.0
 */
export class InvalidInput extends Schema.TaggedError<InvalidInput>("effect-hunyuan3d/ApiError/InvalidInput")(
  "InvalidInput",
  {
    /** `Client.InvalidInput`, or a code that says more. */
    code: Schema.String.pipe(Schema.withConstructorDefault(Effect.succeed("Client.InvalidInput"))),
    /** What is wrong, and what to change. */
    description: Schema.String
  }
) {
  readonly isRetryable = false
  readonly mayHaveRun = false
  override get message(): string {
    return `Nothing was sent: ${this.description}`
  }
}

/**
 * The rate limiter gave no permit, because its shared store failed.
 *
 * @category not sent
 * @since 0.1.0
 */
export class NoPermit extends Schema.TaggedError<NoPermit>("effect-hunyuan3d/ApiError/NoPermit")("NoPermit", {
  code: Schema.tag("Client.NoPermit"),
  description: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {
  readonly isRetryable = true
  readonly mayHaveRun = false
  override get message(): string {
    return `Nothing was sent: ${this.description}`
  }
}

/**
 * The request did not get through, or the connection was lost. `cause` is what
 * the transport said.
 *
 * @category no answer
 * @since 0.1.0
 */
export class Transport extends Schema.TaggedError<Transport>("effect-hunyuan3d/ApiError/Transport")("Transport", {
  code: Schema.tag("Client.Transport"),
  description: Schema.String,
  cause: Schema.optional(Schema.Defect()),
  /** `false` when the cause says that sending again is of no use, as a replay mismatch does. */
  isRetryable: flag(true),
  /** `false` when no connection came about: it was refused, or the name has no address. */
  mayHaveRun: flag(true)
}) {
  override get message(): string {
    return this.isRetryable ? `${this.description}. Check the network and the endpoint.` : this.description
  }
}

/**
 * No complete answer came within the time of one attempt.
 *
 * @category no answer
 * @since 0.1.0
 */
export class Timeout extends Schema.TaggedError<Timeout>("effect-hunyuan3d/ApiError/Timeout")("Timeout", {
  code: Schema.tag("Client.Timeout"),
  timeout: Schema.DurationFromMillis
}) {
  readonly isRetryable = true
  readonly mayHaveRun = true
  override get message(): string {
    return `No answer came within ${Duration.format(this.timeout)}. Check the network, or allow an attempt more time: Policy.timeout.`
  }
}

/**
 * What arrived is not an answer of the API: a gateway's error page, a cut-off
 * body, a redirect, or an answer without the fields it must have.
 *
 * @category no answer
 * @since 0.1.0
 */
export class MalformedResponse extends Schema.TaggedError<MalformedResponse>(
  "effect-hunyuan3d/ApiError/MalformedResponse"
)("MalformedResponse", {
  code: Schema.tag("Client.MalformedResponse"),
  /** The HTTP status. */
  status: Schema.Int,
  /** What is wrong with it; never a part of the body, which may hold signed links. */
  description: Schema.String,
  /** What it names as the result all the same, such as the id of a job that was paid for. */
  receipt: Schema.optional(Schema.String)
}) {
  readonly isRetryable = true
  readonly mayHaveRun = true
  override get message(): string {
    return `The answer (HTTP ${this.status}) is not one of the API: ${this.description}. ${
      this.receipt === undefined
        ? "Check that the endpoint is Tencent Cloud's."
        : `It names ${this.receipt}, which was made: use that.`
    }`
  }
}

const refusal = {
  /** The service's code, such as `AuthFailure.SignatureFailure`. */
  code: Schema.String,
  /** The service's own words. */
  description: Schema.String
}

const said = (reason: { readonly code: string; readonly description: string }) =>
  `(${reason.code}: ${reason.description})`

/**
 * The service did not accept the key pair, the token or the signature.
 *
 * @category refusals
 * @since 0.1.0
 */
export class Authentication extends Schema.TaggedError<Authentication>("effect-hunyuan3d/ApiError/Authentication")(
  "Authentication",
  refusal
) {
  readonly isRetryable = false
  readonly mayHaveRun = false
  override get message(): string {
    return `The credentials were not accepted. Check secret id, secret key and token, and that they are in use. ${said(this)}`
  }
}

/**
 * The signature's timestamp is more than five minutes off the service's clock,
 * and signing with the service's time did not help or could not be tried.
 *
 * @category refusals
 * @since 0.1.0
 */
export class ClockSkew extends Schema.TaggedError<ClockSkew>("effect-hunyuan3d/ApiError/ClockSkew")(
  "ClockSkew",
  refusal
) {
  readonly isRetryable = false
  readonly mayHaveRun = false
  override get message(): string {
    return `The signature's time was not accepted. Set this machine's clock. ${said(this)}`
  }
}

/**
 * The account may not do this: a CAM policy, or an IP list.
 *
 * @category refusals
 * @since 0.1.0
 */
export class Permission extends Schema.TaggedError<Permission>("effect-hunyuan3d/ApiError/Permission")(
  "Permission",
  refusal
) {
  readonly isRetryable = false
  readonly mayHaveRun = false
  override get message(): string {
    return `The account may not do this. Grant the action in CAM and check its IP lists. ${said(this)}`
  }
}

/**
 * The account, its IP or the action sent too many requests.
 *
 * @category refusals
 * @since 0.1.0
 */
export class RateLimited extends Schema.TaggedError<RateLimited>("effect-hunyuan3d/ApiError/RateLimited")(
  "RateLimited",
  refusal
) {
  readonly isRetryable = true
  readonly mayHaveRun = false
  override get message(): string {
    return `Too many requests were sent. Share one limit among all processes of the account. ${said(this)}`
  }
}

/**
 * All task slots of the account are taken. A slot stays held for half a minute,
 * at times for minutes, after its task has ended.
 *
 * @category refusals
 * @since 0.1.0
 */
export class TaskSlotsFull extends Schema.TaggedError<TaskSlotsFull>("effect-hunyuan3d/ApiError/TaskSlotsFull")(
  "TaskSlotsFull",
  refusal
) {
  readonly isRetryable = false
  readonly mayHaveRun = false
  override get message(): string {
    return `All task slots of the account are taken. Submit again in half a minute or more. ${said(this)}`
  }
}

/**
 * The service did not accept the request: a parameter, its size, or content that
 * moderation refused.
 *
 * @category refusals
 * @since 0.1.0
 */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>("effect-hunyuan3d/ApiError/InvalidRequest")(
  "InvalidRequest",
  refusal
) {
  readonly isRetryable = false
  readonly mayHaveRun = false
  override get message(): string {
    return `The service did not accept the request. Change what is named here. ${said(this)}`
  }
}

/**
 * The endpoint does not offer the action, its version or the region.
 *
 * @category refusals
 * @since 0.1.0
 */
export class Unsupported extends Schema.TaggedError<Unsupported>("effect-hunyuan3d/ApiError/Unsupported")(
  "Unsupported",
  refusal
) {
  readonly isRetryable = false
  readonly mayHaveRun = false
  override get message(): string {
    return `The endpoint does not offer this action, version or region. Choose one that it offers. ${said(this)}`
  }
}

/**
 * What the request names does not exist in the region: its id is unknown or
 * expired, or it is from another region.
 *
 * @category refusals
 * @since 0.1.0
 */
export class NotFound extends Schema.TaggedError<NotFound>("effect-hunyuan3d/ApiError/NotFound")("NotFound", {
  ...refusal,
  /** The region that the request was sent to. */
  region: Schema.String
}) {
  readonly isRetryable = false
  readonly mayHaveRun = false
  override get message(): string {
    return (
      `The region ${this.region} does not know it. Check the id and the region: an id expires, ` +
      `and is known only where it was made. ${said(this)}`
    )
  }
}

/**
 * A quota is used up, the service is not activated, or the account is in arrears.
 *
 * @category refusals
 * @since 0.1.0
 */
export class Quota extends Schema.TaggedError<Quota>("effect-hunyuan3d/ApiError/Quota")("Quota", refusal) {
  readonly isRetryable = false
  readonly mayHaveRun = false
  override get message(): string {
    return `The account's quota, balance or subscription does not allow it. Look at the Tencent Cloud console. ${said(this)}`
  }
}

/**
 * The service failed. The same request may succeed later, and may have been
 * carried out this time.
 *
 * @category refusals
 * @since 0.1.0
 */
export class Server extends Schema.TaggedError<Server>("effect-hunyuan3d/ApiError/Server")("Server", refusal) {
  readonly isRetryable = true
  readonly mayHaveRun = true
  override get message(): string {
    return `The service failed. Try again later. ${said(this)}`
  }
}

/**
 * A code that this library does not know.
 *
 * @category refusals
 * @since 0.1.0
 */
export class Other extends Schema.TaggedError<Other>("effect-hunyuan3d/ApiError/Other")("Other", refusal) {
  readonly isRetryable = false
  readonly mayHaveRun = true
  override get message(): string {
    return `The service answered with an error that this library does not know. Look its code up in Tencent Cloud's documentation. ${said(this)}`
  }
}

/**
 * The reasons for which nothing was sent.
 *
 * @category reasons
 * @since 0.1.0
 */
export const NotSent = Schema.Union([NoCredentials, InvalidInput, NoPermit])

/**
 * The reasons for which no answer of the API arrived.
 *
 * @category reasons
 * @since 0.1.0
 */
export const NoAnswer = Schema.Union([Transport, Timeout, MalformedResponse])

const refusals = {
  Authentication,
  ClockSkew,
  Permission,
  RateLimited,
  TaskSlotsFull,
  InvalidRequest,
  Unsupported,
  Quota,
  Server,
  Other
}

/**
 * The reasons that the service gave itself.
 *
 * @category reasons
 * @since 0.1.0
 */
export const Refusal = Schema.Union([NotFound, ...Object.values(refusals)])

/**
 * All reasons for which a call fails.
 *
 * @category reasons
 * @since 0.1.0
 */
export const Reason = Schema.Union([...NotSent.members, ...NoAnswer.members, ...Refusal.members])

/**
 * The type of {@link Reason}.
 *
 * @category reasons
 * @since 0.1.0
 */
export type Reason = typeof Reason.Type

/**
 * Whether the service itself refused the call.
 *
 * @category guards
 * @since 0.1.0
 */
export const isRefusal: (reason: Reason) => reason is typeof Refusal.Type = Schema.is(Refusal)

/**
 * One API call failed.
 *
 * **Details**
 *
 * `action` is the API's action, `region` where it was sent, and `requestId` names
 * the answer to Tencent Cloud's support, when there was one. `code`, `isRetryable`
 * and `mayHaveRun` are those of the `reason`.
 *
 * **Example** (Handling one reason)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect } from "effect"
 * import { ApiError, reasonFromCode } from "effect-hunyuan3d/ApiError"
 *
 * const call = Effect.fail(
 *   new ApiError({
 *     action: "QueryHunyuanTo3DProJob",
 *     region: "ap-singapore",
 *     reason: reasonFromCode({
 *       code: "FailedOperation.JobNotFound",
 *       description: "job not found",
 *       region: "ap-singapore"
 *     })
 *   })
 * )
 * const handled = call.pipe(
 *   Effect.catchReason("ApiError", "NotFound", (reason) => Effect.succeed(`not in ${reason.region}`))
 * )
 * assert.equal(await Effect.runPromise(handled), "not in ap-singapore")
 * ```
 *
 * @category errors
 * @since 0.1.0
 */
export class ApiError extends Schema.TaggedError<ApiError>("effect-hunyuan3d/ApiError")("ApiError", {
  action: Schema.String,
  region: Schema.String,
  requestId: Schema.optional(Schema.String),
  reason: Reason
}) {
  /** Whether the same call may succeed later. `TencentCloud` has already retried it by the time it fails, where that is safe. */
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }
  /** Whether the service may have carried the request out; for a submission, whether a job may exist and be paid for. */
  get mayHaveRun(): boolean {
    return this.reason.mayHaveRun
  }
  /** The service's open code, or one of this library's own, which begin with `Client.`. */
  get code(): string {
    return this.reason.code
  }
  override get message(): string {
    return `${this.action}: ${this.reason.message}${this.requestId === undefined ? "" : ` [request ${this.requestId}]`}`
  }
}

/**
 * Sorts a refusal by its code: the exact code first, then its prefix, then `Other`.
 *
 * **Details**
 *
 * `FailedOperation.InnerError` wraps another code in its message. That decides only
 * where the request is `safeToRepeat`, as it is by default: a message is free text,
 * and must not make a paid request be sent twice.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reasonFromCode = (refused: {
  readonly code: string
  readonly description: string
  readonly region: string
  readonly safeToRepeat?: boolean | undefined
}): Reason => {
  const { code, description, region } = refused
  const tag: Tag = tagOf(code, refused.safeToRepeat === false ? "" : description)
  return tag === "NotFound" ? new NotFound({ code, description, region }) : new refusals[tag]({ code, description })
}
