/**
 * What each answer to the probe says. The probe queries a job that does not exist, so the best answer is that there is no
 * such job: the service says so only after it accepted the signature, the key, the account and the region.
 */
import type * as ApiError from "../../cloud/ApiError.ts"
import * as Hunyuan from "../../job/Hunyuan.ts"
import type { Verdict } from "./check.ts"

export interface Meaning {
  readonly verdict: Verdict
  /** What the answer proves, as a sentence without its full stop. */
  readonly proves: string
  readonly advice?: string | undefined
  /** Whether a key of the other site would get this answer too. */
  readonly maybeOtherSite?: boolean
}

const regions = Hunyuan.regions.join(", ")

const permission: Meaning = {
  verdict: "problem",
  proves: "The signature is right, and the sub-account may not query jobs",
  advice: "Grant it the policy QcloudAI3DFullAccess in CAM, and check its IP lists."
}

const wrongAction: Meaning = {
  verdict: "problem",
  proves: "The host has another product or version",
  advice: "Leave --endpoint out, or correct it."
}

const wrongHeader: Meaning = {
  verdict: "problem",
  proves: "A header is missing or wrong, so that nothing is known of the signature",
  advice: `Give one of the regions ${regions}. If one was given, something between this machine and the service changes requests.`
}

/** The answer that is hoped for. It says nothing about credits. */
const noSuchJob: Meaning = {
  verdict: "ok",
  proves: "Key, signature, permission, activation and region are right. Whether there are credits is not known"
}

/** By the code, or by its beginning up to a dot. */
export const byCode: Readonly<Record<string, Meaning>> = {
  "FailedOperation.JobNotFound": noSuchJob,
  "FailedOperation.JobNotExist": noSuchJob,
  "AuthFailure.SignatureFailure": {
    maybeOtherSite: true,
    verdict: "problem",
    proves: "The service knows another SecretKey for this SecretId, or the key is of another site",
    advice: "Copy SecretId and SecretKey again, both of the same key."
  },
  "AuthFailure.SecretIdNotFound": {
    maybeOtherSite: true,
    verdict: "problem",
    proves: "The service does not know the SecretId: it is mistyped, disabled, deleted or of another site",
    advice: "Look at the console's page of API keys. A temporary key needs its token in TENCENTCLOUD_SESSION_TOKEN."
  },
  "AuthFailure.SignatureExpire": {
    verdict: "problem",
    proves: "The time of the signature was not accepted",
    advice: "Set this machine's clock."
  },
  "AuthFailure.InvalidSecretId": {
    verdict: "problem",
    proves: "The SecretId is a key of another kind",
    advice: "Use an API key of Tencent Cloud: a SecretId AKID… and its SecretKey."
  },
  "AuthFailure.TokenFailure": {
    verdict: "problem",
    proves: "The token of the temporary key is wrong or has expired",
    advice: "Get a new temporary key, and set all three: SecretId, SecretKey and token."
  },
  "AuthFailure.InvalidAuthorization": {
    verdict: "problem",
    proves: "The service did not accept the form of the Authorization header",
    advice: "Something between this machine and the service changes requests: try without the proxy."
  },
  AuthFailure: {
    verdict: "problem",
    proves: "The service did not accept the key",
    advice: "Look at the console's page of API keys."
  },
  "AuthFailure.UnauthorizedOperation": permission,
  UnauthorizedOperation: permission,
  "FailedOperation.ServiceNotActivated": {
    verdict: "problem",
    proves: "The signature is right, and the product is not activated",
    advice: "Activate Hunyuan 3D in the console."
  },
  "ResourceUnavailable.NotExist": {
    verdict: "problem",
    proves: "The signature is right. The product is not activated, or the account is of the mainland site",
    advice: "Activate Hunyuan 3D in the console of tencentcloud.com, and use a key of an account there."
  },
  ResourceInsufficient: {
    verdict: "problem",
    proves: "The signature is right, and the account has no credits",
    advice: "Look in the console whether credits were claimed, used up or expired."
  },
  "ResourceUnavailable.InterfaceNotExist": {
    verdict: "problem",
    proves: "The signature is right, and this host has no such action",
    advice: "Leave --endpoint out, or correct it."
  },
  UnsupportedRegion: {
    verdict: "problem",
    proves: "The signature is right, and the region computes no 3D jobs",
    advice: `Give one of the regions ${regions}.`
  },
  InvalidAction: wrongAction,
  NoSuchVersion: wrongAction,
  MissingParameter: wrongHeader,
  InvalidParameterValue: wrongHeader,
  RequestLimitExceeded: {
    verdict: "unsure",
    proves: "The signature is right, and too many requests were sent",
    advice: "Wait a few seconds and try again."
  },
  InternalError: {
    verdict: "unsure",
    proves: "The service failed",
    advice: "Try again later."
  },
  "Client.MalformedResponse": {
    verdict: "unsure",
    proves: "A gateway or a proxy answered in place of the service",
    advice: "Check --endpoint and the proxy, and try another network."
  },
  "Client.Timeout": {
    verdict: "unsure",
    proves: "No answer came",
    advice: "Check the network and the proxy, or allow more time with --request-timeout."
  },
  "Client.Transport": {
    verdict: "unsure",
    proves: "No connection came about, or it was lost",
    advice: "Check the network, the name of the host and the proxy."
  },
  "Client.NoCredentials": {
    verdict: "problem",
    proves: "Nothing was sent, since there is no key",
    advice: "See what is said of the key."
  },
  "Client.InvalidInput": {
    verdict: "problem",
    proves: "Nothing was sent, since the endpoint or the region cannot be used",
    advice: "See what is said of them."
  }
}

const unknown: Meaning = {
  verdict: "unsure",
  proves: "This answer is not known here",
  advice: "Look its code up in Tencent Cloud's documentation."
}

/** What an answer says: by its code, then by a shorter one, such as `UnauthorizedOperation` for all that begin so. */
export const meaningOf = ({ reason }: ApiError.ApiError): Meaning => {
  // The mainland wraps the code in FailedOperation.InnerError.
  if (reason._tag === "NotFound") return noSuchJob
  const parts = reason.code.split(".")
  const code = parts
    .map((_, index) => parts.slice(0, parts.length - index).join("."))
    .find((each) => Object.hasOwn(byCode, each))
  return (code !== undefined && byCode[code]) || unknown
}
