/** The metadata service of a virtual machine (CVM), as far as it hands out the credentials of the machine's role. */
import * as DateTime from "effect/DateTime"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Random from "effect/Random"
import type { Answer, Call, Refusal } from "./call.ts"
import type { Issued } from "./issued.ts"

const folder = "/latest/meta-data/cam/security-credentials/"

export const isMetadata = ({ method, path }: Call): boolean => method === "GET" && path.startsWith(folder)

/** The name of the role, or a credential of it. */
export const serveMetadata = (
  { path }: Call,
  role: string | undefined,
  issued: Issued,
  now: number,
  random: Random.Random
): Answer => {
  if (role !== undefined && path === folder) return { response: HttpServerResponse.text(role) }
  if (role === undefined || path !== `${folder}${role}`) {
    return { code: "NotFound", response: HttpServerResponse.text("Not Found", { status: 404 }) }
  }
  const fields = issued.issue(now, random)
  const Expiration = DateTime.formatIso(DateTime.makeUnsafe(fields.ExpiredTime * 1000))
  return { response: HttpServerResponse.jsonUnsafe({ ...fields, Expiration, Code: "Success" }) }
}

export const refuseMetadata = ({ code, message }: Refusal): Answer => ({
  code,
  response: HttpServerResponse.text(message, { status: 503 })
})
