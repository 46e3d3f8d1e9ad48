/** Requests, cassettes, a file system in memory and a network for the tests of Replay. */
import { assert } from "@effect/vitest"
import { Cause, ConfigProvider, Effect, Exit, FileSystem, Layer, PlatformError, Schema } from "effect"
import { HttpClient, HttpClientError, HttpClientRequest, HttpClientResponse } from "effect/http"
import * as fc from "fast-check"
import * as Replay from "../../../../src/testing/Replay.ts"
import { jsonText } from "../../../support/arbitraries.ts"

export const endpoint = "https://hunyuan.intl.tencentcloudapi.com/"

export interface Call {
  readonly url?: string
  readonly action?: string
  readonly version?: string
  readonly region?: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** A request as `TencentCloud` sends it. */
export const request = (call: Call = {}) =>
  HttpClientRequest.post(call.url ?? endpoint, {
    headers: {
      "x-tc-action": call.action ?? "QueryHunyuanTo3DProJob",
      "x-tc-version": call.version ?? "2023-09-01",
      "x-tc-region": call.region ?? "ap-singapore",
      ...call.headers
    }
  }).pipe(HttpClientRequest.bodyJsonUnsafe("body" in call ? call.body : { JobId: "1375367755519696896" }))

/** The same request as a cassette holds it. */
export const recorded = (call: Call = {}) => ({
  method: "POST",
  url: call.url ?? endpoint,
  action: call.action ?? "QueryHunyuanTo3DProJob",
  version: call.version ?? "2023-09-01",
  region: call.region ?? "ap-singapore",
  body: "body" in call ? call.body : { JobId: "1375367755519696896" }
})

export const answered = (body: unknown, call?: Call) => ({ request: recorded(call), response: { status: 200, body } })

export const cassette = (...recordings: ReadonlyArray<unknown>) => ({ version: 1, recordings })

export const json = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.flatMap(HttpClient.execute(request), (response) => response.json)

export const text = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.flatMap(HttpClient.execute(request), (response) => response.text)

export const status = (value: unknown) =>
  Schema.decodeUnknownSync(Schema.Struct({ Response: Schema.Struct({ Status: Schema.String }) }))(value).Response.Status

export const deep = "[".repeat(20_000) + "]".repeat(20_000)

export const anyUrl = fc
  .tuple(fc.constantFrom("host", "host:8080", "me:secret@host"), fc.array(fc.string(), { maxLength: 3 }))
  .map(([host, parts]) => `https://${host}/${parts.map(encodeURIComponent).join("?")}`)

export const mismatchOf = (error: unknown): Replay.ReplayMismatch => {
  assert.instanceOf(error, HttpClientError.HttpClientError)
  assert.instanceOf(error.cause, Replay.ReplayMismatch)
  return error.cause
}

/** How a request against a cassette fails. */
export const mismatch = (recordings: ReadonlyArray<unknown>, sent: HttpClientRequest.HttpClientRequest) =>
  HttpClient.execute(sent).pipe(
    Effect.flip,
    Effect.map(mismatchOf),
    Effect.provide(Replay.layer(cassette(...recordings), { allowUnused: true }))
  )

export const defectOf = <A, E>(exit: Exit.Exit<A, E>) => {
  assert(Exit.isFailure(exit))
  const die = exit.cause.reasons.find(Cause.isDieReason)
  return die?.defect
}

/** A file system with one folder, `test`, and a record of what it was told to do. */
export const makeFiles = (initial: Record<string, string> = {}) => {
  const files = new Map(Object.entries(initial))
  const missing = (method: string, path: string) =>
    PlatformError.systemError({ module: "FileSystem", method, _tag: "NotFound", pathOrDescriptor: path })
  const layer = FileSystem.layerNoop({
    readFileString: (path) => {
      const text = files.get(path)
      return text === undefined ? Effect.fail(missing("readFileString", path)) : Effect.succeed(text)
    },
    writeFileString: (path, text) =>
      path.startsWith("test/")
        ? Effect.sync(() => void files.set(path, text))
        : Effect.fail(missing("writeFileString", path)),
    rename: (from, to) =>
      Effect.sync(() => {
        files.set(to, files.get(from) ?? "")
        files.delete(from)
      }),
    remove: (path) => Effect.sync(() => void files.delete(path))
  })
  return { files, layer }
}

export const openFile = (content: string) =>
  json(request()).pipe(
    Effect.provide(Replay.layerFile("test/a.json").pipe(Layer.provide(makeFiles({ "test/a.json": content }).layer)))
  )

export const cassetteErrorOf = (error: unknown): Replay.CassetteError => {
  assert.instanceOf(error, Replay.CassetteError)
  return error
}

export const network = (answer: (request: HttpClientRequest.HttpClientRequest) => Effect.Effect<Response, unknown>) =>
  Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request) =>
      answer(request).pipe(
        Effect.map((response) => HttpClientResponse.fromWeb(request, response)),
        Effect.mapError(
          (cause) =>
            new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError({ request, cause }) })
        )
      )
    )
  )

export const answering = (...responses: ReadonlyArray<BodyInit | Response>) => {
  const left = [...responses]
  return network(() =>
    Effect.sync(() => {
      const next = left.shift() ?? "none left"
      return next instanceof Response ? next : new Response(next, { headers: { "content-type": "application/json" } })
    })
  )
}

export interface Studio {
  readonly below: Layer.Layer<HttpClient.HttpClient>
  readonly files?: ReturnType<typeof makeFiles>
  readonly provider?: ConfigProvider.ConfigProvider
}

export const noVariables = ConfigProvider.fromEnv({ env: {} })

export const recorder = ({ below, files = makeFiles(), provider = noVariables }: Studio) =>
  Replay.layerRecord("test/a.json").pipe(Layer.provide([below, files.layer, ConfigProvider.layer(provider)]))

/** Runs a program over a recorder and gives back its exit and the files. */
export const recording = Effect.fnUntraced(function* <A, E>(
  below: Layer.Layer<HttpClient.HttpClient>,
  program: Effect.Effect<A, E, HttpClient.HttpClient>,
  initial?: Record<string, string>
) {
  const files = makeFiles(initial)
  const exit = yield* Effect.exit(Effect.provide(program, recorder({ below, files })))
  return { exit, files: Object.fromEntries(files.files), text: files.files.get("test/a.json") ?? "" }
})

export const signed = (body: unknown = { JobId: "1" }, secretId = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA") =>
  request({
    body,
    headers: {
      authorization: `TC3-HMAC-SHA256 Credential=${secretId}/2026-04-07/hunyuan/tc3_request, SignedHeaders=content-type;host, Signature=${"0a".repeat(32)}`,
      "x-tc-token": "temporary-token-of-the-session",
      "x-tc-timestamp": "1775554903",
      "x-tc-language": "en-US",
      traceparent: "00-trace-span-01"
    }
  })

export const parse = (text: string) => Schema.decodeUnknownSync(Schema.fromJsonString(Replay.Cassette))(text)

/** Any bytes, text or JSON. */
export const anyBytes = fc.oneof(
  fc.uint8Array(),
  fc.string({ unit: "binary" }).map((text) => new TextEncoder().encode(text)),
  jsonText().map((text) => new TextEncoder().encode(text))
)

/** JSON text as what it means, since a cassette keeps no white space. */
export const sameJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export const recordingErrorOf = (error: unknown): Replay.RecordingError => {
  assert.instanceOf(error, Replay.RecordingError)
  return error
}
