/** Whether a call is signed as the service demands it, by a key pair that the fake accepts. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Credentials from "../../../cloud/Credentials.ts"
import * as Endpoint from "../../../cloud/Endpoint.ts"
import * as Tc3 from "../../../cloud/Tc3.ts"
import * as Hunyuan from "../../../job/Hunyuan.ts"
import { header, refuse, type Call, type Refusal } from "./call.ts"
import { explained } from "./explanation.ts"
import { isStsAction } from "./sts.ts"

/** The key pairs that the fake accepts: its own, and those that it has issued. */
export interface Keys {
  readonly own: Credentials.Credential
  readonly find: (secretId: string) => Credentials.Credential | undefined
}

const maxSkew = Duration.toSeconds(Endpoint.maxSkew)

const readAuthorization = ({ headers }: Call): Effect.Effect<Tc3.Authorization, Refusal> => {
  const { authorization } = headers
  if (authorization === undefined) {
    return refuse(
      "AuthFailure.InvalidAuthorization",
      "The header Authorization is missing. Sign with TC3-HMAC-SHA256; the fake does not take the older form with a parameter Signature."
    )
  }
  return Effect.mapError(Effect.fromResult(Tc3.parseAuthorization(authorization)), ({ message }) => ({
    code: "AuthFailure.InvalidAuthorization",
    message: `${message}.`
  }))
}

/** The time of signing, which is near enough to now. */
const readTimestamp = Effect.fnUntraced(function* (call: Call, now: number) {
  const timestamp = yield* header(call, "X-TC-Timestamp")
  if (!/^[0-9]{1,12}$/.test(timestamp)) {
    return yield* refuse("InvalidParameter", "The header X-TC-Timestamp must be the Unix time in whole seconds.")
  }
  const ahead = Number(timestamp) - Math.floor(now / 1000)
  if (Math.abs(ahead) > maxSkew) {
    return yield* refuse(
      "AuthFailure.SignatureExpire",
      `The timestamp is ${Math.abs(ahead)} seconds ${ahead > 0 ? "ahead of" : "behind"} the service's clock, more than ${maxSkew}.`
    )
  }
  return Number(timestamp)
})

const checkSignature = (
  call: Call,
  payload: Uint8Array,
  authorization: Tc3.Authorization,
  timestamp: number,
  credential: Credentials.Credential
): Effect.Effect<void, Refusal> => {
  const { service } = authorization
  const product = isStsAction(call.headers["x-tc-action"]) ? Credentials.sts : Hunyuan.product
  if (service !== product.service && service !== call.host.split(".")[0]) {
    return refuse(
      "AuthFailure.SignatureFailure",
      `The service in the credential scope must be ${product.service}, or the first label of the host that is called.`
    )
  }
  // The official SDKs sign the host without its port.
  const hosts = [call.host, call.host.replace(/:[0-9]*$/, "")]
  const isSigned = hosts.some((host) => Tc3.verify({ ...call, host, payload, authorization, timestamp, credential }))
  return isSigned
    ? Effect.void
    : refuse(
        "AuthFailure.SignatureFailure",
        "The signature does not fit what was received. Check the secret key, that content-type and host are signed as they " +
          "are sent, that the date in the scope is the UTC date of the timestamp, and that nothing was changed after signing."
      )
}

const checkToken = (
  { headers }: Call,
  { expiresAt, token }: Credentials.Credential,
  now: number
): Effect.Effect<void, Refusal> => {
  if (headers["x-tc-token"] !== (token && Redacted.value(token))) {
    return refuse(
      "AuthFailure.TokenFailure",
      token === undefined
        ? "A token was sent with a key pair that has none."
        : "The token is missing or is not that of the key pair."
    )
  }
  return expiresAt !== undefined && now >= DateTime.toEpochMillis(expiresAt)
    ? refuse("AuthFailure.TokenFailure", `The token expired at ${DateTime.formatIso(expiresAt)}. Get a new one.`)
    : Effect.void
}

const check = Effect.fnUntraced(function* (call: Call, body: Uint8Array, { find }: Keys, now: number) {
  const authorization = yield* readAuthorization(call)
  const credential = find(authorization.secretId)
  if (credential === undefined) {
    return yield* refuse(
      "AuthFailure.SecretIdNotFound",
      "The secret id is not known. Look for mistypes and white space."
    )
  }
  const timestamp = yield* readTimestamp(call, now)
  yield* checkSignature(call, body, authorization, timestamp, credential)
  yield* checkToken(call, credential, now)
})

/** As far as it can be read, whatever the form of the header. */
const secretIdIn = ({ headers }: Call) => /Credential=([^/,\s]+)/.exec(headers["authorization"] ?? "")?.[1] ?? ""

export const authenticate = (call: Call, body: Uint8Array, keys: Keys, now: number): Effect.Effect<void, Refusal> =>
  Effect.mapError(check(call, body, keys, now), (refusal) =>
    explained(refusal, call, body, keys.find(secretIdIn(call)) ?? keys.own)
  )
