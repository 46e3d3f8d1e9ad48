/**
 * A HAR, which browsers and proxies export: the call of Tencent Cloud's API in it.
 *
 * **Gotchas**
 *
 * - Browsers leave out `Authorization` unless they are told to keep it.
 * - Of several calls the last one that was refused counts, and the last one where none was.
 */
import * as Base64 from "effect/encoding/Base64"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { answerIn } from "./answer.ts"
import { type Answer, type Captured, type Read, refuse } from "./captured.ts"
import { type Head, readBody, requestOf, valueOf } from "./message.ts"

const Headers = Schema.Array(Schema.Struct({ name: Schema.String, value: Schema.String }))

const Entry = Schema.Struct({
  request: Schema.Struct({
    method: Schema.String,
    url: Schema.String,
    headers: Headers,
    postData: Schema.optionalKey(Schema.Struct({ text: Schema.optionalKey(Schema.String) }))
  }),
  response: Schema.optionalKey(
    Schema.Struct({
      headers: Schema.optionalKey(Headers),
      content: Schema.optionalKey(
        Schema.Struct({ text: Schema.optionalKey(Schema.String), encoding: Schema.optionalKey(Schema.String) })
      )
    })
  )
})

const decodeJson = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))
const decodeHar = Schema.decodeUnknownOption(Schema.Struct({ log: Schema.Struct({ entries: Schema.Array(Entry) }) }))

const headOf = ({ request }: typeof Entry.Type): Head => ({
  method: request.method,
  target: request.url,
  headers: request.headers
    .filter(({ name }) => !name.startsWith(":") || name === ":authority")
    .map(({ name, value }) => [name, value])
})

const answerOf = ({ response }: typeof Entry.Type): Answer | undefined => {
  const { encoding, text = "" } = response?.content ?? {}
  const content = encoding === "base64" ? Result.getOrElse(Base64.decodeString(text), () => "") : text
  const headers = (response?.headers ?? []).map(({ name, value }) => `${name}: ${value}`)
  return answerIn([...headers, content].join("\n"))
}

export const isHar = (text: string): boolean => text.trimStart().startsWith("{")

export const read = (text: string): Read<Captured> =>
  Result.gen(function* () {
    const json = decodeJson(text)
    if (Option.isNone(json))
      return yield* refuse("This begins as JSON, but is none. Export the HAR again, and give the whole file.")
    const har = decodeHar(json.value)
    if (Option.isNone(har)) {
      return yield* refuse(
        "This JSON is no HAR: it has no log.entries with requests. Give the request, not only its answer."
      )
    }
    const calls = har.value.log.entries.filter(
      (entry) =>
        /\.tencentcloudapi\.com/.test(entry.request.url) || valueOf(headOf(entry).headers, "x-tc-action") !== undefined
    )
    const call = calls.findLast((entry) => answerOf(entry)?.code !== undefined) ?? calls.at(-1)
    if (call === undefined) {
      return yield* refuse(
        `The HAR has ${har.value.log.entries.length} requests, and no call of Tencent Cloud's API: none has the header X-TC-Action.`
      )
    }
    const head = headOf(call)
    const how = 'Record the call with DevTools open from its start, and choose "Save all as HAR with content".'
    const body = yield* readBody(head, call.request.postData?.text ?? "", how)
    return { request: yield* requestOf(head, body), answer: answerOf(call) }
  })
