/** What a cassette file holds, and how one is read. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { toBytes, type Body } from "./body.ts"
import { CassetteError } from "./errors.ts"

const bodyFields = {
  body: Schema.optional(Schema.Json),
  base64: Schema.optional(Schema.String.check(Schema.isBase64()))
}

const oneBody = Schema.makeFilter(
  ({ body, base64 }: Body) => body === undefined || base64 === undefined || "Expected body or base64, got both"
)

const RecordedRequest = Schema.Struct({
  method: Schema.String,
  url: Schema.String.check(Schema.makeFilter((url) => URL.canParse(url) || "Expected an absolute URL")),
  action: Schema.optional(Schema.String),
  version: Schema.optional(Schema.String),
  region: Schema.optional(Schema.String),
  ...bodyFields
}).check(oneBody)

/** The platform's own rules: the range of the status, the form of the headers, no body with a 204. */
export const checkResponse = (response: ResponseFields): Result.Result<void, string> => {
  const { status, headers = {} } = response
  return Result.try({
    try: () => void new Response(toBytes(response).length === 0 ? null : "", { status, headers }),
    catch: (cause) => `Expected a valid HTTP response, got one that the platform refuses: ${String(cause)}`
  })
}

const RecordedResponse = Schema.Struct({
  status: Schema.Int,
  headers: Schema.optional(Schema.Record(Schema.String, Schema.String)),
  ...bodyFields
}).check(
  oneBody,
  Schema.makeFilter((response) =>
    Result.match(checkResponse(response), { onSuccess: () => true, onFailure: (why) => why })
  )
)

const Recording = Schema.Struct({
  request: RecordedRequest,
  response: Schema.optional(RecordedResponse),
  failure: Schema.optional(Schema.Literals(["timeout", "dropped"])),
  repeat: Schema.optional(Schema.Boolean)
}).check(
  Schema.makeFilter((recording) =>
    (recording.response === undefined) === (recording.failure === undefined)
      ? "Expected either a response or a failure"
      : undefined
  )
)

export const Cassette = Schema.Struct({
  version: Schema.Literal(1),
  /** For whoever reads the file, such as that it was written by hand. */
  note: Schema.optional(Schema.String),
  recordings: Schema.Array(Recording)
})

interface ResponseFields extends Body {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
}
export type RecordedRequest = typeof RecordedRequest.Type
export type RecordedResponse = typeof RecordedResponse.Type
export type Recording = typeof Recording.Type
export type Cassette = typeof Cassette.Type

const unusable = (path: string | undefined) => (cause: unknown) =>
  new CassetteError({ path, description: String(cause).replaceAll(/\s+/g, " "), cause })

export const decode = (json: unknown, path?: string): Effect.Effect<Cassette, CassetteError> =>
  Effect.mapError(Schema.decodeUnknownEffect(Cassette, { onExcessProperty: "error" })(json), unusable(path))

export const readFile = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(fs.readFileString(path), unusable(path))
  const json = yield* Effect.try({ try: (): unknown => JSON.parse(text), catch: unusable(path) })
  return yield* decode(json, path)
})
