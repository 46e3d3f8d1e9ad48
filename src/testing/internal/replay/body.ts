/** The body of a request or a response, as a cassette holds it and as bytes. */
import * as Base64 from "effect/encoding/Base64"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as SignedLink from "../../../cloud/SignedLink.ts"
import { isArray, leaves, parse, sortedEntries } from "./json.ts"

export interface Body {
  readonly body?: Schema.Json | undefined
  readonly base64?: string | undefined
}

/** Whether it holds a number that JavaScript would write back as another one. */
const losesDigits = (json: Schema.Json) =>
  leaves(json, "").some(([, leaf]) => Number.isInteger(leaf) && !Number.isSafeInteger(leaf))

/** The same JSON with sorted keys, so that a new recording is a small diff, and redacted links. */
const tidy = (json: Schema.Json): Schema.Json => {
  if (typeof json === "string") return SignedLink.redact(json)
  if (typeof json !== "object" || json === null) return json
  if (isArray(json)) return json.map(tidy)
  return Object.fromEntries(sortedEntries(json).map(([key, value]) => [key, tidy(value)]))
}

/** JSON as a value where that loses nothing, other text as a string, the rest as base64. Links lose their query. */
export const toBody = (bytes: Uint8Array): Body => {
  if (bytes.length === 0) return {}
  const decoded = Result.try(() => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes))
  if (Result.isFailure(decoded)) return { base64: Base64.encode(bytes) }
  const text = decoded.success
  const json = parse(text).pipe(
    Option.filter((json) => !losesDigits(json)),
    // JSON that is nested ten thousand deep overflows the stack here. It is as well kept as text.
    Option.flatMap(Option.liftThrowable(tidy))
  )
  return { body: Option.getOrElse(json, () => SignedLink.redact(text)) }
}

/** Throws where a body written by hand is nested too deep to be written as JSON. */
export const toBytes = ({ body, base64 }: Body): Uint8Array => {
  if (base64 !== undefined) return Result.getOrThrow(Base64.decode(base64))
  if (body === undefined) return new Uint8Array()
  return new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body))
}
