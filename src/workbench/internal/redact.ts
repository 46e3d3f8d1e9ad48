/** Takes from a request, and from its answer, what is secret or too long to show. */
import * as Predicate from "effect/Predicate"
import * as SignedLink from "../../cloud/SignedLink.ts"

const secretHeaders = new Set(["authorization", "x-tc-token", "cookie", "set-cookie", "proxy-authorization"])

const maxText = 64 * 1024

export const headers = (all: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, secretHeaders.has(name.toLowerCase()) ? "(hidden)" : text(value)]]
    )
  )

/** A text without the queries of links and without passwords in them. */
export const text = (value: string): string => SignedLink.withoutQueries(SignedLink.mapQueries(value, () => "?…"))

/** A URL up to its query. */
export const url = (value: string): string => text(value).replace(/[?#].*/s, (end) => (end === "?…" ? end : "?…"))

const base64 = /^(?:data:[\w/+.-]+;base64,)?[\w+/=-]{512,}$/

const leaf = (value: string): string =>
  base64.test(value) ? `(${Math.floor((value.length * 3) / 4)} bytes as base64)` : text(value)

const clean = (value: unknown): unknown => {
  if (Predicate.isString(value)) return leaf(value)
  if (Array.isArray(value)) return value.map(clean)
  if (!Predicate.isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, clean(inner)]))
}

/** A body that is JSON, indented; any other as it is, up to its first 64 KiB. */
export const body = (bytes: Uint8Array): string => {
  const raw = new TextDecoder().decode(bytes)
  const shown = (() => {
    try {
      return JSON.stringify(clean(JSON.parse(raw)), undefined, 2)
    } catch {
      return text(raw)
    }
  })()
  return shown.length <= maxText ? shown : `${shown.slice(0, maxText)}… (${shown.length} characters)`
}
