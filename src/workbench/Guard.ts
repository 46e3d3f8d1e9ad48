/**
 * Keeps others out: it stands before everything that the server answers.
 *
 * - Only the two names of this address are accepted as `Host`, so that a page whose own name leads to loopback (DNS
 *   rebinding) reaches nothing.
 * - A request from a page of another origin or site is refused, but for following a link to the workbench itself.
 * - The API needs the token, which only the printed address has.
 * - Each answer says that it is used by the page only, and runs only the page's own scripts.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import * as ByteSize from "effect/ByteSize"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { Authorized, NoToken } from "./Api.ts"

const maxBody = 12 * 1024 * 1024

const securityHeaders = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self' blob:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY"
}

const refuse = (status: number, message: string) =>
  HttpServerResponse.text(`${message}\n`, { status, headers: status === 413 ? { connection: "close" } : {} })

/** Why a request is not answered, if it is not. */
const refusalOf = (
  { headers, method, url }: HttpServerRequest.HttpServerRequest,
  port: number
): HttpServerResponse.HttpServerResponse | undefined => {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  if (!hosts.includes(headers["host"] ?? "")) {
    return refuse(403, "This is not an address of the workbench. Use the one that the program printed.")
  }
  const { origin } = headers
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) {
    return refuse(403, "A page of another origin may not use the workbench.")
  }
  const site = headers["sec-fetch-site"] ?? "same-origin"
  const isVisit =
    method === "GET" &&
    url === "/" &&
    headers["sec-fetch-mode"] === "navigate" &&
    headers["sec-fetch-dest"] === "document"
  if (site !== "same-origin" && site !== "none" && !isVisit) {
    return refuse(403, "A page of another site may not use the workbench.")
  }
  return Number(headers["content-length"] ?? 0) > maxBody ? refuse(413, "More than 12 MB is not accepted.") : undefined
}

const answerOf = (cause: Cause.Cause<unknown>) =>
  Effect.map(HttpServerError.causeResponse(cause), ([response]) => response)

/** The application behind all checks. */
export const guarded = <E>(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, HttpServerRequest.HttpServerRequest | Scope.Scope>,
  port: number
) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const refusal = refusalOf(request, port)
    const response = refusal ?? (yield* Effect.catchCause(app, answerOf))
    return HttpServerResponse.setHeaders(response, securityHeaders)
  }).pipe(Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(maxBody)))

// Of one length, so that the time of the comparison says nothing of the token.
const digest = (text: string) => createHash("sha256").update(text).digest()

/** Lets in who has the token. */
export const authorized = (token: Redacted.Redacted<string>): Layer.Layer<Authorized> => {
  const expected = digest(Redacted.value(token))
  return Layer.succeed(Authorized, {
    bearer: (answer, { credential }) =>
      timingSafeEqual(digest(Redacted.value(credential)), expected)
        ? answer
        : Effect.fail(
            new NoToken({ message: "The token is missing, or an old one. Open the address that the program printed." })
          )
  })
}
