/** What a request says, whatever kind of job it is for, and what is kept of it. */
import type * as Schema from "effect/Schema"
import { sha256 } from "../../../../internal/sha256.ts"

export type Request = Schema.Json | undefined

const isRecord = (json: Request): json is Schema.JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json)

export const field = (request: Request, name: string): Schema.Json | undefined =>
  isRecord(request) && Object.hasOwn(request, name) ? request[name] : undefined

export const textOf = (request: Request, name: string): string | undefined => {
  const value = field(request, name)
  return typeof value === "string" ? value : undefined
}

export const isSet = (request: Request, name: string): boolean => field(request, name) === true

const images = new Set(["ImageBase64", "ViewImageBase64", "Base64"])

/** More than any prompt and link has. */
const longest = 4096

/** A request in which digests stand for images and for what is as long, so that what is kept stays small. */
export const withoutImages = (json: Schema.Json, name = ""): Schema.Json => {
  if (typeof json === "string") {
    return images.has(name) || json.length > longest ? `sha256:${sha256(json)}` : json
  }
  if (Array.isArray(json)) return json.map((element: Schema.Json) => withoutImages(element))
  if (!isRecord(json)) return json
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, withoutImages(value, key)]))
}
