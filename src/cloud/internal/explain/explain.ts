/**
 * Explains a refused signature: makes it again under one assumed mistake after another, until one makes the signature
 * that was sent.
 *
 * - `captured.ts` reads the request, `right.ts` says how it should have been signed, and `parts.ts` signs.
 * - `headers.ts`, `payload.ts` with `bodies.ts`, `scope.ts` and `key.ts` are the mistakes, as data.
 * - `shown.ts` has those that the request shows without a key.
 * - `search.ts` tries the mistakes, alone and in pairs; `difference.ts` and `hide.ts` write down what it found.
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Credential, Request } from "../canonical.ts"
import { capture, type Captured } from "./captured.ts"
import { difference } from "./difference.ts"
import type { Cause, Explanation, Mistake, Mistaken, Right } from "./explanation.ts"
import { headerMistakes } from "./headers.ts"
import { hider } from "./hide.ts"
import { keyMistakes, shownOfKey } from "./key.ts"
import type { Case, Mutation, Shown } from "./mutation.ts"
import { makeSigner } from "./parts.ts"
import { requestMistakes } from "./payload.ts"
import { rightParts } from "./right.ts"
import { scopeMistakes } from "./scope.ts"
import { search, type Found } from "./search.ts"
import { idMistakes, missingHeaders, shortId, shownMistakes } from "./shown.ts"

/** What was found, and what the request shows beside it. */
const causeOf = ({ right }: Case, found: Found, shown: ReadonlyArray<Shown>): Cause | undefined => {
  const steps = new Set(found.map(({ step }) => step))
  const beside = shown.filter(({ step }) => step === undefined || !steps.has(step))
  const [first, ...others] = [...found, ...beside].map(({ message, name }): Mistake => ({ name, message }))
  if (first === undefined) return undefined
  const [one, two] = found
  const lines = difference(right, { ...right, ...one?.change, ...two?.change })
  return { mistakes: [first, ...others], ...(lines !== undefined && { difference: lines }) }
}

const rightMessage = ({ authorization, headers }: Captured): string =>
  authorization.secretId.length > 36 && !headers.has("x-tc-token")
    ? "The request is signed correctly with this key. This is a temporary key: send its token in `X-TC-Token`."
    : "The request is signed correctly with this key. When the service refuses it, it does not know the key, or got other " +
      "bytes. The key probably belongs to the other site: use the mainland endpoint, or a key of this one."

const unexplained = ({ captured, right }: Case, shown: ReadonlyArray<Shown>, hide: (text: string) => string) => {
  const missing = missingHeaders({ captured, right })
  return missing.length > 0
    ? ({
        _tag: "Unreadable",
        missing,
        message: hide(
          `The request does not have headers that are signed: ${missing.join(", ")}. Capture it with all its headers.`
        )
      } as const)
    : ({
        _tag: "Unexplained",
        message: hide(
          [
            "No single mistake that is known explains this signature, and no two: another key was used, or more mistakes " +
              `meet. Look whether the SecretKey is that of ${shortId(captured.authorization.secretId)}.`,
            ...(shown.length === 0 ? [] : ["The request itself shows:", ...shown.map(({ message }) => message)])
          ].join(" ")
        )
      } as const)
}

const mistaken = (first: Cause, others: ReadonlyArray<Cause>, hide: (text: string) => string): Mistaken => {
  const hidden = ({ difference, mistakes: [one, ...more] }: Cause): Cause => {
    const mistake = ({ message, name }: Mistake): Mistake => ({ name, message: hide(message) })
    return {
      mistakes: [mistake(one), ...more.map(mistake)],
      ...(difference !== undefined && {
        difference: { expected: hide(difference.expected), signed: hide(difference.signed) }
      })
    }
  }
  const causes = [hidden(first), ...others.map(hidden)] as const
  const messages = causes.map(({ mistakes }) => mistakes.map(({ message }) => message).join(" "))
  return { _tag: "Mistaken", causes: [...causes], message: messages.join(" Or: ") }
}

const explainCaptured = (captured: Captured, credential: Credential): Explanation => {
  const plain = Redacted.value(credential.secretKey)
  const right = rightParts(captured)
  const the: Case = { captured, right }
  const hide = hider([plain, captured.headers.get("x-tc-token") ?? ""])
  const mutations: ReadonlyArray<Mutation> = [
    ...keyMistakes(the, plain, credential.secretId),
    ...scopeMistakes(the),
    ...headerMistakes(the),
    ...requestMistakes(the)
  ]
  const sign = makeSigner(plain)
  const sent = captured.authorization.signature.toLowerCase()
  const found = search(right, mutations, (parts) => sign(parts) === sent)
  const shown = [...shownMistakes(the), ...idMistakes(the, credential.secretId)]
  if (found.length === 0) return unexplained(the, shown, hide)
  const beside = [...shown, ...shownOfKey(plain, credential.secretId)]
  const [cause, ...others] = found.map((found) => causeOf(the, found, beside)).filter((cause) => cause !== undefined)
  return cause === undefined
    ? ({ _tag: "Right", message: rightMessage(captured) } satisfies Right)
    : mistaken(cause, others, hide)
}

/**
 * Explains why a service refuses the signature of a request: the signature is
 * right, or it is made by a mistake of the sender, or by two.
 *
 * **Details**
 *
 * Give the request as it was sent, `Authorization` and `X-TC-Timestamp` among its
 * headers, and the credential that should have signed it. A mistake is named only
 * when it makes exactly the signature that was sent. No part of the secret key is
 * in the answer.
 *
 * **Gotchas**
 *
 * - A signature that is right can be refused all the same: by a service that does
 *   not know the key, or because of its age, which is the caller's to check.
 * - A host of Tencent Cloud wants its first label as the service. At any other host
 *   each service counts as the right one.
 * - A signature that nothing explains takes some thousand others, about a tenth of
 *   a second.
 *
 * **Example** (A body that was changed after it was signed)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Redacted } from "effect"
 * import * as Tc3 from "effect-hunyuan3d/Tc3"
 *
 * const timestamp = 1551113065
 * const credential = { secretId: "AKIDEXAMPLE", secretKey: Redacted.make("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE") }
 * const request = {
 *   method: "POST",
 *   host: "hunyuan.intl.tencentcloudapi.com",
 *   headers: { "Content-Type": "application/json", "X-TC-Action": "QueryHunyuanTo3DProJob" },
 *   payload: `{"JobId": "1375367755519696896"}`
 * }
 * const { authorization } = Tc3.sign({ ...request, timestamp, service: "hunyuan", credential })
 * const sent = {
 *   ...request,
 *   headers: { ...request.headers, "X-TC-Timestamp": `${timestamp}`, Authorization: authorization }
 * }
 *
 * assert.equal(Tc3.explain(sent, credential)._tag, "Right")
 *
 * const explanation = Tc3.explain({ ...sent, payload: `{"JobId":"1375367755519696896"}` }, credential)
 * assert(explanation._tag === "Mistaken")
 * assert.equal(explanation.causes[0].mistakes[0].name, "BodyChanged")
 * ```
 *
 * @category explaining
 * @since 0.1.0
 */
export const explain = (request: Request, credential: Credential): Explanation =>
  Result.match(capture(request), {
    onFailure: (unreadable) => unreadable,
    onSuccess: (captured) => explainCaptured(captured, credential)
  })
