/** What the code of an answer says of the signature, and what to do. */

import { isAfterSignature } from "../afterSignature.ts"

const noPermission = "The user of this key lacks a permission. Give it the policy QcloudAI3DFullAccess."

/** By the code, whole or up to a dot. */
const meanings: Readonly<Record<string, string>> = {
  "AuthFailure.UnauthorizedOperation": noPermission,
  UnauthorizedOperation: noPermission,
  "FailedOperation.JobNotFound": "The service knows no such job in this region.",
  "FailedOperation.ServiceNotActivated": "Activate the product in the console.",
  FailedOperation: "The service could not do what was wanted.",
  "ResourceUnavailable.InterfaceNotExist":
    "This host does not have the action: look at the header X-TC-Action and at the host.",
  "ResourceUnavailable.NotExist":
    "The product is not activated, or the account belongs to the other site: activate it in the console, or use the host of the other site.",
  ResourceInsufficient: "There are no credits left, or they were not claimed: look at the console.",
  RequestLimitExceeded: "There were too many requests: wait.",
  UnsupportedRegion: "This action needs another region in the header X-TC-Region.",
  "AuthFailure.SignatureFailure":
    "The service made another signature than the one that was sent, with the key and from the bytes that it has.",
  "AuthFailure.SignatureExpire":
    "The service takes signatures of 5 minutes around its own time. Sign right before you send, by a clock that is right.",
  "AuthFailure.SecretIdNotFound":
    "The service does not know the SecretId: it is deleted, disabled, mistyped, of the other site, or temporary and without its token. Look at the page of API keys in the console.",
  "AuthFailure.InvalidSecretId":
    "The SecretId is a key of another kind. Use one of the page of API keys in the console.",
  "AuthFailure.TokenFailure":
    "The token is wrong, expired, or of another key. Get a new temporary key, and send its token in X-TC-Token.",
  "AuthFailure.InvalidAuthorization":
    "The Authorization header is not in the form that the service takes. The message of the answer names the part.",
  InvalidAction: "The host does not know the action: look at the header X-TC-Action and at the host.",
  NoSuchVersion: "The host does not know the version: look at the header X-TC-Version.",
  MissingParameter: "A header or a field is missing. The message of the answer names it.",
  InvalidParameterValue: "A header or a field has a value that is not taken. The message of the answer names it.",
  InvalidParameter: "A header or a field is not acceptable. The message of the answer names it."
}

/** What the code of an answer says of the signature. No code is that of an answer without an error. */
export const meaningOf = (code: string | undefined): string => {
  if (code === undefined) return "The service did what was wanted."
  const meaning = Object.entries(meanings).find(([each]) => code === each || code.startsWith(`${each}.`))?.[1] ?? ""
  if (isAfterSignature(code)) return `It proves that the signature is right. ${meaning}`.trim()
  return code.startsWith("AuthFailure.") ? meaning : `It says nothing of the signature. ${meaning}`.trim()
}
