/** Codes of what the service looks at after the signature, whole or up to a dot: each proves that the signature is right. */
const codes = [
  "AuthFailure.UnauthorizedOperation",
  "FailedOperation",
  "RequestLimitExceeded",
  "ResourceInsufficient",
  "ResourceUnavailable",
  "UnauthorizedOperation",
  "UnsupportedRegion"
]

/** Whether the service accepted the signature, and with it the key, before it answered with this code. */
export const isAfterSignature = (code: string): boolean =>
  codes.some((each) => code === each || code.startsWith(`${each}.`))
