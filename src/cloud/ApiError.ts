/**
 * What can go wrong with one API call: a single tagged error with a tagged
 * `reason`.
 *
 * The reasons come from two places that are never mixed. `Transport`, `Timeout`
 * and `MalformedResponse` mean that no answer of the API arrived. All others are
 * a refusal, sorted by its `code`: the exact code first, then its prefix, then
 * `Other`. A job that ended with `FAIL` is neither: it is an answer, and
 * `QueryJob.wait` turns it into `JobFailed`.
 *
 * What surprises: codes are open strings. The service adds new ones, so a switch
 * over `reason._tag` is safe and one over `code` is not. The HTTP status says
 * nothing either, since refusals arrive with status 200. Codes that begin with
 * `Client.` are this library's own; the service has none of that form.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * The request did not get through, or the connection was lost. `cause` is what
 * the transport said.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Transport extends Schema.TaggedError<Transport>("effect-hunyuan3d/ApiError/Transport")("Transport", {
  code: Schema.tag("Client.Transport"),
  description: Schema.String,
  cause: Schema.optional(Schema.Defect()),
  /** `false` when the cause says of itself that trying again is of no use, as a replay mismatch does. */
  isRetryable: Schema.Boolean.pipe(Schema.withConstructorDefault(Effect.succeed(true)))
}) {
  override get message(): string {
    return this.isRetryable ? `${this.description}. Check the network and the endpoint.` : this.description
  }
}

/**
 * No complete answer came within the time of one attempt.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Timeout extends Schema.TaggedError<Timeout>("effect-hunyuan3d/ApiError/Timeout")("Timeout", {
  code: Schema.tag("Client.Timeout"),
  timeout: Schema.DurationFromMillis
}) {
  readonly isRetryable = true
  override get message(): string {
    return `No answer within ${Duration.format(this.timeout)}. Check the network, or allow an attempt more time.`
  }
}

/**
 * What arrived is not an answer of the API: a gateway's error page, a cut-off
 * body, a redirect, or an answer without the fields it must have.
 *
 * @category reasons
 * @since 0.1.0
 */
export class MalformedResponse extends Schema.TaggedError<MalformedResponse>(
  "effect-hunyuan3d/ApiError/MalformedResponse"
)("MalformedResponse", {
  code: Schema.tag("Client.MalformedResponse"),
  /** The HTTP status. */
  status: Schema.Int,
  /** What is wrong with it; never a part of the body, which may hold signed links. */
  description: Schema.String
}) {
  readonly isRetryable = true
  override get message(): string {
    return `The answer (HTTP ${this.status}) is not one of the API: ${this.description}. Check that the endpoint is Tencent Cloud's.`
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
 * The key pair, token or signature was not accepted, or there was none to sign with.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Authentication extends Schema.TaggedError<Authentication>("effect-hunyuan3d/ApiError/Authentication")(
  "Authentication",
  refusal
) {
  readonly isRetryable = false
  override get message(): string {
    return `The credentials were not accepted. Check secret id, secret key and token, and that they are in use. ${said(this)}`
  }
}

/**
 * The signature's timestamp is more than five minutes off the service's clock,
 * and signing with the service's time did not help or could not be tried.
 *
 * @category reasons
 * @since 0.1.0
 */
export class ClockSkew extends Schema.TaggedError<ClockSkew>("effect-hunyuan3d/ApiError/ClockSkew")(
  "ClockSkew",
  refusal
) {
  readonly isRetryable = false
  override get message(): string {
    return `The signature's time was not accepted. Set this machine's clock. ${said(this)}`
  }
}

/**
 * The account may not do this: a CAM policy, or an IP list.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Permission extends Schema.TaggedError<Permission>("effect-hunyuan3d/ApiError/Permission")(
  "Permission",
  refusal
) {
  readonly isRetryable = false
  override get message(): string {
    return `The account may not do this. Grant the action in CAM and check its IP lists. ${said(this)}`
  }
}

/**
 * Too many requests for the account, its IP or the action: 20 a second for a
 * query. The request was surely not carried out.
 *
 * @category reasons
 * @since 0.1.0
 */
export class RateLimited extends Schema.TaggedError<RateLimited>("effect-hunyuan3d/ApiError/RateLimited")(
  "RateLimited",
  refusal
) {
  readonly isRetryable = true
  override get message(): string {
    return `Too many requests. Share one limit among all processes of the account. ${said(this)}`
  }
}

/**
 * All task slots of the account are taken. A slot stays held for half a minute,
 * at times for minutes, after its job is done.
 *
 * @category reasons
 * @since 0.1.0
 */
export class TaskSlotsFull extends Schema.TaggedError<TaskSlotsFull>("effect-hunyuan3d/ApiError/TaskSlotsFull")(
  "TaskSlotsFull",
  refusal
) {
  readonly isRetryable = false
  override get message(): string {
    return `All task slots of the account are taken. Submit again in half a minute or more. ${said(this)}`
  }
}

/**
 * The request itself is not acceptable: a parameter, its size, or content that
 * moderation refused.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>("effect-hunyuan3d/ApiError/InvalidRequest")(
  "InvalidRequest",
  refusal
) {
  readonly isRetryable = false
  override get message(): string {
    return `The request is not acceptable. Change what is named here. ${said(this)}`
  }
}

/**
 * The action, its version or the region is not offered at this endpoint.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Unsupported extends Schema.TaggedError<Unsupported>("effect-hunyuan3d/ApiError/Unsupported")(
  "Unsupported",
  refusal
) {
  readonly isRetryable = false
  override get message(): string {
    return `The endpoint does not offer this action, version or region; 3D jobs run in ap-singapore and na-siliconvalley. ${said(this)}`
  }
}

/**
 * What was asked for does not exist: for a job, its id is unknown, older than 24
 * hours, or from another region.
 *
 * @category reasons
 * @since 0.1.0
 */
export class NotFound extends Schema.TaggedError<NotFound>("effect-hunyuan3d/ApiError/NotFound")("NotFound", {
  ...refusal,
  /** The region that was asked. */
  region: Schema.String
}) {
  readonly isRetryable = false
  override get message(): string {
    return (
      `There is no such job in the region that was asked, ${this.region}. Ids live 24 hours, ` +
      `and only in the region where the job was submitted. ${said(this)}`
    )
  }
}

/**
 * A quota is used up, the service is not activated, or the account is in arrears.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Quota extends Schema.TaggedError<Quota>("effect-hunyuan3d/ApiError/Quota")("Quota", refusal) {
  readonly isRetryable = false
  override get message(): string {
    return `The account's quota, balance or subscription does not allow it. Look at the Tencent Cloud console. ${said(this)}`
  }
}

/**
 * The service failed; the same request may succeed later.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Server extends Schema.TaggedError<Server>("effect-hunyuan3d/ApiError/Server")("Server", refusal) {
  readonly isRetryable = true
  override get message(): string {
    return `The service failed. Try again later. ${said(this)}`
  }
}

/**
 * A code that this library does not know.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Other extends Schema.TaggedError<Other>("effect-hunyuan3d/ApiError/Other")("Other", refusal) {
  readonly isRetryable = false
  override get message(): string {
    return `The service refused the call. Look its code up in Tencent Cloud's documentation. ${said(this)}`
  }
}

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
 * All reasons for which a call fails.
 *
 * @category reasons
 * @since 0.1.0
 */
export const Reason = Schema.Union([Transport, Timeout, MalformedResponse, NotFound, ...Object.values(refusals)])

/**
 * The type of {@link Reason}.
 *
 * @category reasons
 * @since 0.1.0
 */
export type Reason = typeof Reason.Type

/**
 * One API call failed.
 *
 * **Details**
 *
 * `action` is the API's action, `region` where it was asked, and `requestId`
 * names the answer to Tencent Cloud's support, when there was one. `code` and
 * `isRetryable` are those of the `reason`.
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
  /** Whether the same call may succeed later. `TencentCloud` has already tried again by the time it fails. */
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }
  /** The service's open code, or one of this library's own, which begin with `Client.`. */
  get code(): string {
    return this.reason.code
  }
  override get message(): string {
    return `${this.action}: ${this.reason.message}${this.requestId === undefined ? "" : ` [request ${this.requestId}]`}`
  }
}

// The exact codes, where their prefix alone would sort them wrongly. Sources: the
// common error codes of API 3.0, the error codes in the SDKs of both product
// lines, and codes that public clients report.
const byCode: Record<string, keyof typeof refusals | "NotFound"> = {
  "AuthFailure.SignatureExpire": "ClockSkew",
  "AuthFailure.UnauthorizedOperation": "Permission",
  "FailedOperation.ConsoleServerError": "Server",
  "FailedOperation.DownloadError": "InvalidRequest",
  "FailedOperation.FreeResourcePackExhausted": "Quota",
  "FailedOperation.GenerateImageFailed": "InvalidRequest",
  "FailedOperation.ImageDecodeFailed": "InvalidRequest",
  "FailedOperation.ImageDownloadError": "InvalidRequest",
  "FailedOperation.ImageIllegal": "InvalidRequest",
  "FailedOperation.ImageIllegalDetected": "InvalidRequest",
  "FailedOperation.JobNotExist": "NotFound",
  "FailedOperation.JobNotFound": "NotFound",
  "FailedOperation.JobQueueFull": "TaskSlotsFull",
  "FailedOperation.ModerationFailed": "InvalidRequest",
  "FailedOperation.PartnerAccountUnSupport": "Quota",
  "FailedOperation.RequestTimeout": "Server",
  "FailedOperation.ResourcePackExhausted": "Quota",
  "FailedOperation.ServerError": "Server",
  "FailedOperation.ServiceNotActivated": "Quota",
  "FailedOperation.ServiceStop": "Quota",
  "FailedOperation.ServiceStopArrears": "Quota",
  "FailedOperation.SetPayModeExceed": "Quota",
  "FailedOperation.UserUnAuthError": "Quota",
  "OperationDenied.ImageIllegalDetected": "InvalidRequest",
  "OperationDenied.TextIllegalDetected": "InvalidRequest",
  "RequestLimitExceeded.JobNumExceed": "TaskSlotsFull",
  "ResourceUnavailable.InterfaceNotExist": "Unsupported",
  ResourceUnavailable: "Other"
}

// The first prefix that fits decides.
const byPrefix: ReadonlyArray<readonly [prefix: string, reason: keyof typeof refusals | "NotFound"]> = [
  ["AuthFailure", "Authentication"],
  ["UnauthorizedOperation", "Permission"],
  ["OperationDenied", "Permission"],
  ["IpInBlacklist", "Permission"],
  ["IpNotInWhitelist", "Permission"],
  ["RequestLimitExceeded", "RateLimited"],
  ["InvalidAction", "Unsupported"],
  ["ActionOffline", "Unsupported"],
  ["NoSuchProduct", "Unsupported"],
  ["NoSuchVersion", "Unsupported"],
  ["UnsupportedRegion", "Unsupported"],
  ["InvalidParameter", "InvalidRequest"],
  ["InvalidRequest", "InvalidRequest"],
  ["MissingParameter", "InvalidRequest"],
  ["UnknownParameter", "InvalidRequest"],
  ["RequestSizeLimitExceeded", "InvalidRequest"],
  ["UnsupportedOperation", "InvalidRequest"],
  ["UnsupportedProtocol", "InvalidRequest"],
  ["ResourceNotFound", "NotFound"],
  ["LimitExceeded", "Quota"],
  ["ResourceInsufficient", "Quota"],
  ["ResourceUnavailable", "Quota"],
  ["InternalError", "Server"],
  ["ServiceUnavailable", "Server"],
  ["FailedOperation.Engine", "Server"]
]

/**
 * Sorts a refusal by its code: the exact code first, then its prefix, then `Other`.
 *
 * **Details**
 *
 * `FailedOperation.InnerError` wraps another code in its message, which then decides.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reasonFromCode = (refused: {
  readonly code: string
  readonly description: string
  readonly region: string
}): Reason => {
  const { code, description, region } = refused
  const tag = tagOf(code === "FailedOperation.InnerError" ? innerCode(description) : code)
  return tag === "NotFound" ? new NotFound({ code, description, region }) : new refusals[tag]({ code, description })
}

// The first word of the message that is a code we know. From the start of a word only: a long word without a code would
// else be read again from each of its letters.
const innerCode = (description: string) =>
  description.match(/\b[A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+)*/g)?.find((word) => tagOf(word) !== "Other") ?? ""

const tagOf = (code: string) =>
  (Object.hasOwn(byCode, code) ? byCode[code] : byPrefix.find(([prefix]) => code.startsWith(prefix))?.[1]) ?? "Other"
