/** `hunyuan3d sign --compare`: prints why a captured request is refused, and ends with an exit code for the verdict. */
import * as Effect from "effect/Effect"
import type { Credential } from "../cloud/Credentials.ts"
import { type Comparison, comparisonOf } from "./captured/comparison.ts"
import { exitCodes, Failure } from "./failure.ts"
import { printLine } from "./print.ts"
import { result } from "./report.ts"
import { dim, styled } from "./style.ts"

type Difference = Required<Comparison["causes"][number]>["difference"]

const printDifference = ({ expected, signed }: Difference) => {
  const rows = (label: string, text: string) =>
    text.split("\n").map((line, index) => [dim(`    ${(index === 0 ? label : "").padEnd(10)}`), line] as const)
  return Effect.forEach([...rows("expected", expected), ...rows("signed", signed)], (row) => printLine(...row))
}

const print = Effect.fnUntraced(function* (comparison: Comparison) {
  const { action = "a call", answer, causes, checks, form, host, message, secretId, verdict } = comparison
  const by = secretId === undefined ? "" : `, signed with the SecretId ${secretId}`
  yield* printLine(`This is ${form}: ${action} to ${host}${by}.`)
  for (const [index, { difference, mistakes }] of causes.entries()) {
    if (index > 0) yield* printLine("Or, which makes the same signature:")
    for (const mistake of mistakes) yield* printLine(styled("red", "Mistake: "), mistake.message)
    if (difference !== undefined) yield* printDifference(difference)
  }
  for (const { isMistake, message } of checks) {
    yield* printLine(isMistake ? styled("red", "Mistake: ") : styled("yellow", "Look at this: "), message)
  }
  if (answer !== undefined) {
    const said = answer.message === undefined ? "" : ` ("${answer.message}")`
    yield* printLine(`The answer is ${answer.code ?? "no error"}${said}. ${answer.meaning}`)
  }
  // Any other verdict is a failure, which says it.
  if (verdict === "right") yield* printLine(styled("green", message))
})

/** Fails unless the signature is right. */
export const compare = Effect.fnUntraced(function* (text: string, credential: Credential) {
  const comparison = yield* Effect.fromResult(comparisonOf(text, credential))
  yield* result({ comparison }, print(comparison))
  const { message, verdict } = comparison
  if (verdict === "mistake") {
    return yield* new Failure({ message, exitCode: exitCodes.broken, code: "SignatureMistake", retryable: false })
  }
  if (verdict === "unsure") {
    return yield* new Failure({ message, exitCode: exitCodes.unsure, code: "SignatureUnexplained", retryable: false })
  }
})
