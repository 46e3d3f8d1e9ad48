/** The log of `serve`: one line for each request that reaches the fake. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type { ReceivedRequest } from "../../testing/Fake.ts"
import { dim, type Part, styled } from "../style.ts"

const faultOf = (fault: NonNullable<ReceivedRequest["fault"]>): string => {
  if (typeof fault === "string") return fault
  if ("slow" in fault) return `slow by ${Duration.format(Duration.fromInputUnsafe(fault.slow))}`
  return "code" in fault ? fault.code : `status ${fault.status}`
}

/** A sentence ends before white space, since hosts and codes have points too. */
const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text

const answerOf = ({ action, code, fault, status }: ReceivedRequest): Part => {
  if (code !== undefined) return styled("red", action === undefined ? `${status} ${code}` : code)
  if (fault === "badGateway") return styled("red", String(status))
  return styled("green", action === undefined ? String(status) : "OK")
}

export const requestLine = (request: ReceivedRequest): ReadonlyArray<Part> => {
  const { action, explanation, fault, jobId, method, receivedAt, took, url } = request
  const what = action ?? `${method} ${url.replace(/\?.*$/s, "")}`
  return [
    dim(`${DateTime.formatIso(receivedAt).slice(11, 23)}  `),
    `${what}  `,
    answerOf(request),
    dim(`  ${Math.round(Duration.toMillis(took))} ms`),
    ...(jobId === undefined ? [] : [`  job ${jobId}`]),
    ...(fault === undefined ? [] : [styled("yellow", `  fault: ${faultOf(fault)}`)]),
    ...(explanation === undefined ? [] : [`  ${firstSentence(explanation)}`])
  ]
}
