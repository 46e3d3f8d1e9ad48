/** What a captured text says of the answer: the service's own JSON, or the error that an SDK made of it. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Answer } from "./captured.ts"

const decodeEnvelope = Schema.decodeUnknownOption(
  Schema.fromJsonString(
    Schema.Struct({
      Response: Schema.Struct({
        Error: Schema.optionalKey(Schema.Struct({ Code: Schema.String, Message: Schema.String })),
        RequestId: Schema.optionalKey(Schema.String)
      })
    })
  )
)

/** The JSON object that begins at a place of a text, up to its last brace. */
const objectAt = (text: string, start: number): string => {
  let depth = 0
  let isInString = false
  for (let at = start; at < text.length; at++) {
    const character = text[at]
    if (isInString && character === "\\") at++
    else if (character === '"') isInString = !isInString
    else if (!isInString && character === "{") depth++
    else if (!isInString && character === "}" && --depth === 0) return text.slice(start, at + 1)
  }
  return ""
}

const envelopeIn = (text: string): Answer | undefined => {
  const start = text.search(/\{\s*"Response"\s*:/)
  if (start === -1) return undefined
  return Option.getOrUndefined(
    Option.map(decodeEnvelope(objectAt(text, start)), ({ Response: { Error, RequestId } }) => ({
      code: Error?.Code,
      message: Error?.Message,
      requestId: RequestId
    }))
  )
}

/** The SDKs write `code:…` with colons (Python, Node, tccli) or `Code=…` with commas (Go, Java). */
const sdkError = /\bcode[:=] ?([\w.]{1,100}),?\s+message[:=] ?([^\r\n]{0,2000}?),?\s+requestid[:=] ?([\w-]{1,100})/i

const sdkErrorIn = (text: string): Answer | undefined => {
  const [, code, message, requestId] = sdkError.exec(text) ?? []
  return code === undefined ? undefined : { code, message, requestId }
}

/** HTTP's date, in a header or in what a program printed of one. */
const dateHeader = /\bdate["']?: ?["']?([A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT)/i

/** The answer in what comes behind a request, if there is one. */
export const answerIn = (text: string): Answer | undefined => {
  const [, date] = dateHeader.exec(text) ?? []
  const said = envelopeIn(text) ?? sdkErrorIn(text)
  return said === undefined && date === undefined ? undefined : { ...said, date }
}
