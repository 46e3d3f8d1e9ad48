/**
 * Which reason an error code of Tencent Cloud stands for. A new code is one line here.
 *
 * **Gotchas**
 *
 * - Codes are open strings: an unknown one is `Other`.
 * - `FailedOperation.InnerError` wraps another code in its message. A message is free
 *   text, so only the exact code decides where carrying a request out twice does harm.
 */

/** The names of the reasons that a code can stand for. */
export type Tag =
  | "Authentication"
  | "ClockSkew"
  | "Permission"
  | "RateLimited"
  | "TaskSlotsFull"
  | "InvalidRequest"
  | "Unsupported"
  | "NotFound"
  | "Quota"
  | "Server"
  | "Other"

// The exact codes, where their prefix alone would sort them wrongly. Sources: the
// common error codes of API 3.0, the error codes in the SDKs of both product
// lines, and codes that public clients report.
const byCode: Readonly<Record<string, Tag>> = {
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
const byPrefix: ReadonlyArray<readonly [prefix: string, reason: Tag]> = [
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

/** The reason for a code. `message` may decide about a code that wraps another; leave it out where it must not. */
export const tagOf = (code: string, message = ""): Tag =>
  sort(code === "FailedOperation.InnerError" ? innerCode(message) : code)

// The first word of the message that is a code we know. From the start of a word only: a long word without a code would
// else be read again from each of its letters.
const innerCode = (message: string) =>
  message.match(/\b[A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+)*/g)?.find((word) => sort(word) !== "Other") ?? ""

const sort = (code: string): Tag =>
  (Object.hasOwn(byCode, code) ? byCode[code] : byPrefix.find(([prefix]) => code.startsWith(prefix))?.[1]) ?? "Other"
