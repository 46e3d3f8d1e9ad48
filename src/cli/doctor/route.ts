/** How calls get to the service: the proxy, the host and the region. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Endpoint from "../../cloud/Endpoint.ts"
import { isAllowed, isLoopback } from "../../internal/transport.ts"
import * as Hunyuan from "../../job/Hunyuan.ts"
import { type Check, ok, problem, warning } from "./check.ts"
import { mainland } from "./sites.ts"

const variable = (name: string) =>
  Effect.map(Effect.option(Config.String(name)), (value) => ({ name, value: Option.getOrElse(value, () => "") }))

// In the order in which Node's client looks at them.
const proxyNames = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"]

/** The proxy that calls go through. User names and passwords are not shown. */
export const proxy = Effect.gen(function* () {
  const used = (yield* Effect.forEach(proxyNames, variable)).find(({ value }) => value !== "")
  const all = (yield* Effect.forEach(["all_proxy", "ALL_PROXY"], variable)).find(({ value }) => value !== "")
  if (used === undefined) {
    return all === undefined
      ? ok("proxy", "No proxy is set")
      : warning("proxy", `${all.name} is set, which is not read`, "If a proxy is needed, set HTTPS_PROXY.")
  }
  const { name, value } = used
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || !["http:", "https:", "socks:", "socks5:"].includes(url.protocol)) {
    return problem("proxy", `${name} is no URL of a proxy`, `Set it to a URL such as http://proxy.example:8080.`)
  }
  const except = (yield* Effect.forEach(["no_proxy", "NO_PROXY"], variable)).find(({ value }) => value !== "")
  const exceptions = except === undefined ? "" : `, but for the hosts of ${except.name}: ${except.value}`
  return ok("proxy", `${url.protocol}//${url.host}, from ${name}${exceptions}`)
})

/** The host that is called. */
export const endpoint = ({ host = Hunyuan.product.host, protocol }: Endpoint.Options): Check => {
  const url = `${protocol}://${host}`
  if (!isAllowed(`${url}/`)) {
    return problem(
      "endpoint",
      `${url} has no encryption`,
      "Use https. Plain http is for a server on this machine only."
    )
  }
  if (host === Hunyuan.product.host) return ok("endpoint", url)
  if (isLoopback(host)) return ok("endpoint", `${url}, on this machine`)
  if (host === mainland.product.host || host === "hunyuan.tencentcloudapi.com") {
    return problem(
      "endpoint",
      `${url} is the mainland's, which has another product and version`,
      `Leave --endpoint out. The international host is ${Hunyuan.product.host}.`
    )
  }
  return warning("endpoint", `${url} is not the service's host`, `The service is at ${Hunyuan.product.host}.`)
}

/** The region that calls go to. */
export const region = Effect.fnUntraced(function* ({ region }: Endpoint.Options) {
  const configured = yield* variable("TENCENTCLOUD_REGION")
  const found = configured.value === region ? `${region}, from TENCENTCLOUD_REGION` : region
  const advice = `Give one of ${Hunyuan.regions.join(", ")} with --region, or in TENCENTCLOUD_REGION.`
  if (!/^[\w-]+$/.test(region)) return problem("region", "The region is no name of a region", advice)
  return Hunyuan.regions.includes(region)
    ? ok("region", found)
    : warning("region", `${found}, which is not known to compute 3D jobs`, advice)
})
