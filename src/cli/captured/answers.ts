/** What the code of an answer says of the signature, and what to do. */

export interface Meaning {
  /** Whether the code proves that the signature is right; many codes say nothing of it. */
  readonly provesRight: boolean
  readonly message: string
}

const right = (message: string): Meaning => ({ provesRight: true, message })
const open = (message: string): Meaning => ({ provesRight: false, message })

/** The first code that fits, or that fits up to a dot. */
const meanings: ReadonlyArray<readonly [code: string, Meaning]> = [
  ["AuthFailure.SignatureFailure", open("The service made another signature than the one that was sent, with the key and from the bytes that it has.")],
  ["AuthFailure.SignatureExpire", open("The service takes signatures of 5 minutes around its own time. Sign right before you send, by a clock that is right.")],
  ["AuthFailure.SecretIdNotFound", open("The service does not know the SecretId: it is deleted, disabled, mistyped, of the other site, or temporary and without its token. Look at the page of keys in the console.")],
  ["AuthFailure.InvalidSecretId", open("The SecretId is a key of another kind. Use one of the page of API keys in the console.")],
  ["AuthFailure.TokenFailure", open("The token is wrong, expired, or of another key. Get a new temporary key, and send its token in X-TC-Token.")],
  ["AuthFailure.InvalidAuthorization", open("The Authorization header is not in the form that the service takes. Its message names the part.")],
  ["AuthFailure.UnauthorizedOperation", right("The signature is right, and the user of this key lacks a permission. Give it the policy QcloudAI3DFullAccess.")],
  ["UnauthorizedOperation", right("The signature is right, and the user of this key lacks a permission. Give it the policy QcloudAI3DFullAccess.")],
  ["FailedOperation.JobNotFound", right("The signature is right. The service knows no such job in this region.")],
  ["FailedOperation.ServiceNotActivated", right("The signature is right. Activate the product in the console.")],
  ["FailedOperation", right("The signature is right. The service could not do what was wanted.")],
  ["ResourceUnavailable.InterfaceNotExist", right("The signature is right. This host does not have the action: look at X-TC-Action and the host.")],
  ["ResourceUnavailable.NotExist", right("The signature is right. The product is not activated, or the account belongs to the other site: activate it in the console, or use the host of the other site.")],
  ["ResourceInsufficient", right("The signature is right. There are no credits left, or they were not claimed: look at the console.")],
  ["RequestLimitExceeded", right("The signature is right. There were too many requests: wait.")],
  ["UnsupportedRegion", right("The signature is right. This action needs another region in X-TC-Region.")],
  ["InvalidAction", open("The host does not know the action, and says nothing of the signature. Look at X-TC-Action and the host.")],
  ["NoSuchVersion", open("The host does not know the version, and says nothing of the signature. Look at X-TC-Version.")],
  ["MissingParameter", open("A header or a field is missing, and the answer says nothing of the signature. Its message names it.")],
  ["InvalidParameterValue", open("A header or a field has a value that is not taken, and the answer says nothing of the signature. Its message names it.")]
] // prettier-ignore

/** No code is that of an answer without an error. */
export const meaningOf = (code: string | undefined): Meaning => {
  if (code === undefined) return right("The signature is right: the service did what was wanted.")
  const [, meaning] = meanings.find(([each]) => code === each || code.startsWith(`${each}.`)) ?? []
  return meaning ?? open("The answer says nothing of the signature.")
}
