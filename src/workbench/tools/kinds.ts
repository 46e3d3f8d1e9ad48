/**
 * Kinds of job for a form: their fields, read from the JSON Schema of their requests, with the texts of `texts.ts`.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Credits from "../../job/Credits.ts"
import type * as JobKind from "../../job/JobKind.ts"
import type { Field, Kind } from "../Api.ts"
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
  if (node["type"] === "array") return "views"
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

const viewsOf = (node: Node) => valuesOf(nodeOf(nodeOf(nodeOf(node["items"])["properties"])["ViewType"]))

const defined = <A>(name: string, value: A | undefined) => (value === undefined ? {} : { [name]: value })

const fieldOf = (kind: string, path: string, node: Node, required: boolean): Field => {
  const text = texts.fields[`${kind}.${path}`] ?? texts.fields[path]
  const type = typeOf(path, node)
  const values = type === "views" ? viewsOf(node) : valuesOf(node)
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

export const kindOf = (kind: JobKind.Any): Kind => {
  const { name, query, submit, tasksAtOnce } = kind
  const { description = "", example = {}, rules = [] } = texts.kinds[name] ?? {}
  const estimate = Option.getOrUndefined(Credits.estimate(kind, {}))
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
