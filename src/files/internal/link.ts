/** Which links are opened. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Endpoint from "../../cloud/Endpoint.ts"
import type * as SignedLink from "../../cloud/SignedLink.ts"
import { isAllowed, isLoopback } from "../../internal/transport.ts"
import { InvalidLink, LinkExpired } from "../DownloadError.ts"

/**
 * Fails for a link that must not be opened, or that has expired. A service elsewhere must not make its clients send
 * requests to their own machine.
 */
export const check = Effect.fnUntraced(function* (link: SignedLink.SignedLink) {
  if (!isAllowed(link.href)) {
    return yield* new InvalidLink({ description: "it is not an https link without user name and password" })
  }
  const { host = "" } = yield* Endpoint.Endpoint
  if (isLoopback(new URL(link.href).hostname) && !isLoopback(host)) {
    return yield* new InvalidLink({ description: "it leads to this machine, but the endpoint is another one" })
  }
  const now = yield* DateTime.now
  if (link.expiresAt !== undefined && DateTime.isLessThanOrEqualTo(link.expiresAt, now)) {
    return yield* new LinkExpired({ since: DateTime.distance(link.expiresAt, now) })
  }
})
