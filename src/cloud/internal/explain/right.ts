/** How a captured request should have been signed. */
import { sha256 } from "../../../internal/sha256.ts"
import { canonicalNames, unsignedPayload, utcDate } from "../canonical.ts"
import { terminator } from "../signingKey.ts"
import type { Captured } from "./captured.ts"
import type { Parts } from "./parts.ts"

const vendor = /\.tencentcloudapi\.[a-z]+(?::[0-9]*)?$/i

/** The first label of a host of the vendor. A proxy or a server of one's own may stand for any service. */
export const serviceOf = ({ authorization, request }: Captured): string => {
  const [label = ""] = request.host.trim().toLowerCase().split(/[.:]/)
  return vendor.test(request.host.trim()) ? label : (authorization.service ?? label)
}

const identity = (text: string): string => text

export const rightParts = (captured: Captured): Parts => {
  const { authorization, headers, request, seconds } = captured
  const values = new Map([...headers].map(([name, value]) => [name, value.toLowerCase()]))
  const names = canonicalNames(authorization.signedHeaders.split(";"))
  const date = utcDate(seconds) ?? ""
  const service = serviceOf(captured)
  return {
    method: request.method,
    path: request.path ?? "/",
    query: request.query ?? "",
    values,
    contentType: values.get("content-type") ?? "",
    host: values.get("host") ?? "",
    action: values.get("x-tc-action") ?? "",
    names,
    spelling: identity,
    colon: ":",
    emptyLine: true,
    listed: names,
    listedSpelling: identity,
    payloadHash: sha256(headers.get("x-tc-content-sha256") === unsignedPayload ? unsignedPayload : request.payload),
    spellPayloadHash: identity,
    lineEnd: "\n",
    ending: "",
    timestamp: String(seconds),
    scopeDate: date,
    scopeService: service,
    spellHash: identity,
    key: identity,
    keyPrefix: "TC3",
    keyDate: date,
    keyService: service,
    terminator,
    handOn: "bytes"
  }
}
