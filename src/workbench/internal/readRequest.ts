/** Reads a request that the page sends: its kind, its fields by the kind's schema, and what it costs. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as Credits from "../../job/Credits.ts"
import type * as JobKind from "../../job/JobKind.ts"
import { Kinds } from "../../job/Kinds.ts"
import { type Checked, NotFound } from "../Api.ts"

export type Fields = Readonly<Record<string, Schema.Json>>

export const readKind = Effect.fnUntraced(function* (name: string) {
  const kinds = yield* Kinds
  const kind = kinds.find((each) => each.name.toLowerCase() === name.toLowerCase())
  return kind ?? (yield* new NotFound({ message: `There is no kind ${JSON.stringify(name.slice(0, 100))}.` }))
})

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    if (issue._tag === "MissingKey") return "This kind of job needs it. Add it."
    if (issue._tag === "UnexpectedKey") return "This kind of job does not have it. Leave it out, or correct its name."
    return SchemaIssue.defaultLeafHook(issue)
  }
})

/** What is wrong with a request, each with its field. */
export const problemsOf = (error: Schema.SchemaError): Checked["problems"] =>
  format(error.issue).issues.map(({ message, path = [] }) => ({
    path: path.map((key) => String(typeof key === "object" ? key.key : key)).join("."),
    message
  }))

/** The request as the library takes it. */
export const decode = (kind: JobKind.Any, fields: Fields) =>
  Schema.decodeUnknownEffect(kind.submit.input, { onExcessProperty: "error", errors: "all" })(fields)

/** What it costs, where the price list says it. */
export const creditsOf = (kind: JobKind.Any, request: unknown): Checked["credits"] =>
  Option.getOrUndefined(
    Option.map(Credits.estimate(kind, request), (estimate) => ({ ...estimate, text: Credits.format(estimate) }))
  )

/** In a few words, what is submitted. */
export const titleOf = ({ Prompt }: Fields): string | undefined =>
  typeof Prompt === "string" && Prompt.trim() !== "" ? [...Prompt.trim()].slice(0, 80).join("") : undefined
