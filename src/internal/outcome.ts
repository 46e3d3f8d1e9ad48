/** How an effect ended, in the words that spans and metrics share. */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"

const text = (from: unknown, field: string): string | undefined =>
  Predicate.hasProperty(from, field) && typeof from[field] === "string" ? from[field] : undefined

// Most errors of this library have a tagged reason. The others say by their own tag what happened.
const reasonOf = (error: unknown): unknown =>
  Predicate.hasProperty(error, "reason") && Predicate.isObject(error.reason) ? error.reason : error

/**
 * One word of few: `Success`, the tag of the reason or else of the error, `Interrupted`, or `Defect`.
 */
export const outcomeOf = (exit: Exit.Exit<unknown, unknown>): string => {
  if (Exit.isSuccess(exit)) return "Success"
  const error = Exit.findErrorOption(exit)
  if (Option.isSome(error)) return text(reasonOf(error.value), "_tag") ?? "Error"
  return Cause.hasInterruptsOnly(exit.cause) ? "Interrupted" : "Defect"
}

/** Why an effect failed: the reason, its code, and the answer that says so. Never a message, which may quote a request. */
export const failureOf = (exit: Exit.Exit<unknown, unknown>): Readonly<Record<string, string | undefined>> => {
  const error = Option.getOrUndefined(Exit.findErrorOption(exit))
  return { reason: outcomeOf(exit), code: text(reasonOf(error), "code"), requestId: text(error, "requestId") }
}
