/** Mistakes that the request itself shows: they need no key. */
import { requiredHeaders } from "../canonical.ts"
import { show, type Case, type Shown } from "./mutation.ts"
import { dateMistake, serviceMistake, terminatorMistake, timestampMistake } from "./scope.ts"

/** As much of an id as may be shown. */
export const shortId = (secretId: string): string => show(secretId.length > 8 ? `${secretId.slice(0, 8)}…` : secretId)

const idForms = (secretId: string): ReadonlyArray<Shown> => {
  const form = (what: string): ReadonlyArray<Shown> => [{ name: "SecretIdForm", message: what }]
  if (/^["'`]|["'`]$/.test(secretId)) return form("The SecretId stands in quotes. Remove them.")
  if (secretId !== secretId.trim()) return form("The SecretId has white space around it. Remove it.")
  if (secretId.startsWith("\ufeff")) return form("The SecretId starts with a byte order mark. Remove it.")
  if (secretId.startsWith("sk-")) {
    return form(
      "The SecretId does not look like one (`AKID…`, 36 characters). It looks like a TokenHub key: use that door, or a SecretId."
    )
  }
  if (/^[0-9]+$/.test(secretId)) {
    return form(
      "The SecretId does not look like one (`AKID…`, 36 characters). It looks like the number of an account or an application: use the SecretId of a key."
    )
  }
  return []
}

/** The id of the request against the one of the credential. */
export const idMistakes = ({ captured }: Case, secretId: string): ReadonlyArray<Shown> => {
  const sent = captured.authorization.secretId
  const form = idForms(sent)
  return sent === secretId || form.length > 0
    ? form
    : [
        {
          name: "OtherSecretId",
          message:
            `The request names the SecretId ${shortId(sent)}, the key belongs to ${shortId(secretId)}. ` +
            "Use an id and a key of one pair."
        }
      ]
}

const when = (holds: boolean, mistake: Shown): ReadonlyArray<Shown> => (holds ? [mistake] : [])

const scopeMistakes = (the: Case): ReadonlyArray<Shown> => {
  const { captured, right } = the
  const { date, service, terminator } = captured.authorization
  return [
    ...when(date !== right.scopeDate, dateMistake(the, date)),
    ...when(service !== undefined && service !== right.scopeService, serviceMistake(the, service ?? "")),
    ...when(service !== undefined && terminator !== right.terminator, terminatorMistake(the, terminator)),
    ...when(captured.timestamp !== right.timestamp, timestampMistake(the))
  ]
}

/** Headers that are signed, and that the request does not have. */
export const missingHeaders = ({ captured, right }: Case): ReadonlyArray<string> =>
  right.names.filter((name) => !captured.headers.has(name))

const nameMistakes = (the: Case): ReadonlyArray<Shown> => {
  const { captured, right } = the
  const written = captured.authorization.signedHeaders
  const names = right.names.join(";")
  const unsigned = requiredHeaders.filter((name) => !right.names.includes(name))
  return [
    ...when(written !== written.toLowerCase(), {
      step: "spelling of names",
      name: "HeaderNamesCase",
      message: `SignedHeaders is ${show(written)}. Write the names in lower case: ${show(names)}.`
    }),
    ...when(written.toLowerCase() !== names, {
      step: "signed headers",
      name: "HeaderOrder",
      message: `SignedHeaders is ${show(written)}. Sort the names, and write each once: ${show(names)}.`
    }),
    ...when(unsigned.length > 0, {
      name: "RequiredHeader",
      message: `Not signed: ${show(unsigned.join(";"))}. Sign at least ${show(requiredHeaders.join(";"))}.`
    }),
    ...missingHeaders(the).map((name): Shown => ({
      ...(name === "content-type" && { step: name }),
      name: "HeaderNotSent",
      message: `The header ${show(name)} is signed, and was not sent. Send it as it is signed, or do not sign it.`
    }))
  ]
}

/** What the request shows. */
export const shownMistakes = (the: Case): ReadonlyArray<Shown> => {
  const { isWellFormed, signature } = the.captured.authorization
  return [
    ...scopeMistakes(the),
    ...nameMistakes(the),
    ...when(signature !== signature.toLowerCase(), {
      name: "UpperCaseSignature",
      message: "The signature is in upper case. Write its hexadecimal digits in lower case."
    }),
    ...when(!isWellFormed, {
      name: "AuthorizationForm",
      message:
        "The Authorization header is not in the one form that a service takes. Write " +
        "`TC3-HMAC-SHA256 Credential=<SecretId>/<date>/<service>/tc3_request, SignedHeaders=<names>, Signature=<64 digits>`."
    })
  ]
}
