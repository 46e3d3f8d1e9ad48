/** What the code of an answer says of the signature, and what to do. */

interface Meaning {
  /** Whether the code proves that the signature is right. */
  readonly provesRight: boolean
  readonly message: string
}

const noPermission = "The user of this key lacks a permission. Give it the policy QcloudAI3DFullAccess."

/** Codes of what the service looks at after the signature. */
const afterwards: Readonly<Record<string, string>> = {
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
  UnsupportedRegion: "This action needs another region in the header X-TC-Region."
}

/** Codes of the signature itself. */
const ofSignature: Readonly<Record<string, string>> = {
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
    "The Authorization header is not in the form that the service takes. The message of the answer names the part."
}

/** Codes that may come before the service looks at the signature. */
const before: Readonly<Record<string, string>> = {
  InvalidAction: "The host does not know the action: look at the header X-TC-Action and at the host.",
  NoSuchVersion: "The host does not know the version: look at the header X-TC-Version.",
  MissingParameter: "A header or a field is missing. The message of the answer names it.",
  InvalidParameterValue: "A header or a field has a value that is not taken. The message of the answer names it.",
  InvalidParameter: "A header or a field is not acceptable. The message of the answer names it."
}

/** The first code that fits, whole or up to a dot. */
const find = (table: Readonly<Record<string, string>>, code: string): string | undefined =>
  Object.entries(table).find(([each]) => code === each || code.startsWith(`${each}.`))?.[1]

/** No code is that of an answer without an error. */
export const meaningOf = (code: string | undefined): Meaning => {
  if (code === undefined) return { provesRight: true, message: "The service did what was wanted." }
  const proof = find(afterwards, code)
  if (proof !== undefined) return { provesRight: true, message: `It proves that the signature is right. ${proof}` }
  const message = find(ofSignature, code) ?? `It says nothing of the signature. ${find(before, code) ?? ""}`.trim()
  return { provesRight: false, message }
}
