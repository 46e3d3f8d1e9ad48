/** The parameters of a call, read by the schema of its operation, whose words also say what is wrong with them. */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaIssue from "effect/SchemaIssue"
import { refuse, type Call, type Refusal } from "./call.ts"

const readObject = Effect.fnUntraced(function* (call: Call, body: Uint8Array) {
  if (!/^application\/json\s*(?:;|$)/i.test(call.headers["content-type"] ?? "")) {
    return yield* refuse("InvalidParameter", "The content type must be application/json; the fake takes no other.")
  }
  const json = yield* Effect.try({
    try: (): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)),
    catch: (): Refusal => ({ code: "InvalidParameter", message: "The body is not JSON in UTF-8." })
  })
  return Predicate.isObject(json) ? json : yield* refuse("InvalidParameter", "The body must be a JSON object.")
})

/** What is wrong, and with which parameter. */
const leafOf = (
  issue: SchemaIssue.Issue,
  path: ReadonlyArray<PropertyKey>
): { readonly tag: string; readonly path: string } => {
  switch (issue._tag) {
    case "Pointer":
      return leafOf(issue.issue, [...path, ...issue.path])
    case "Composite":
      return leafOf(issue.issues[0], path)
    default:
      return { tag: issue._tag, path: path.map(String).join(".") }
  }
}

export const readParameters = Effect.fnUntraced(function* <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  call: Call,
  body: Uint8Array
) {
  const object = yield* readObject(call, body)
  const decoded = Schema.decodeUnknownResult(schema, { onExcessProperty: "error" })(object)
  if (Result.isSuccess(decoded)) return decoded.success
  const { tag, path } = leafOf(decoded.failure.issue, [])
  switch (tag) {
    case "MissingKey":
      return yield* refuse("MissingParameter", `The parameter ${path} is missing.`)
    case "UnexpectedKey":
      return yield* refuse("UnknownParameter", `The parameter ${path} is not known.`)
    default:
      return yield* refuse("InvalidParameterValue", decoded.failure.message.replaceAll(/\s+/g, " "))
  }
})
