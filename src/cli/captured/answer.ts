/** What a captured text says of the answer: the service's own JSON, or the error that an SDK made of it. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { brokenAt } from "../../internal/json.ts"
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

const envelopeIn = (text: string): Answer | undefined => {
  const start = text.search(/\{\s*"Response"\s*:/)
  if (start === -1) return undefined
  const rest = text.slice(start)
  return Option.getOrUndefined(
    // Up to where it is no JSON any more, which is behind the object.
    Option.map(decodeEnvelope(rest.slice(0, brokenAt(rest))), ({ Response: { Error, RequestId } }) => ({
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
