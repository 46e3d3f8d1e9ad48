/** JSON as values: read from text, sorted, and taken apart into leaves. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const decodeJson = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Json))

/** What JSON text says, unless that is a bare string: a string in a cassette is text. */
export const parse = (text: string): Option.Option<Schema.Json> =>
  Option.filter(Option.liftThrowable(decodeJson)(text), (json) => typeof json !== "string")

export const isArray = (json: Schema.Json): json is Schema.JsonArray => Array.isArray(json)

export const sortedEntries = (json: Schema.JsonObject): ReadonlyArray<[string, Schema.Json]> =>
  Object.entries(json).toSorted(([a], [b]) => (a < b ? -1 : 1))

export type Leaf = readonly [path: string, value: Schema.Json]

const property = (key: string) => (/^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`)

const childrenOf = ([path, json]: Leaf): ReadonlyArray<Leaf> => {
  if (typeof json !== "object" || json === null) return []
  if (isArray(json)) return json.map((value, index) => [`${path}[${index}]`, value])
  return sortedEntries(json).map(([key, value]) => [path + property(key), value])
}

/** Every scalar and every empty object or array in a JSON value, with the path that leads to it. No depth is too deep. */
export const leaves = (json: Schema.Json, path: string): ReadonlyArray<Leaf> => {
  const found: Array<Leaf> = []
  const pending: Array<Leaf> = [[path, json]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const children = childrenOf(next)
    if (children.length === 0) found.push(next)
    for (const child of children.toReversed()) pending.push(child)
  }
  return found
}
