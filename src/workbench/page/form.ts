/**
 * The form of a request: what a person typed, and the request that it stands for.
 *
 * A field that is empty is left out of the request, so that the service takes its default.
 */
import type { Field, Kind } from "../Api.ts"
import type { Json, Request } from "./client.ts"

/** What was typed, by the path of the field. */
export type Draft = Readonly<Record<string, Json>>

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Puts a value to its place, such as `File3D.Url`. */
const put = (request: Request, [name = "", ...rest]: ReadonlyArray<string>, value: Json): Request => {
  const inner = request[name]
  return { ...request, [name]: rest.length === 0 ? value : put(isObject(inner) ? inner : {}, rest, value) }
}

const take = (request: Json | undefined, path: ReadonlyArray<string>): Json | undefined =>
  path.reduce<Json | undefined>((value, name) => (isObject(value) ? value[name] : undefined), request)

const isEmpty = (value: Json | undefined) =>
  value === undefined || value === "" || value === false || (Array.isArray(value) && value.length === 0)

/** A number that was typed as one, and any other text as it is, for the server to say what is wrong with it. */
const valueOf = ({ type }: Field, value: Json): Json => {
  if (type === "number" && typeof value === "string") {
    const number = Number(value)
    return Number.isFinite(number) && value.trim() !== "" ? number : value
  }
  return value
}

export const requestOf = (kind: Kind, draft: Draft): Request => {
  let request: Request = {}
  for (const field of kind.fields) {
    const value = draft[field.path]
    if (value !== undefined && !isEmpty(value)) request = put(request, field.path.split("."), valueOf(field, value))
  }
  return request
}

/** What a form shows for a request. */
export const draftOf = (kind: Kind, request: Request): Draft =>
  Object.fromEntries(
    kind.fields.flatMap(({ path }) => {
      const value = take(request, path.split("."))
      return value === undefined ? [] : [[path, value]]
    })
  )

const views = (value: Json | undefined) => (Array.isArray(value) ? value.filter(isObject) : [])

/** The image of one view, as base64 or a link; both are missing where the view has none. */
export const viewOf = (value: Json | undefined, name: string): Request =>
  views(value).find(({ ViewType }) => ViewType === name) ?? {}

/** The views with another image for one of them; `image` is empty where the view is to have none. */
export const withView = (
  value: Json | undefined,
  name: string,
  field: "ViewImageBase64" | "ViewImageUrl",
  image: Json
): ReadonlyArray<Json> => [
  ...views(value).filter(({ ViewType }) => ViewType !== name),
  ...(isEmpty(image) ? [] : [{ ViewType: name, [field]: image }])
]

/** The problems of one field, and of what is inside it. */
export const problemsOf = <P extends { readonly path: string }>(
  problems: ReadonlyArray<P>,
  path: string
): ReadonlyArray<P> => problems.filter((problem) => problem.path === path || problem.path.startsWith(`${path}.`))
