/**
 * Why a signature was refused, for the log of requests: what `Tc3.explain` says of it.
 *
 * It is worked out when it is read: that takes about a tenth of a second, and a test may well have hundreds of requests
 * refused. Only with a large body it is worked out at once, so that the log need not keep the body.
 */
import * as Effect from "effect/Effect"
import * as LogLevel from "effect/LogLevel"
import * as Tc3 from "../../../cloud/Tc3.ts"
import type { Answer, Call, Refusal } from "./call.ts"

const codes = new Set([
  "AuthFailure.InvalidAuthorization",
  "AuthFailure.SignatureExpire",
  "AuthFailure.SignatureFailure",
  // X-TC-Timestamp in milliseconds.
  "InvalidParameter"
])

const maxKept = 65_536

const mistakesOf = (explanation: Tc3.Explanation): number =>
  explanation._tag === "Mistaken" ? explanation.causes[0].mistakes.length : Infinity

/** Undefined where the signature is right, and something else of the request is not. */
const explain = (call: Call, payload: Uint8Array, credential: Tc3.Credential): string | undefined => {
  const { headers, host, method, path, query } = call
  // The official SDKs sign the host without its port, which is no mistake here.
  const hosts = Array.from(new Set([host, host.replace(/:[0-9]*$/, "")]))
  const explanations = hosts.map((host) => Tc3.explain({ method, host, path, query, headers, payload }, credential))
  if (explanations.some(({ _tag }) => _tag === "Right")) return undefined
  const [best] = explanations.toSorted((a, b) => mistakesOf(a) - mistakesOf(b))
  return best?.message
}

/** A refusal with its explanation. The credential is the one that should have signed. */
export const explained = (refusal: Refusal, call: Call, payload: Uint8Array, credential: Tc3.Credential): Refusal => {
  if (!codes.has(refusal.code)) return refusal
  if (payload.length > maxKept) {
    const explanation = explain(call, payload, credential)
    return { ...refusal, explanation: () => explanation }
  }
  let known: { readonly explanation: string | undefined } | undefined
  return {
    ...refusal,
    explanation: () => (known ??= { explanation: explain(call, payload, credential) }).explanation
  }
}

/** A debug line about a refused signature, for who runs the fake as a server and sees no log of requests. */
export const logged = Effect.fnUntraced(function* ({ code, explanation }: Answer) {
  if (explanation === undefined || !(yield* LogLevel.isEnabled("Debug"))) return
  const message = explanation()
  if (message !== undefined) yield* Effect.logDebug(`The fake refused a signature with ${code}. ${message}`)
})
