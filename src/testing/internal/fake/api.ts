/**
 * The API of the fake service: who calls, how often, what for, and with which
 * parameters; each check refuses with the code that the service documents for it.
 */
import * as ByteSize from "effect/ByteSize"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Predicate from "effect/Predicate"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaIssue from "effect/SchemaIssue"
import type * as Credentials from "../../../cloud/Credentials.ts"
import * as Tc3 from "../../../cloud/Tc3.ts"
import * as JobKind from "../../../job/JobKind.ts"
import type * as Fake from "../../Fake.ts"
import * as model from "./model.ts"
import * as storage from "./storage.ts"

const version = "2023-09-01"
/** The last one is not documented, but observed. */
const regions: ReadonlyArray<string> = ["ap-singapore", "na-siliconvalley", "eu-frankfurt"]
/** How far a timestamp may be off, in seconds. */
const maxSkew = 300
/** In bytes. */
const maxRequestSize = 10 * 1024 * 1024

export interface Refusal {
  readonly code: string
  readonly message: string
}

const refuse = (code: string, message: string): Effect.Effect<never, Refusal> => Effect.fail({ code, message })

/** A request, taken apart. */
export interface Call {
  readonly method: string
  /** As in the `Host` header. */
  readonly host: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Result.Result<Uint8Array, Refusal>
}

const readBody = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<Uint8Array, Refusal> => {
  const tooLarge = refuse("RequestSizeLimitExceeded", "The request is larger than 10 MiB.")
  return request.arrayBuffer.pipe(
    Effect.provideService(HttpServerRequest.MaxBodySize, ByteSize.bytes(maxRequestSize)),
    Effect.catch(({ reason }) =>
      reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
        ? tooLarge
        : refuse("InvalidRequest", "The body could not be read.")
    ),
    // In memory a body is there already, and no limit was applied.
    Effect.flatMap((buffer) => (buffer.byteLength > maxRequestSize ? tooLarge : Effect.succeed(new Uint8Array(buffer))))
  )
}

export const readCall = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<Call> =>
  Effect.map(Effect.result(readBody(request)), (body) => {
    const { headers, method, url } = request
    const [, path = "", query = ""] = /^([^?]*)\??(.*)$/s.exec(url) ?? []
    return { method, host: headers["host"] ?? "", path, query, headers, body }
  })

const header = (call: Call, name: string): Effect.Effect<string, Refusal> => {
  const value = call.headers[name.toLowerCase()]
  return value === undefined ? refuse("MissingParameter", `The header ${name} is missing.`) : Effect.succeed(value)
}

const authenticate = Effect.fnUntraced(function* (
  call: Call,
  body: Uint8Array,
  credential: Credentials.Credential,
  now: number
) {
  const { authorization } = call.headers
  if (authorization === undefined) {
    return yield* refuse(
      "AuthFailure.InvalidAuthorization",
      "The header Authorization is missing. Sign with TC3-HMAC-SHA256; the older form with a parameter Signature is not modelled."
    )
  }
  const parsed = Tc3.parseAuthorization(authorization)
  if (Result.isFailure(parsed)) {
    return yield* refuse("AuthFailure.InvalidAuthorization", `${parsed.failure.message}.`)
  }
  const { secretId, service } = parsed.success
  const timestamp = yield* header(call, "X-TC-Timestamp")
  if (!/^[0-9]{1,12}$/.test(timestamp)) {
    return yield* refuse("InvalidParameter", "The header X-TC-Timestamp must be the Unix time in whole seconds.")
  }
  if (secretId !== credential.secretId) {
    return yield* refuse(
      "AuthFailure.SecretIdNotFound",
      "The secret id is not known. Look for mistypes and white space."
    )
  }
  const ahead = Number(timestamp) - Math.floor(now / 1000)
  if (Math.abs(ahead) > maxSkew) {
    return yield* refuse(
      "AuthFailure.SignatureExpire",
      `The timestamp is ${Math.abs(ahead)} seconds ${ahead > 0 ? "ahead of" : "behind"} the service's clock, more than ${maxSkew}.`
    )
  }
  const hostname = call.host.replace(/:[0-9]*$/, "")
  if (service !== "hunyuan" && service !== call.host.split(".")[0]) {
    return yield* refuse(
      "AuthFailure.SignatureFailure",
      "The service in the credential scope must be hunyuan, or the first label of the host that is called."
    )
  }
  // The official SDKs sign the host without its port.
  const isSigned = [call.host, hostname].some((host) =>
    Tc3.verify({
      ...call,
      host,
      payload: body,
      authorization: parsed.success,
      timestamp: Number(timestamp),
      credential
    })
  )
  if (!isSigned) {
    return yield* refuse(
      "AuthFailure.SignatureFailure",
      "The signature does not fit what was received. Check the secret key, that content-type and host are signed as they " +
        "are sent, that the date in the scope is the UTC date of the timestamp, and that nothing was changed after signing."
    )
  }
  const token = credential.token === undefined ? undefined : Redacted.value(credential.token)
  if (call.headers["x-tc-token"] !== token) {
    return yield* refuse(
      "AuthFailure.TokenFailure",
      token === undefined
        ? "A token was sent with a key pair that has none."
        : "The token is missing or is not that of the key pair."
    )
  }
})

/** Reads the parameters; what is wrong with them is told in the words of the schema. */
const parameters = Effect.fnUntraced(function* <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  call: Call,
  body: Uint8Array
) {
  if (!/^application\/json\s*(?:;|$)/i.test(call.headers["content-type"] ?? "")) {
    return yield* refuse("InvalidParameter", "The content type must be application/json; others are not modelled.")
  }
  const json = yield* Effect.try({
    try: (): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)),
    catch: (): Refusal => ({ code: "InvalidParameter", message: "The body is not JSON in UTF-8." })
  })
  if (!Predicate.isObject(json)) {
    return yield* refuse("InvalidParameter", "The body must be a JSON object.")
  }
  const decoded = Schema.decodeUnknownResult(schema, { onExcessProperty: "error" })(json)
  if (Result.isSuccess(decoded)) return decoded.success
  const { tag, path } = leaf(decoded.failure.issue, [])
  switch (tag) {
    case "MissingKey":
      return yield* refuse("MissingParameter", `The parameter ${path} is missing.`)
    case "UnexpectedKey":
      return yield* refuse("UnknownParameter", `The parameter ${path} is not known.`)
    default:
      return yield* refuse("InvalidParameterValue", decoded.failure.message.replaceAll(/\s+/g, " "))
  }
})

const leaf = (
  issue: SchemaIssue.Issue,
  path: ReadonlyArray<PropertyKey>
): { readonly tag: string; readonly path: string } => {
  switch (issue._tag) {
    case "Pointer":
      return leaf(issue.issue, [...path, ...issue.path])
    case "Composite":
      return leaf(issue.issues[0], path)
    default:
      return { tag: issue._tag, path: path.map(String).join(".") }
  }
}

const actions = new Map(
  JobKind.all.flatMap((kind): ReadonlyArray<readonly [string, { kind: JobKind.Any; submits: boolean }]> => [
    [kind.submit.action, { kind, submits: true }],
    [kind.query.action, { kind, submits: false }]
  ])
)

/** What is answered, and the code when it is a refusal. */
export interface Served {
  readonly response: HttpServerResponse.HttpServerResponse
  readonly code?: string | undefined
}

/** The envelope of an answer or a refusal; both have status 200. */
export const envelope = (result: Result.Result<object, Refusal>, requestId: string): Served =>
  Result.match(result, {
    onSuccess: (fields) => ({
      response: HttpServerResponse.jsonUnsafe({ Response: { ...fields, RequestId: requestId } })
    }),
    onFailure: ({ code, message }) => ({
      code,
      response: HttpServerResponse.jsonUnsafe({
        Response: { Error: { Code: code, Message: message }, RequestId: requestId }
      })
    })
  })

export interface Api {
  /** The fields of the answer, or the refusal. `origin` is where result files are served. */
  readonly answer: (call: Call, origin: string) => Effect.Effect<object, Refusal>
  readonly clear: () => void
}

export const makeApi = (
  jobs: model.Jobs,
  credential: Credentials.Credential,
  { slotsFull, requestsPerSecond = 20 }: Fake.Options
): Api => {
  /** For each action, when the calls of the last second came. */
  const admitted = new Map<string, ReadonlyArray<number>>()

  const admit = (action: string, now: number): boolean => {
    const recent = (admitted.get(action) ?? []).filter((time) => Math.abs(now - time) < 1000)
    const isAdmitted = recent.length < requestsPerSecond
    admitted.set(action, isAdmitted ? [...recent, now] : recent)
    return isAdmitted
  }

  const answer = Effect.fnUntraced(function* (call: Call, origin: string) {
    const now = yield* Clock.currentTimeMillis
    const random = yield* Random.Random
    if (call.method !== "POST") {
      return yield* refuse("UnsupportedProtocol", "Only POST is modelled.")
    }
    const body = yield* Effect.fromResult(call.body)
    yield* authenticate(call, body, credential, now)
    const name = yield* header(call, "X-TC-Action")
    const action = actions.get(name)
    if (action === undefined) {
      return yield* refuse("InvalidAction", `The action ${name} does not exist, or is not modelled.`)
    }
    if (!admit(name, now)) {
      return yield* refuse(
        "RequestLimitExceeded",
        `More than ${requestsPerSecond} calls of ${name} within one second. Call it less often.`
      )
    }
    if ((yield* header(call, "X-TC-Version")) !== version) {
      return yield* refuse("NoSuchVersion", `The version must be ${version}.`)
    }
    const region = yield* header(call, "X-TC-Region")
    if (!regions.includes(region)) {
      return yield* refuse("UnsupportedRegion", `The region must be one of ${regions.join(", ")}.`)
    }
    const { kind } = action
    if (action.submits) {
      yield* parameters(kind.submit.input, call, body)
      if (slotsFull === "refuse" && !jobs.hasFreeSlot(kind, now)) {
        return yield* refuse(
          "RequestLimitExceeded.JobNumExceed",
          "All task slots of this kind of job are taken. Submit again when a job has ended."
        )
      }
      return { JobId: jobs.add({ kind, region }, now, random).id }
    }
    const { JobId } = yield* parameters(kind.query.input, call, body)
    const job = jobs.find(JobId, now)
    if (job === undefined || job.kind !== kind || job.region !== region) {
      return yield* refuse(
        "FailedOperation.JobNotFound",
        `There is no job ${JobId} of this kind in ${region}. Ids live 24 hours, and only in the region of the submit.`
      )
    }
    const status = model.status(job, now)
    const failure = status === "FAIL" && job.outcome !== "DONE" ? job.outcome : { code: "", message: "" }
    return {
      ErrorCode: failure.code,
      ErrorMessage: failure.message,
      ...(status === "DONE" ? { ResultCreditConsumed: 20 } : {}),
      ResultFile3Ds: status === "DONE" ? storage.resultFiles(job, origin) : [],
      Status: status
    }
  })

  return { answer, clear: () => admitted.clear() }
}
