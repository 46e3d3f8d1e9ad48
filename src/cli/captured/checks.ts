/**
 * What a captured request and its answer show by themselves, whatever the signature is: a clock that is wrong, a
 * version of another product, a key of another kind.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Headers from "effect/http/Headers"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Endpoint from "../../cloud/Endpoint.ts"
import { serviceTimeIn } from "../../internal/serviceTime.ts"
import * as Hunyuan from "../../job/Hunyuan.ts"
import * as JobKind from "../../job/JobKind.ts"
import type { Captured } from "./captured.ts"

export interface Finding {
  /** Names it for scripts. */
  readonly name: "ClockSkew" | "MissingHeader" | "MissingToken" | "Version" | "Action" | "Region" | "SecretIdForm"
  readonly message: string
  /** Whether the service refuses the request for it, and not only perhaps. */
  readonly isMistake: boolean
}

const { host, version } = Hunyuan.product

const actions = new Set([
  "Convert3DFormat",
  ...JobKind.all.flatMap(({ query, submit }) => [submit.action, query.action])
])

/** The service's time in seconds: the message of a signature that expired has it, and else the `Date` of the answer. */
const serviceTime = ({ answer }: Captured, timestamp: number): number | undefined => {
  const message = answer?.code === "AuthFailure.SignatureExpire" ? answer.message : undefined
  const named = serviceTimeIn(message ?? "", timestamp)
  if (named !== undefined) return named
  const date = Result.getOrUndefined(Headers.parseHttpDate(answer?.date ?? ""))
  return date && DateTime.toEpochMillis(date) / 1000
}

const clock = (captured: Captured, timestamp: string | undefined): ReadonlyArray<Finding> => {
  if (timestamp === undefined || !/^\d{9,11}$/.test(timestamp)) return []
  const served = serviceTime(captured, Number(timestamp))
  if (served === undefined) return []
  const off = Duration.seconds(Math.abs(Number(timestamp) - served))
  if (!Duration.isGreaterThan(off, Endpoint.maxSkew)) return []
  const time = Option.match(DateTime.make(served * 1000), { onNone: () => "", onSome: DateTime.formatIso })
  const isBehind = Number(timestamp) < served
  return [
    {
      name: "ClockSkew",
      message:
        `X-TC-Timestamp is ${Duration.format(off)} ${isBehind ? "behind" : "ahead of"} the service's clock (${time}); ` +
        `${Duration.format(Endpoint.maxSkew)} are allowed. Set this computer's clock; in WSL or Docker restart it.` +
        (isBehind ? " If the clock is right, the request was signed long before it was sent: sign it anew." : ""),
      isMistake: true
    }
  ]
}

const missing = (headers: Readonly<Record<string, string | undefined>>): ReadonlyArray<Finding> =>
  ["X-TC-Action", "X-TC-Version", "X-TC-Region"]
    .filter((name) => !headers[name.toLowerCase()])
    .map((name) => ({ name: "MissingHeader", message: `The header ${name} is missing. Send it.`, isMistake: true }))

/** Only of the host whose table is known. */
const ofProduct = ({ answer }: Captured, headers: Readonly<Record<string, string | undefined>>) => {
  const { "x-tc-action": action, "x-tc-region": region, "x-tc-version": sentVersion } = headers
  const findings: Array<Finding> = []
  if (sentVersion && sentVersion !== version) {
    const message = `X-TC-Version is ${sentVersion}, which is that of another product. The host ${host} wants ${version}.`
    findings.push({ name: "Version", message, isMistake: true })
  }
  if (action && !actions.has(action)) {
    const message = `X-TC-Action is ${action}, which is no action for 3D that is known here. Look at its spelling and the host.`
    findings.push({ name: "Action", message, isMistake: answer?.code === "InvalidAction" })
  }
  if (region && !Hunyuan.regions.includes(region)) {
    const message = `X-TC-Region is ${region}. The regions that are known to compute 3D jobs are ${Hunyuan.regions.join(", ")}.`
    findings.push({ name: "Region", message, isMistake: answer?.code === "UnsupportedRegion" })
  }
  return findings
}

const ofSecretId = (
  secretId: string,
  headers: Readonly<Record<string, string | undefined>>
): ReadonlyArray<Finding> => {
  if (secretId.length > 36 && !headers["x-tc-token"]) {
    const message =
      "The SecretId is as long as that of a temporary key, and the header X-TC-Token is missing. Send its token there."
    return [{ name: "MissingToken", message, isMistake: true }]
  }
  if (/^AKID[\w-]{32,}$/.test(secretId)) return []
  const kind = secretId.startsWith("sk-") ? " It looks like a key of TokenHub, which is another door." : ""
  const message = `The SecretId does not look like one (AKID…, 36 characters).${kind} Compare it with the page of API keys in the console.`
  return [{ name: "SecretIdForm", message, isMistake: false }]
}

/** All that is shown. The secret id is that of the request, if there is one. */
export const checks = (captured: Captured, secretId: string | undefined): ReadonlyArray<Finding> => {
  const headers = Object.fromEntries(
    Object.entries(captured.request.headers).map(([name, value]) => [name.toLowerCase(), value])
  )
  return [
    ...clock(captured, headers["x-tc-timestamp"]),
    ...missing(headers),
    ...(captured.request.host.toLowerCase().replace(/:443$/, "") === host ? ofProduct(captured, headers) : []),
    ...(secretId === undefined ? [] : ofSecretId(secretId, headers))
  ]
}
