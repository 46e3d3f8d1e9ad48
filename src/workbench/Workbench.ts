/**
 * The server of the workbench: the page, its API, and the guard before both.
 *
 * `layer` needs a server that listens on loopback, what the program knows (`Setup`), the tools, the journal, and the jobs
 * over the client of `Requests`.
 */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Etag from "effect/http/Etag"
import * as HttpPlatform from "effect/http/HttpPlatform"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import type * as Redacted from "effect/Redacted"
import { Api } from "./Api.ts"
import { authorized, guarded } from "./Guard.ts"
import * as handlers from "./handlers/all.ts"
import * as Page from "./Page.ts"

/** Answers everything, on the server in context. */
export const layer = (token: Redacted.Redacted<string>) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { address } = yield* HttpServer.HttpServer
      const port = NetAddress.isInetAddress(address) ? address.port : 0
      const routes = Layer.merge(HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }), Page.layer).pipe(
        Layer.provide(handlers.layer),
        Layer.provide(authorized(token)),
        // Not those of HttpServer, which have no files.
        Layer.provide(Layer.merge(HttpPlatform.layer, Etag.layerWeak))
      )
      const app = yield* HttpRouter.toHttpEffect(routes)
      return HttpServer.serve(guarded(app, port))
    })
  )
