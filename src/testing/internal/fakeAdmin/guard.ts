/**
 * Keeps pages in browsers from steering the fake.
 *
 * A page can send requests to loopback, but it cannot choose their `Host` and `Origin`. Its requests carry its own origin.
 * If its own name leads to loopback (DNS rebinding), they carry that name as `Host`.
 */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as NetAddress from "effect/net/NetAddress"
import * as Result from "effect/Result"

const loopback = ["127.0.0.1", "localhost", "[::1]"]

/** A host without its port, in small letters. */
const nameOf = (host: string) => host.toLowerCase().replace(/:[0-9]*$/, "")

/** As it stands in a URL. */
const inUrl = (name: string) => (name.includes(":") && !name.startsWith("[") ? `[${name}]` : name)

const isAddress = (name: string) =>
  Result.isSuccess(NetAddress.ipFromString(name.startsWith("[") ? name.slice(1, -1) : name))

const forbidden = (message: string) => HttpServerResponse.jsonUnsafe({ _tag: "Forbidden", message }, { status: 403 })

const refusalOf = (headers: Readonly<Record<string, string | undefined>>, names: ReadonlySet<string>) => {
  const host = headers["host"] ?? ""
  const name = nameOf(host)
  if (!names.has(name) && !(names.has("*") && isAddress(name))) {
    return forbidden("The host of the call is not an address of this server. Call it by the address that it printed.")
  }
  const { origin } = headers
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return forbidden("A page of another origin may not steer the fake. Call it from a program, or from curl.")
  }
  const site = headers["sec-fetch-site"]
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return forbidden("A page of another site may not steer the fake. Call it from a program, or from curl.")
  }
  return undefined
}

/** For the routes that it is provided to. */
export const guard = (hosts: ReadonlyArray<string>) => {
  const names = new Set([...loopback, ...hosts.map((name) => inUrl(name.toLowerCase()))])
  return HttpRouter.middleware((answer) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, ({ headers }) => {
      const refusal = refusalOf(headers, names)
      return refusal === undefined ? answer : Effect.succeed(refusal)
    })
  ).layer
}
