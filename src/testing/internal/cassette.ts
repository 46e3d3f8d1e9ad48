/**
 * What a cassette holds, and the pure half of `Replay`: how a request is
 * described, compared and freed of secrets. No effects here.
 */
import * as Base64 from "effect/encoding/Base64"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

// -----------------------------------------------------------------------------
// The file
// -----------------------------------------------------------------------------

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

const RecordedResponse = Schema.Struct({
  status: Schema.Int,
  headers: Schema.optional(Schema.Record(Schema.String, Schema.String)),
  ...bodyFields
}).check(
  oneBody,
  // The platform's own rules: the range of the status, the form of the headers, no body with a 204.
  Schema.makeFilter((response) =>
    Result.match(
      Result.try(() => toWeb(response)),
      {
        onSuccess: () => undefined,
        onFailure: (cause) => `Expected a valid HTTP response, got one that the platform refuses: ${String(cause)}`
      }
    )
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
  recordings: Schema.Array(Recording)
})

interface Body {
  readonly body?: Schema.Json | undefined
  readonly base64?: string | undefined
}
type RecordedRequest = typeof RecordedRequest.Type
export type RecordedResponse = typeof RecordedResponse.Type
export type Recording = typeof Recording.Type
export type Cassette = typeof Cassette.Type

// -----------------------------------------------------------------------------
// To and from HTTP
// -----------------------------------------------------------------------------

/** Of an answer's headers those that say how to read it, when to come back, and what the service's clock shows. */
const keptHeaders = ["content-type", "date", "retry-after"]

export const fromRequest = (request: HttpClientRequest.HttpClientRequest, url: URL): RecordedRequest => ({
  method: request.method,
  url: withoutQuery(url),
  action: request.headers["x-tc-action"],
  version: request.headers["x-tc-version"],
  region: request.headers["x-tc-region"],
  ...(request.body._tag === "Uint8Array" ? toBody(request.body.body) : {})
})

export const fromResponse = (
  status: number,
  headers: Readonly<Record<string, string | undefined>>,
  bytes: Uint8Array
): RecordedResponse => ({
  status,
  headers: Object.fromEntries(
    keptHeaders.flatMap((name) => {
      const value = headers[name]
      return value === undefined ? [] : [[name, value]]
    })
  ),
  ...toBody(bytes)
})

export const toWeb = ({ status, headers, body, base64 }: RecordedResponse): Response => {
  const bytes =
    base64 !== undefined
      ? new Uint8Array(Result.getOrThrow(Base64.decode(base64)))
      : body !== undefined
        ? new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body))
        : null
  return new Response(bytes, { status, headers: headers ?? {} })
}

/** JSON as a value where that loses nothing, other text as a string, the rest as base64. Links lose their query. */
const toBody = (bytes: Uint8Array): Body => {
  if (bytes.length === 0) return {}
  const decoded = Result.try(() => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes))
  if (Result.isFailure(decoded)) return { base64: Base64.encode(bytes) }
  const text = decoded.success
  const json = parse(text).pipe(
    Option.filter((json) => !losesDigits(json)),
    // JSON that is nested ten thousand deep overflows the stack here. It is as well kept as text.
    Option.flatMap(Option.liftThrowable(tidy))
  )
  return { body: Option.getOrElse(json, () => redactLinks(text)) }
}

const decodeJson = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Json))

/** What JSON text says, unless that is a bare string: a string in a cassette is text. */
const parse = (text: string): Option.Option<Schema.Json> =>
  Option.filter(Option.liftThrowable(decodeJson)(text), (json) => typeof json !== "string")

/** Whether it holds a number that JavaScript would write back as another one. */
const losesDigits = (json: Schema.Json) =>
  leaves(json, "").some(([, leaf]) => Number.isInteger(leaf) && !Number.isSafeInteger(leaf))

/** The same JSON with sorted keys, so that a new recording is a small diff, and redacted links. */
const tidy = (json: Schema.Json): Schema.Json => {
  if (typeof json === "string") return redactLinks(json)
  if (typeof json !== "object" || json === null) return json
  if (isArray(json)) return json.map(tidy)
  return Object.fromEntries(sorted(json).map(([key, value]) => [key, tidy(value)]))
}

const isArray = (json: Schema.Json): json is Schema.JsonArray => Array.isArray(json)

const sorted = (json: Schema.JsonObject) => Object.entries(json).toSorted(([a], [b]) => (a < b ? -1 : 1))

// -----------------------------------------------------------------------------
// Links
// -----------------------------------------------------------------------------

const withoutQuery = (url: URL) => `${url.protocol}//${url.host}${url.pathname}`

/** Rewrites what follows the `?` of every link in a text, and drops its user name and password. */
const mapQueries = (text: string, f: (query: string) => string) =>
  text.replace(/https?:\/\/[^\s"'<>]+/gi, (link) => {
    const [base = "", ...query] = link.replace(/^([^/]+\/\/)[^/?#]*@/, "$1").split("?")
    return query.length === 0 ? base : base + f(query.join("?"))
  })

/** A link without its signature, but with the times from which its expiry is read. */
const redactLinks = (text: string) =>
  mapQueries(text, (query) => {
    const times = /q-sign-time=\d{1,12}(?:%3B|;)\d{1,12}/i.exec(query)
    // A link in JSON inside JSON ends in the backslash of an escaped quote.
    const escape = query.endsWith("\\") ? "\\" : ""
    return `?${times === null ? "" : `${times[0]}&`}redacted${escape}`
  })

// -----------------------------------------------------------------------------
// Comparing
// -----------------------------------------------------------------------------

type Leaf = readonly [path: string, value: Schema.Json]

/** Every scalar and every empty object or array in a JSON value, with the path that leads to it. No depth is too deep. */
const leaves = (json: Schema.Json, path: string): ReadonlyArray<Leaf> => {
  const found: Array<Leaf> = []
  const pending: Array<Leaf> = [[path, json]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const children = childrenOf(next)
    if (children.length === 0) found.push(next)
    for (const child of children.toReversed()) pending.push(child)
  }
  return found
}

const childrenOf = ([path, json]: Leaf): ReadonlyArray<Leaf> => {
  if (typeof json !== "object" || json === null) return []
  if (isArray(json)) return json.map((value, index) => [`${path}[${index}]`, value])
  return sorted(json).map(([key, value]) => [path + property(key), value])
}

const property = (key: string) => (/^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`)

/** What is compared of a request, in order of importance; the values in the body as JSON. */
export type Fields = ReadonlyMap<string, string | undefined>

export const fields = (request: RecordedRequest): Fields =>
  new Map([
    ["method", request.method],
    ["url", withoutQuery(new URL(request.url))],
    ["action", request.action],
    ["version", request.version],
    ["region", request.region],
    ...bodyLeaves(request).map(([path, leaf]): [string, string] => [
      path,
      JSON.stringify(typeof leaf === "string" ? mapQueries(leaf, () => "") : leaf)
    ])
  ])

const bodyLeaves = ({ body, base64 }: Body): ReadonlyArray<Leaf> => {
  if (base64 !== undefined) return [["base64", base64]]
  if (body === undefined) return []
  return leaves(typeof body === "string" ? Option.getOrElse(parse(body), () => body) : body, "body")
}

/** The names of the fields in which two requests differ; of equal requests there are none. */
export const differences = (a: Fields, b: Fields): ReadonlyArray<string> =>
  [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name))

export const describe = ({ method, url, action }: RecordedRequest) =>
  `${method} ${withoutQuery(new URL(url))}${action === undefined ? "" : ` (${action})`}`

// -----------------------------------------------------------------------------
// Secrets
// -----------------------------------------------------------------------------

/** The secret id and the token that a request was signed with. The secret key is never in a request. */
export const credentialIn = (headers: Readonly<Record<string, string | undefined>>): ReadonlyArray<string> =>
  [/Credential=([^/,\s]+)/.exec(headers["authorization"] ?? "")?.[1], headers["x-tc-token"]].filter(
    // Shorter ones are stand-ins of tests and would be found everywhere.
    (secret): secret is string => secret !== undefined && secret.length >= 8
  )

const secretShapes = [
  // Not inside a long base64 run, where these four letters turn up by chance.
  /AKID(?<![0-9A-Za-z+/]{40}AKID)[0-9A-Za-z]{13}/,
  /q-ak(?:=|%3D)/i,
  /q-signature(?:=|%3D)/i,
  /x-cos-security-token/i,
  /Signature=[0-9a-f]{64}/i
]
const secretNames = /\.(?:(?:tmp_?)?secret_?key|(?:(?:session|security|web_?identity)_?)?token)$/i
const bytes = /^recordings\[\d+\]\.(?:request|response)\.base64$/

/** Where the text of a cassette holds a secret: the path, never the secret. */
export const findSecret = (text: string, known: ReadonlySet<string>): string | undefined => {
  const isSecret = (text: string) =>
    secretShapes.some((shape) => shape.test(text)) || [...known].some((secret) => text.includes(secret))
  for (const [path, leaf] of leaves(decodeJson(text), "")) {
    const at = path.slice(1)
    if (isSecret(at)) return at.slice(0, at.indexOf("]") + 1)
    if (typeof leaf !== "string" || leaf === "") continue
    if (secretNames.test(at) || isSecret(bytes.test(at) ? atob(leaf) : leaf)) return at
  }
  return undefined
}
