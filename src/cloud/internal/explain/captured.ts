/**
 * Reads a request as it was captured. It takes more than `Tc3.parseAuthorization` does: what a service refuses for its
 * form may be the very mistake that is looked for.
 */
import * as Result from "effect/Result"
import { algorithm, trimmedHeaders, type Request } from "../canonical.ts"
import type { Unreadable } from "./explanation.ts"

/** An `Authorization` header, as far as it can be read. */
interface CapturedAuthorization {
  readonly secretId: string
  readonly date: string
  /** Undefined where the scope has too few parts. */
  readonly service: string | undefined
  readonly terminator: string
  /** As it is written. */
  readonly signedHeaders: string
  /** As it is written: 64 hexadecimal digits. */
  readonly signature: string
  /** Whether the header is in the form that a service takes, the case of its signature aside. */
  readonly isWellFormed: boolean
}

export interface Captured {
  readonly request: Request
  /** Trimmed; names in lower case, values as they were sent. */
  readonly headers: ReadonlyMap<string, string>
  /** As they were sent: without what was trimmed off a name, in the order of the request. */
  readonly spellings: ReadonlyMap<string, string>
  readonly authorization: CapturedAuthorization
  /** `X-TC-Timestamp`, as it was sent. */
  readonly timestamp: string
  /** The whole seconds that it means. */
  readonly seconds: number
}

const howToCapture =
  "Capture the request as it is sent, with all its headers: `curl -v` prints them, and a browser exports them as HAR " +
  "with sensitive data."

const formOfAuthorization =
  "An Authorization header has `Credential=`, `SignedHeaders=` and `Signature=` with 64 hexadecimal digits. "

const unreadable = (missing: ReadonlyArray<string>, message: string): Result.Result<never, Unreadable> =>
  Result.fail({ _tag: "Unreadable", missing, message })

const wellFormed = new RegExp(
  `^${algorithm} Credential=[^/,\\s]+/[^/,\\s]+/[^/,\\s]+/[^/,\\s]+, ?` +
    "SignedHeaders=[^,\\s]+, ?Signature=[0-9a-fA-F]{64}$"
)

const field = (header: string, name: string): string | undefined =>
  new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*"?([^,"]*)`, "i").exec(header)?.[1]?.trim()

/** The parts of the scope. An id may hold slashes by mistake, so they are counted from the end. */
const readCredential = (credential: string) => {
  const parts = credential.split("/")
  const at = Math.max(1, parts.length - (parts.length < 4 ? 2 : 3))
  const rest = parts.slice(at + 1)
  return {
    secretId: parts.slice(0, at).join("/"),
    date: parts[at] ?? "",
    service: rest.length > 1 ? rest[0] : undefined,
    terminator: rest.length > 1 ? rest.slice(1).join("/") : (rest[0] ?? "")
  }
}

const isOldMethod = ({ payload, query = "" }: Request): boolean => {
  const parameters = /(?:^|&)Signature=/
  if (parameters.test(query)) return true
  const start = typeof payload === "string" ? payload : new TextDecoder().decode(payload.subarray(0, 10_000))
  return parameters.test(start) && /(?:^|&)(?:Nonce|SecretId|SignatureMethod)=/.test(start)
}

const readAuthorization = (header: string): CapturedAuthorization | undefined => {
  const credential = field(header, "Credential")
  const signedHeaders = field(header, "SignedHeaders")
  const signature = field(header, "Signature")
  return credential && signedHeaders && signature !== undefined && /^[0-9a-f]{64}$/i.test(signature)
    ? { ...readCredential(credential), signedHeaders, signature, isWellFormed: wellFormed.test(header) }
    : undefined
}

/** Seconds by the number of digits that a time in seconds, milliseconds, microseconds or nanoseconds has. */
const readSeconds = (timestamp: string): number => {
  const digits = /^[+-]?0*([0-9]*)/.exec(timestamp)?.[1]?.length ?? 0
  const divisor = digits < 13 ? 1 : 10 ** (3 * Math.min(3, Math.floor((digits - 10) / 3)))
  return Math.floor(Number(timestamp) / divisor)
}

/** The request, taken apart, or what it lacks. */
export const capture = (request: Request): Result.Result<Captured, Unreadable> => {
  const headers = trimmedHeaders(request)
  const header = headers.get("authorization") ?? ""
  const timestamp = headers.get("x-tc-timestamp") ?? ""
  const authorization = readAuthorization(header)
  const missing = [
    ...(authorization === undefined ? ["Authorization"] : []),
    ...(/^[+-]?[0-9]+(\.[0-9]*)?$/.test(timestamp) ? [] : ["X-TC-Timestamp"]),
    ...(headers.get("host") === "" ? ["Host"] : [])
  ]
  if (header === "" && isOldMethod(request)) {
    return unreadable(
      missing,
      "This is the old signature method: it has a parameter `Signature` and no Authorization header. The request needs " +
        `\`Authorization: ${algorithm} …\`: sign it by that method.`
    )
  }
  if (header !== "" && !header.toLowerCase().includes(algorithm.toLowerCase())) {
    return unreadable(
      missing,
      "The Authorization header is that of another method. The request needs " +
        `\`Authorization: ${algorithm} …\`: sign it by that method.`
    )
  }
  if (authorization === undefined || missing.length > 0) {
    return unreadable(
      missing,
      `The request does not have, in a form that can be read: ${missing.join(", ")}. ${authorization === undefined && header !== "" ? formOfAuthorization : ""}${howToCapture}`
    )
  }
  return Result.succeed({
    request,
    headers,
    spellings: new Map(Object.keys(request.headers).map((name) => [name.trim().toLowerCase(), name.trim()])),
    authorization,
    timestamp,
    seconds: readSeconds(timestamp)
  })
}
