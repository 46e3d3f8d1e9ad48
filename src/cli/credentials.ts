/**
 * Where the program's keys come from: the library's chain of sources, with `--profile`.
 *
 * **Gotchas**
 *
 * - The sources are loaded, and the network is made, only when a command needs them: keys of the environment need no
 *   network, and help needs neither.
 * - The metadata service of a virtual machine speaks plain http, and a proxy would answer with its own machine's keys. So
 *   plain http goes past the proxy.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import * as References from "effect/References"
import type * as Credentials from "../cloud/Credentials.ts"
import type { CredentialsError } from "../cloud/CredentialsError.ts"
import * as Endpoint from "../cloud/Endpoint.ts"
import { isLoopback } from "../internal/transport.ts"
import type { Failure } from "./failure.ts"
import { loadCredentials } from "./load.ts"
import { Network } from "./network.ts"
import type { Connection } from "./options.ts"

export type CredentialsFlags = Pick<Connection, "endpoint" | "profile">

/** The credential of the first source that has one. */
export const credentials = (
  flags: CredentialsFlags
): Layer.Layer<Credentials.Credentials, CredentialsError, FileSystem.FileSystem | Path.Path | Network> =>
  Layer.unwrap(
    Effect.map(loadCredentials, ({ layerDefault }) =>
      layerDefault({ profile: Option.getOrUndefined(flags.profile), ...serversOf(flags) })
    )
  ).pipe(Layer.provide(client))

/** The credential itself. */
export const credential = Effect.fnUntraced(function* (flags: CredentialsFlags) {
  const { Credentials } = yield* loadCredentials
  return yield* Effect.provide(
    Credentials.use(({ get }) => get),
    credentials(flags)
  )
})

/** The region that the profile of tccli names from which a credential came. Calls do not go there by themselves. */
export const regionOf = Effect.fnUntraced(function* (
  { secretId, source }: Credentials.Credential,
  { profile }: CredentialsFlags
) {
  const { Credentials, layerTccli } = yield* loadCredentials
  const tool = yield* Effect.option(Layer.build(layerTccli({ profile: Option.getOrUndefined(profile) }))).pipe(
    // It has warned of these files already.
    Effect.provideService(References.MinimumLogLevel, "None")
  )
  if (Option.isNone(tool)) return undefined
  const found = yield* Effect.option(Context.get(tool.value, Credentials).get)
  const isIts = Option.exists(found, (its) => its.source === source && its.secretId === secretId)
  return isIts ? Context.getOrUndefined(tool.value, Endpoint.Endpoint)?.region : undefined
}, Effect.scoped)

/** A server on this machine stands for the whole cloud, so that nothing leaves the machine. */
const serversOf = ({ endpoint }: CredentialsFlags) => {
  const url = Option.isSome(endpoint) && URL.canParse(endpoint.value) ? new URL(endpoint.value) : undefined
  if (url?.protocol !== "http:" || !isLoopback(url.host)) return {}
  return { sts: { protocol: "http", host: url.host }, metadata: url.origin } as const
}

/** The network, which is made for the first request. */
const client = Layer.effect(
  HttpClient.HttpClient,
  Effect.gen(function* () {
    const network = yield* Network
    const scope = yield* Effect.scope
    const make = (layer: Layer.Layer<HttpClient.HttpClient, Failure>) =>
      Effect.cached(
        Effect.map(Layer.buildWithScope(layer, scope), (context) => Context.get(context, HttpClient.HttpClient))
      )
    const [proxied, direct] = yield* Effect.all([make(network.client), make(network.direct)])
    return HttpClient.make((request, { protocol }) =>
      (protocol === "http:" ? direct : proxied).pipe(
        Effect.mapError(
          (cause) =>
            new HttpClientError.HttpClientError({
              reason: new HttpClientError.TransportError({ request, cause, description: cause.message })
            })
        ),
        Effect.flatMap((client) => client.execute(request))
      )
    )
  })
)
