/**
 * `hunyuan3d sign --compare`: why a captured request is refused.
 *
 * `captured/read.ts` reads it, `Tc3.explain` finds the mistake that makes its signature, `captured/checks.ts` looks at
 * what it shows besides, and `answers.ts` knows what its answer means. Here all of it becomes one verdict, which is an
 * exit code, too.
 *
 * **Gotchas**
 *
 * - Of a captured SecretId at most 8 characters are printed, and only if it looks like one: it may be a key in its place.
 * - A captured token may be in a line that was signed. It is taken out of all texts.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Credentials from "../cloud/Credentials.ts"
import * as Tc3 from "../cloud/Tc3.ts"
import * as Hunyuan from "../job/Hunyuan.ts"
import { type Meaning, meaningOf } from "./answers.ts"
import type { Answer, Captured } from "./captured/captured.ts"
import { checks, type Finding } from "./captured/checks.ts"
import { read } from "./captured/read.ts"
import { exitCodes, Failure, usage } from "./failure.ts"
import { printLine } from "./print.ts"
import { result } from "./report.ts"
import { word } from "./shell.ts"
import { dim, styled } from "./style.ts"

interface Cause {
  readonly mistakes: ReadonlyArray<{ readonly name: string; readonly message: string }>
  readonly difference?: Tc3.Difference
}

type Verdict = "right" | "mistake" | "unsure"

const header = ({ request }: Captured, name: string) =>
  Object.entries(request.headers).findLast(([each]) => each.toLowerCase() === name)?.[1]

const secretIdOf = (captured: Captured) =>
  /Credential\s*=\s*([^/,\s]*)/.exec(header(captured, "authorization") ?? "")?.[1] || undefined

const short = (secretId: string) =>
  secretId.startsWith("AKID") ? `${secretId.slice(0, 8)}…` : `…, of ${secretId.length} characters`

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

/** Takes out of a text what must not be printed. */
const scrubber = (captured: Captured, credential: Credentials.Credential) => {
  const ids = [secretIdOf(captured), credential.secretId].filter((id) => id !== undefined && id.length > 8)
  const token = header(captured, "x-tc-token")
  const tokens = token === undefined || token === "" ? [] : [token, token.toLowerCase()]
  const scrub = (text: string) =>
    tokens.reduce((scrubbed, each) => scrubbed.replaceAll(each, "…"), ids.reduce((scrubbed, id = "") => scrubbed.replaceAll(id, short(id)), text))
  return scrub
}

const causesOf = (explanation: Tc3.Explanation, scrub: (text: string) => string): ReadonlyArray<Cause> => {
  // Of a request that is signed by another method nothing more can be said.
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

const verdictOf = (explanation: Tc3.Explanation, findings: ReadonlyArray<Finding>, meaning: Meaning | undefined): Verdict => {
  if (explanation._tag === "Mistaken" || explanation._tag === "Unreadable") return "mistake"
  if (findings.some(({ isMistake }) => isMistake)) return "mistake"
  return explanation._tag === "Right" || meaning?.provesRight === true ? "right" : "unsure"
}

/** The command that shows how this program signs the same call. */
const ownCommand = (captured: Captured) => {
  const { host, payload } = captured.request
  return [
    "hunyuan3d sign",
    `--action ${word(header(captured, "x-tc-action") ?? "")}`,
    `--timestamp ${word(header(captured, "x-tc-timestamp") ?? "")}`,
    ...(host === Hunyuan.product.host ? [] : [`--endpoint ${word(`https://${host}`)}`]),
    ...(typeof payload === "string" && payload.length <= 200 ? [`--payload ${word(payload)}`] : [])
  ].join(" ")
}

/** What the verdict is, and what to do where no cause says it. */
const conclusion = (captured: Captured, explanation: Tc3.Explanation, verdict: Verdict): string => {
  const { code } = captured.answer ?? {}
  if (verdict === "mistake") return "The request has a mistake. Correct it, and sign again."
  if (explanation._tag === "Right") {
    return code === undefined || !code.startsWith("AuthFailure.") || meaningOf(code).provesRight
      ? "The signature is right."
      : "The request is signed correctly with this key, and the service refuses it: the key probably belongs to the other site " +
          "(mainland or international), it was changed, or something on the way changed the request. " +
          "Use the host of the other site, or a key of this one. To ask the service itself: hunyuan3d doctor --check-api"
  }
  return verdict === "right"
    ? "The signature is not one of the key that is set here, and the service took it. It was made with another key."
    : `${explanation.message} Look if the key belongs to the SecretId of the request, and compare with what this program signs: ${ownCommand(captured)}`
}

const outputOf = (
  { answer, form, ...captured }: Captured & { readonly form: string },
  result: { readonly verdict: Verdict; readonly causes: ReadonlyArray<Cause>; readonly findings: ReadonlyArray<Finding>; readonly message: string }
) => {
  const { causes, findings, message, verdict } = result
  const action = header(captured, "x-tc-action")
  const secretId = secretIdOf(captured)
  const { code, message: said, requestId } = answer ?? {}
  return {
    verdict,
    form,
    host: captured.request.host,
    ...(action === undefined ? {} : { action }),
    ...(secretId === undefined ? {} : { secretId: short(secretId) }),
    message,
    causes,
    checks: findings,
    ...(answer === undefined ? {} : { answer: { ...(code === undefined ? {} : { code }), ...(said === undefined ? {} : { message: said }), ...(requestId === undefined ? {} : { requestId }) } })
  }
}

const colors = { right: "green", mistake: "red", unsure: "yellow" } as const

const printDifference = ({ expected, signed }: Tc3.Difference) =>
  Effect.forEach([["expected", expected], ["signed", signed]] as const, ([label, text]) =>
    Effect.forEach(text.split("\n"), (line, index) => printLine(dim(`    ${(index === 0 ? label : "").padEnd(10)}`), line))
  )

const print = Effect.fnUntraced(function* (output: ReturnType<typeof outputOf>, meaning: Meaning | undefined) {
  const { action, answer, causes, checks, form, host, message, secretId, verdict } = output
  yield* printLine(`This is ${form}: ${action ?? "a call"} to ${host}${secretId === undefined ? "" : `, signed with the SecretId ${secretId}`}.`)
  yield* printLine(styled(colors[verdict], message))
  for (const { difference, mistakes } of causes) {
    for (const mistake of mistakes) yield* printLine(`  ${mistake.message}`)
    if (difference !== undefined) yield* printDifference(difference)
  }
  for (const { isMistake, message } of checks) yield* printLine(isMistake ? "  " : styled("yellow", "  Look at this too: "), message)
  if (meaning !== undefined) yield* printLine(`Its answer is ${answer?.code ?? "no error"}. ${meaning.message}`)
})

/** What an answer means; a date alone means nothing. */
const answerMeaning = (answer: Answer | undefined) =>
  answer === undefined || (answer.code === undefined && answer.requestId === undefined) ? undefined : meaningOf(answer.code)

/** Prints why a captured request is refused, and fails unless its signature is right. */
export const compare = Effect.fnUntraced(function* (text: string, credential: Credentials.Credential) {
  const captured = yield* Effect.fromResult(read(text))
  const explanation = Tc3.explain(captured.request, credential)
  const scrub = scrubber(captured, credential)
  if (explanation._tag === "Unreadable" && /TC3-HMAC-SHA256/i.test(header(captured, "authorization") ?? "")) {
    return yield* usage(scrub(explanation.message), "Unreadable")
  }
  const meaning = answerMeaning(captured.answer)
  const causes = causesOf(explanation, scrub)
  const isNamed = causes.some(({ mistakes }) => mistakes.some(({ name }) => /SecretId/.test(name)))
  const findings = checks(captured, isNamed ? undefined : secretIdOf(captured))
  const verdict = verdictOf(explanation, findings, meaning)
  const message = scrub(conclusion(captured, explanation, verdict))
  const comparison = outputOf(captured, { verdict, causes, findings, message })
  yield* result({ comparison }, print(comparison, meaning))
  if (verdict === "mistake") {
    return yield* new Failure({ message, exitCode: exitCodes.broken, code: "SignatureMistake", retryable: false })
  }
  if (verdict === "unsure") {
    return yield* new Failure({ message: "Nothing known explains this signature.", exitCode: exitCodes.unsure, code: "SignatureUnexplained", retryable: false })
  }
})
