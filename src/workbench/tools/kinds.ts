/**
 * Kinds of job for a form: their fields, read from the JSON Schema of their requests, with the texts of `texts.ts`. And
 * the check of a request that a form made.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as CreditsOf from "../../job/Credits.ts"
import type * as JobKind from "../../job/JobKind.ts"
import type { Checked, Credits, Field, Kind } from "../Api.ts"
import * as texts from "./texts.ts"

type Node = Readonly<Record<string, unknown>>

const nodeOf = (value: unknown): Node => (Predicate.isObject(value) && !Array.isArray(value) ? value : {})
const nodes = (value: unknown): ReadonlyArray<Node> => (Array.isArray(value) ? value.map(nodeOf) : [])
const strings = (value: unknown): ReadonlyArray<string> =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : []

/** What may be left out is a union with null. */
const given = (node: Node): Node => nodes(node["anyOf"]).find(({ type }) => type !== "null") ?? node

/** A limit, which stands in the schema itself or in one of its checks. */
const limit = (node: Node, name: string): number | undefined =>
  [node, ...nodes(node["allOf"])].map((one) => one[name]).find(Predicate.isNumber)

const typeOf = (path: string, node: Node): Field["type"] => {
  if (node["type"] === "boolean") return "boolean"
  if (node["type"] === "integer" || node["type"] === "number") return "number"
  if (node["type"] === "array") return path === "MultiViewImages" ? "views" : "json"
  if (node["type"] !== "string" || path === "PartSegmentationInfo") return node["type"] === "string" ? "text" : "json"
  if (strings(node["enum"]).length > 0) return "choice"
  if (path.endsWith("Base64")) return "image"
  return path.endsWith("Url") ? "link" : "text"
}

/** Each value once, whatever its case. */
const valuesOf = (node: Node): ReadonlyArray<string> => {
  const seen = new Set<string>()
  return strings(node["enum"]).filter((value) => {
    const isNew = !seen.has(value.toLowerCase())
    seen.add(value.toLowerCase())
    return isNew
  })
}

const defined = <A>(name: string, value: A | undefined) => (value === undefined ? {} : { [name]: value })

const fieldOf = (kind: string, path: string, node: Node, required: boolean): Field => {
  const text = texts.fields[`${kind}.${path}`] ?? texts.fields[path]
  const type = typeOf(path, node)
  const values = valuesOf(node)
  return {
    path,
    type,
    required,
    description: text?.description ?? "",
    ...(values.length > 0 ? { values } : {}),
    ...defined("minimum", limit(node, "minimum")),
    ...defined("maximum", limit(node, "maximum")),
    ...(type === "text" ? defined("maxLength", limit(node, "maxLength")) : {}),
    ...defined("default", text?.default)
  }
}

const fieldsOf = (kind: string, node: Node, before = "", isNeeded = true): ReadonlyArray<Field> => {
  const needed = new Set(strings(node["required"]))
  return Object.entries(nodeOf(node["properties"])).flatMap(([name, property]) => {
    const path = `${before}${name}`
    const inner = given(nodeOf(property))
    const required = isNeeded && needed.has(name)
    return inner["type"] === "object"
      ? fieldsOf(kind, inner, `${path}.`, required)
      : [fieldOf(kind, path, inner, required)]
  })
}

const estimateOf = (kind: JobKind.Any, request: unknown) => Option.getOrUndefined(CreditsOf.estimate(kind, request))

export const kindOf = (kind: JobKind.Any): Kind => {
  const { name, query, submit, tasksAtOnce } = kind
  const { description = "", example = {}, rules = [] } = texts.kinds[name] ?? {}
  const estimate = estimateOf(kind, {})
  return {
    name,
    flag: name.toLowerCase(),
    description,
    submit: submit.action,
    query: query.action,
    tasksAtOnce,
    ...(estimate === undefined ? {} : { base: { low: estimate.low, high: estimate.high } }),
    fields: fieldsOf(name, nodeOf(Schema.toJsonSchemaDocument(submit.input).schema)),
    rules,
    example
  }
}

const creditsOf = (kind: JobKind.Any, request: unknown): Credits | undefined => {
  const estimate = estimateOf(kind, request)
  return estimate && { ...estimate, text: CreditsOf.format(estimate) }
}

const standard = SchemaIssue.makeFormatterStandardSchemaV1()

/** All that is wrong with a request, and what it costs. */
export const check = (kind: JobKind.Any, request: unknown): Checked => {
  const decoded = Schema.decodeUnknownResult(kind.submit.input, { errors: "all", onExcessProperty: "error" })(request)
  const problems = Result.isSuccess(decoded)
    ? []
    : standard(decoded.failure.issue).issues.map(({ message, path = [] }) => ({
        path: path.map((key) => String(typeof key === "object" ? key.key : key)).join("."),
        message
      }))
  return { problems, ...defined("credits", creditsOf(kind, request)) }
}
