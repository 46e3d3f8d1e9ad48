/**
 * What commands need of the network, as a service: the program runs on Node's, and
 * tests run the same commands in process on one of their own.
 */
import * as Context from "effect/Context"
import type * as HttpClient from "effect/http/HttpClient"
import type * as HttpServer from "effect/http/HttpServer"
import type * as HttpServerError from "effect/http/HttpServerError"
import type * as Layer from "effect/Layer"
import type { Failure } from "./failure.ts"

export class Network extends Context.Service<
  Network,
  {
    /** For calls and downloads. */
    readonly client: Layer.Layer<HttpClient.HttpClient, Failure>
    /** The same without a proxy. */
    readonly direct: Layer.Layer<HttpClient.HttpClient, Failure>
    /** Listens on loopback, or on another host when told so; on any free port when it is 0. */
    readonly server: (port: number, host?: string) => Layer.Layer<HttpServer.HttpServer, HttpServerError.ServeError>
  }
>()("effect-hunyuan3d/cli/Network") {}
