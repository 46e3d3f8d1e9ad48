/**
 * Judges a captured request: whether its signature is right, and why the service refuses it.
 *
 * `read.ts` reads it, `Tc3.explain` finds the mistake that makes its signature, `checks.ts` looks at what it shows
 * besides, and `meaning.ts` knows what its answer means.
 *
 * **Gotchas**
 *
 * - Of a captured SecretId at most 8 characters are told, and only if it looks like one: it may be a key in its place.
 * - A captured token may stand in a line that was signed. It is taken out of all texts.
 */
import * as Result from "effect/Result"
import type { Credential } from "../../cloud/Credentials.ts"
import * as Tc3 from "../../cloud/Tc3.ts"
import { word } from "../../internal/shell.ts"
import * as Hunyuan from "../../job/Hunyuan.ts"
import { isAfterSignature } from "../afterSignature.ts"
import { usage } from "../failure.ts"
import type { OutputComparison } from "../output.ts"
import { type Answer, type Captured, headerOf, type Read } from "./captured.ts"
import { checks } from "./checks.ts"
import { meaningOf } from "./meaning.ts"
import { read } from "./read.ts"

export type Comparison = typeof OutputComparison.Type

const secretIdOf = ({ request }: Captured) =>
  /Credential\s*=\s*"?([^/,"\s]*)/.exec(headerOf(request, "authorization") ?? "")?.[1] || undefined

const short = (secretId: string) => (secretId.startsWith("AKID") ? `${secretId.slice(0, 8)}…` : "…")

/** Takes out of a text what must not be told. */
const scrubber = (captured: Captured, credential: Credential) => {
  const token = headerOf(captured.request, "x-tc-token") ?? ""
  const secrets = [
    ...[token, token.toLowerCase()].map((secret) => [secret, "…"] as const),
    ...[secretIdOf(captured) ?? "", credential.secretId].map((id) => [id, short(id)] as const)
  ].filter(([secret]) => secret.length > 3)
  return (text: string): string =>
    secrets.reduce((scrubbed, [secret, shown]) => scrubbed.replaceAll(secret, shown), text)
}

const maxLength = 300

/** The two texts without the beginning that they share, where they are long. */
const excerpt = ({ expected, signed }: Tc3.Difference): Tc3.Difference => {
  let same = 0
  while (same < signed.length && signed[same] === expected[same]) same++
  const from = Math.max(expected.length, signed.length) > maxLength ? Math.max(0, same - 30) : 0
  const cut = (text: string) =>
    `${from > 0 ? "…" : ""}${text.slice(from, from + maxLength)}${text.length > from + maxLength ? "…" : ""}`
  return { expected: cut(expected), signed: cut(signed) }
}

const causesOf = (explanation: Tc3.Explanation, scrub: (text: string) => string): Comparison["causes"] => {
  if (explanation._tag === "Unreadable") {
    return [{ mistakes: [{ name: "OtherMethod", message: scrub(explanation.message) }] }]
  }
  if (explanation._tag !== "Mistaken") return []
  return explanation.causes.map(({ difference, mistakes }) => ({
    mistakes: mistakes.map(({ name, message }) => ({ name, message: scrub(message) })),
    ...(difference === undefined
      ? {}
      : { difference: excerpt({ expected: scrub(difference.expected), signed: scrub(difference.signed) }) })
  }))
}

/** A date alone is no answer. */
const answerOf = ({ code, message, requestId }: Answer, scrub: (text: string) => string) =>
  code === undefined && requestId === undefined
    ? undefined
    : {
        ...(code === undefined ? {} : { code: scrub(code) }),
        ...(message === undefined ? {} : { message: scrub(message) }),
        ...(requestId === undefined ? {} : { requestId: scrub(requestId) }),
        meaning: meaningOf(code)
      }

/** The command that shows how this program signs the same call. */
const ownCommand = ({ request }: Captured) => {
  const { host, payload } = request
  return [
    "hunyuan3d sign",
    `--action ${word(headerOf(request, "x-tc-action") ?? "")}`,
    `--timestamp ${word(headerOf(request, "x-tc-timestamp") ?? "")}`,
    ...(host === Hunyuan.product.host ? [] : [`--endpoint ${word(`https://${host}`)}`]),
    ...(typeof payload === "string" && payload.length <= 200 ? [`--payload ${word(payload)}`] : [])
  ].join(" ")
}

/** The verdict as a sentence, and what to do where no cause says it. */
const conclusion = (captured: Captured, explanation: Tc3.Explanation, verdict: Comparison["verdict"]): string => {
  if (verdict === "mistake") return "The request has a mistake. Correct it, and sign again."
  if (explanation._tag === "Right") {
    return captured.answer?.code === "AuthFailure.SignatureFailure"
      ? `${explanation.message} To ask the service itself: hunyuan3d doctor --check-api`
      : "The signature is right: it is the one of this request and this key."
  }
  return verdict === "right"
    ? "The signature is right, since the service took it. It was made with another key than the one that is set here."
    : `${explanation.message} To see how this program signs the same call: ${ownCommand(captured)}`
}

/** Whether the request is signed by this method at all. */
const isTc3 = ({ request }: Captured) => /TC3-HMAC-SHA256/i.test(headerOf(request, "authorization") ?? "")

/** Compares a captured text with how its request should have been signed with this key. */
export const comparisonOf = (text: string, credential: Credential): Read<Comparison> =>
  Result.gen(function* () {
    const captured = yield* read(text)
    const { form, request } = captured
    const explanation = Tc3.explain(request, credential)
    const scrub = scrubber(captured, credential)
    if (explanation._tag === "Unreadable" && isTc3(captured)) {
      return yield* Result.fail(usage(scrub(explanation.message), "Unreadable"))
    }
    const causes = causesOf(explanation, scrub)
    const secretId = secretIdOf(captured)
    const isNamed = causes.some(({ mistakes }) => mistakes.some(({ name }) => name.includes("SecretId")))
    const findings = checks(captured, isNamed ? undefined : secretId)
    const isTaken =
      captured.answer !== undefined && (captured.answer.code === undefined || isAfterSignature(captured.answer.code))
    const isWrong = causes.length > 0 || findings.some(({ isMistake }) => isMistake)
    const verdict = isWrong ? "mistake" : explanation._tag === "Right" || isTaken ? "right" : "unsure"
    const action = headerOf(request, "x-tc-action")
    const answer = answerOf(captured.answer ?? {}, scrub)
    return {
      verdict,
      form,
      host: scrub(request.host),
      ...(action === undefined ? {} : { action: scrub(action) }),
      ...(secretId === undefined ? {} : { secretId: short(secretId) }),
      message: scrub(conclusion(captured, explanation, verdict)),
      causes,
      checks: findings.map((finding) => ({ ...finding, message: scrub(finding.message) })),
      ...(answer === undefined ? {} : { answer })
    }
  })
