/**
 * The server of the workbench: the page, its API, and the guard before both.
 *
 * `layer` needs a server that listens on loopback, what the program knows (`Setup`), the tools, the journal, and the jobs
 * over the client of `Requests`.
 */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import type * as Redacted from "effect/Redacted"
import { Api } from "./Api.ts"
import * as Files from "./Files.ts"
import { authorized, guarded } from "./Guard.ts"
import * as handlers from "./handlers/all.ts"
import * as Jobs from "./Jobs.ts"
import * as Page from "./Page.ts"

/** The answers of the API, over the services that they need. */
export const layerHandlers = handlers.layer

/** Answers everything, on the server in context. */
export const layer = (token: Redacted.Redacted<string>) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { address } = yield* HttpServer.HttpServer
      const port = NetAddress.isInetAddress(address) ? address.port : 0
      const routes = Layer.merge(HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }), Page.layer).pipe(
        Layer.provide(handlers.layer),
        Layer.provide(authorized(token))
      )
      const app = yield* HttpRouter.toHttpEffect(routes)
      return HttpServer.serve(guarded(app, port))
    })
  )

/** The jobs and the files of the folder. */
export const layerServices = Layer.provideMerge(Jobs.layer, Files.layer)

