/**
 * TC3-HMAC-SHA256, the request signature of Tencent Cloud API 3.0. It is pure
 * and synchronous: nothing here reads a clock or performs I/O, and nothing
 * throws, whatever strings and numbers it is given.
 *
 * - `canonicalRequest` writes a request in the one form that both sides agree on.
 * - `stringToSign` ties the hash of that form to a time and a service.
 * - `sign` signs the result with a credential and writes the `Authorization`
 *   header.
 * - `parseAuthorization` and `verify` are for the receiver: they take that header
 *   apart and check it against the request that arrived.
 * - `explain` finds out which mistake of the sender makes the signature that a
 *   service refused.
 *
 * **Gotchas**
 *
 * - Header values, not only names, are lower-cased before they are signed. They
 *   are trimmed by `String.prototype.trim`, which cuts off all Unicode white
 *   space and line ends.
 * - A header named twice, in different case, counts once, with its last value.
 * - The date in the scope is the UTC date of the timestamp, wherever the program
 *   runs.
 * - The signing key is derived once for a `Redacted` secret key, a date and a
 *   service, and kept until that `Redacted` value is freed. A source that makes a
 *   new `Redacted` value for every signature makes every signature slower.
 * - A payload is hashed by the runtime's own SHA-256 where that is synchronous: in
 *   Node, Bun and Deno. Elsewhere, as in browsers, a large payload takes about ten
 *   times as long.
 * - A secret key that was wiped (`Redacted.wipeUnsafe`) is the one thing that makes
 *   `sign`, `verify` and `explain` throw.
 *
 * @since 0.1.0
 */
import { bytesToHex } from "@noble/hashes/utils.js"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { sha256 } from "../internal/sha256.ts"
import {
  algorithm,
  canonicalNames,
  requiredHeaders,
  trimmedHeaders,
  unsignedPayload,
  utcDate,
  type Credential,
  type Request
} from "./internal/canonical.ts"
import { signText, terminator } from "./internal/signingKey.ts"

export type { Credential, Request } from "./internal/canonical.ts"
export { explain } from "./internal/explain/explain.ts"
export type {
  Cause,
  Difference,
  Explanation,
  Mistake,
  MistakeName,
  Mistaken,
  Right,
  Unexplained,
  Unreadable
} from "./internal/explain/explanation.ts"

/**
 * What `sign` needs.
 *
 * @category models
 * @since 0.1.0
 */
export interface SignOptions extends Request {
  /** Unix time in whole seconds, as sent in `X-TC-Timestamp`. */
  readonly timestamp: number
  /** The product, usually the first label of the host, such as `hunyuan`. */
  readonly service: string
  readonly credential: Credential
  /** In any order and case. Defaults to `defaultSignedHeaders`. */
  readonly signedHeaders?: ReadonlyArray<string> | undefined
}

/**
 * A signature with the texts it was made from, which help to find out why a
 * service refuses it.
 *
 * **Gotchas**
 *
 * The canonical request quotes the signed headers. It holds no secret as long as
 * no header that is one, such as `x-tc-token`, is signed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Signature {
  readonly canonicalRequest: string
  readonly stringToSign: string
  /** 64 lower-case hexadecimal digits. */
  readonly signature: string
  /** The value of the `Authorization` header. */
  readonly authorization: string
}

/**
 * An `Authorization` header, taken apart.
 *
 * @category models
 * @since 0.1.0
 */
export interface Authorization {
  readonly secretId: string
  /** The UTC date of the scope, `YYYY-MM-DD`. */
  readonly date: string
  readonly service: string
  readonly signedHeaders: ReadonlyArray<string>
  /** 64 lower-case hexadecimal digits. */
  readonly signature: string
}

/**
 * What `verify` needs: the request as it was received, its parsed
 * `Authorization` header, its `X-TC-Timestamp` and the credential that the
 * secret id stands for.
 *
 * @category models
 * @since 0.1.0
 */
export interface VerifyOptions extends Request {
  readonly authorization: Authorization
  readonly timestamp: number
  readonly credential: Credential
}

/**
 * A header is not a TC3-HMAC-SHA256 `Authorization`.
 *
 * **Details**
 *
 * The error does not repeat the header, which may hold a credential of another
 * scheme.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidAuthorization extends Schema.TaggedError<InvalidAuthorization>(
  "effect-hunyuan3d/Tc3/InvalidAuthorization"
)("InvalidAuthorization", {}) {
  override get message(): string {
    return (
      "The Authorization header is not a TC3-HMAC-SHA256 signature; expected " +
      `"${algorithm} Credential=<id>/<date>/<service>/${terminator}, SignedHeaders=<names>, Signature=<64 hex digits>"`
    )
  }
}

/**
 * The headers that are signed unless others are named.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaultSignedHeaders = ["content-type", "host", "x-tc-action"] as const

const namesOf = ({ signedHeaders }: { readonly signedHeaders?: ReadonlyArray<string> | undefined }) =>
  signedHeaders === undefined ? defaultSignedHeaders : canonicalNames(signedHeaders)

const scopeOf = (date: string | undefined, service: string): string => `${date ?? ""}/${service}/${terminator}`

const writeRequest = (request: Request, names: ReadonlyArray<string>): string => {
  const headers = trimmedHeaders(request)
  return [
    request.method,
    request.path ?? "/",
    request.query ?? "",
    ...names.map((name) => `${name}:${(headers.get(name) ?? "").toLowerCase()}`),
    "",
    names.join(";"),
    sha256(headers.get("x-tc-content-sha256") === unsignedPayload ? unsignedPayload : request.payload)
  ].join("\n")
}

const writeStringToSign = (canonicalRequest: string, timestamp: number, scope: string): string =>
  [algorithm, timestamp, scope, sha256(canonicalRequest)].join("\n")

/**
 * Writes a request in the form that is hashed and signed.
 *
 * **Gotchas**
 *
 * A signed header that the request does not have is written with an empty value.
 *
 * @category signing
 * @since 0.1.0
 */
export const canonicalRequest = (
  request: Request & { readonly signedHeaders?: ReadonlyArray<string> | undefined }
): string => writeRequest(request, namesOf(request))

/**
 * Ties the hash of a canonical request to a time and a service.
 *
 * **Details**
 *
 * A timestamp that is no time, such as `NaN`, leaves the date in the scope empty.
 *
 * @category signing
 * @since 0.1.0
 */
export const stringToSign = (options: {
  readonly canonicalRequest: string
  readonly timestamp: number
  readonly service: string
}): string => {
  const { canonicalRequest, service, timestamp } = options
  return writeStringToSign(canonicalRequest, timestamp, scopeOf(utcDate(timestamp), service))
}

/**
 * Signs a request.
 *
 * **Details**
 *
 * Send the request with `authorization` as its `Authorization` header, with the
 * same `timestamp` in `X-TC-Timestamp`, and with every signed header.
 *
 * **Gotchas**
 *
 * The signed `content-type` must be the one that is sent, charset included.
 *
 * **Example** (Signing a request)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Redacted } from "effect"
 * import * as Tc3 from "effect-hunyuan3d/Tc3"
 *
 * const { authorization } = Tc3.sign({
 *   method: "POST",
 *   host: "hunyuan.intl.tencentcloudapi.com",
 *   headers: { "Content-Type": "application/json" },
 *   payload: `{"JobId":"1375367755519696896"}`,
 *   timestamp: 1551113065,
 *   service: "hunyuan",
 *   credential: { secretId: "AKIDEXAMPLE", secretKey: Redacted.make("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE") },
 *   signedHeaders: ["content-type", "host"]
 * })
 * assert.equal(
 *   authorization,
 *   "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2019-02-25/hunyuan/tc3_request, SignedHeaders=content-type;host, " +
 *     "Signature=3dbe4f53b352ae4c9d83dd043a19a1e22dcee543c068c5ad5951295fae213fed"
 * )
 * ```
 *
 * @category signing
 * @since 0.1.0
 */
export const sign = (options: SignOptions): Signature => {
  const { credential, service, timestamp } = options
  const names = namesOf(options)
  const date = utcDate(timestamp)
  const scope = scopeOf(date, service)
  const canonicalRequest = writeRequest(options, names)
  const stringToSign = writeStringToSign(canonicalRequest, timestamp, scope)
  const signature = bytesToHex(signText(stringToSign, { secretKey: credential.secretKey, date: date ?? "", service }))
  return {
    canonicalRequest,
    stringToSign,
    signature,
    authorization:
      `${algorithm} Credential=${credential.secretId}/${scope}, ` +
      `SignedHeaders=${names.join(";")}, Signature=${signature}`
  }
}

const authorizationForm = new RegExp(
  `^${algorithm} Credential=([^/,\\s]+)/([^/,\\s]+)/([^/,\\s]+)/${terminator}, ?` +
    "SignedHeaders=([^,\\s]+), ?Signature=([0-9a-f]{64})$"
)

/**
 * Takes an `Authorization` header apart.
 *
 * **Details**
 *
 * This is the inverse of what `sign` writes, for ids, services and header names
 * without white space, commas, slashes and (in names) semicolons. The space
 * after a comma may be missing.
 *
 * @category verifying
 * @since 0.1.0
 */
export const parseAuthorization = (header: string): Result.Result<Authorization, InvalidAuthorization> => {
  const match = authorizationForm.exec(header)
  if (match === null) return Result.fail(new InvalidAuthorization())
  const [, secretId = "", date = "", service = "", names = "", signature = ""] = match
  return Result.succeed({ secretId, date, service, signedHeaders: names.split(";"), signature })
}

// Looks at every character whatever it finds, so that the time taken tells nothing about where texts differ.
const equalInConstantTime = (a: string, b: string): boolean => {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}

/**
 * Tells whether a received request carries the signature that its sender would
 * have made with this credential.
 *
 * **Details**
 *
 * The signature is made again from the request, with the signed headers and the
 * service that the authorization names, and compared in constant time. The
 * answer is `false`, too, when the secret ids differ, when the scope's date is
 * not the UTC date of the timestamp, when `content-type` or `host` is not
 * signed, when a signed header is missing from the request, and when the signed
 * headers are not in lower case, sorted and each named once.
 *
 * **Gotchas**
 *
 * The age of the timestamp and the name of the service are the caller's to
 * check. So is the payload of a request with `x-tc-content-sha256:
 * UNSIGNED-PAYLOAD`, which any body satisfies.
 *
 * **Example** (Checking a signature)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Redacted, Result } from "effect"
 * import * as Tc3 from "effect-hunyuan3d/Tc3"
 *
 * const timestamp = 1551113065
 * const credential = { secretId: "AKIDEXAMPLE", secretKey: Redacted.make("Gu5t9xGARNpq86cd98joQYCN3EXAMPLE") }
 * const request = {
 *   method: "POST",
 *   host: "hunyuan.intl.tencentcloudapi.com",
 *   headers: { "content-type": "application/json", "x-tc-action": "QueryHunyuanTo3DProJob" },
 *   payload: `{"JobId":"1375367755519696896"}`
 * }
 * const signed = Tc3.sign({ ...request, timestamp, service: "hunyuan", credential })
 * const authorization = Result.getOrThrow(Tc3.parseAuthorization(signed.authorization))
 *
 * assert(Tc3.verify({ ...request, authorization, timestamp, credential }))
 * assert(!Tc3.verify({ ...request, payload: "{}", authorization, timestamp, credential }))
 * ```
 *
 * @category verifying
 * @since 0.1.0
 */
export const verify = (options: VerifyOptions): boolean => {
  const { authorization, credential, timestamp } = options
  const { service, signedHeaders } = authorization
  const headers = trimmedHeaders(options)
  return (
    authorization.secretId === credential.secretId &&
    authorization.date === utcDate(timestamp) &&
    requiredHeaders.every((name) => signedHeaders.includes(name)) &&
    signedHeaders.every((name) => headers.has(name)) &&
    signedHeaders.join(";") === canonicalNames(signedHeaders).join(";") &&
    equalInConstantTime(authorization.signature, sign({ ...options, service, signedHeaders }).signature)
  )
}
