/**
 * The first of all sources that is configured.
 *
 * **Gotchas**
 *
 * - Where the metadata service does not answer, the machine is no CVM: the search goes on.
 * - The source is chosen once, while the layer is built. A temporary credential is
 *   fetched then, since only that shows whether there is one.
 */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import type * as Scope from "effect/Scope"
import { CredentialsError, NotConfigured } from "../../CredentialsError.ts"
import type * as Endpoint from "../../Endpoint.ts"
import { cvmRole } from "./cvmRole.ts"
import { fromEnv } from "./env.ts"
import { firstConfigured } from "./first.ts"
import { type Credential, Credentials } from "./model.ts"
import { oidc } from "./oidc.ts"
import { profile } from "./profile.ts"
import { makeRefreshing } from "./refreshing.ts"
import { tccli } from "./tccli.ts"

/**
 * Where `layerDefault` looks.
 *
 * @category models
 * @since 0.1.0
 */
export interface DefaultOptions {
  /** Looks for the profile of this name only, in the files of the SDKs and then of tccli. */
  readonly profile?: string | undefined
  /** Where the Security Token Service is, as for `layerOidc`. */
  readonly sts?: Partial<Endpoint.Options> | undefined
  /** Where the metadata service is, as for `layerCvmRole`. */
  readonly metadata?: string | undefined
}

const environment = Effect.map(fromEnv, (credential): Credentials["Service"] => ({ get: Effect.succeed(credential) }))

/** Fetches the first credential now. */
const fetched = <R>(fetch: Effect.Effect<Credential, CredentialsError, R>) =>
  Effect.tap(makeRefreshing(fetch), ({ get }) => get)

const machine = (endpoint: string | undefined) =>
  Effect.catchReason(fetched(cvmRole({ endpoint })), "CredentialsError", "Unreachable", ({ message }) => {
    const places = ["the role of the CVM (the metadata service did not answer)"]
    return Effect.andThen(Effect.logDebug(message), new CredentialsError({ reason: new NotConfigured({ places }) }))
  })

type Source = Effect.Effect<
  Credentials["Service"],
  CredentialsError,
  FileSystem.FileSystem | Path.Path | HttpClient.HttpClient | Scope.Scope
>

const sources = ({ metadata, profile: name, sts }: DefaultOptions): ReadonlyArray<Source> =>
  name === undefined
    ? [environment, profile(), tccli(), machine(metadata), fetched(oidc({ endpoint: sts }))]
    : [profile({ profile: name }), tccli({ profile: name })]

/**
 * Provides the credential of the first source that is configured.
 *
 * **Details**
 *
 * The sources are, in this order: the environment (`layerEnv`), the profile of the SDKs
 * (`layerProfile`), that of tccli (`layerTccli`), the role of the CVM (`layerCvmRole`)
 * and the identity of a workload in TKE (`layerOidc`). The search ends at the first one
 * that has a credential, and at one that has a part of one or one that cannot be used:
 * that is a mistake, and going on would sign with another identity than was meant. When
 * nothing is configured, `NotConfigured` names all places, in order.
 *
 * With `profile`, only the profile of that name counts: in the file of the SDKs, else in
 * that of tccli. The environment is left out then.
 *
 * The source is chosen while the layer is built, and a debug line in the log names it.
 * What it hands out later is read again or refreshed, as the source's own layer says.
 *
 * **Gotchas**
 *
 * - The region of tccli is not provided, since that layer's place in the order must not
 *   move jobs to another region. `layerTccli` provides it.
 * - On a machine that is no CVM, a search that comes that far takes up to a second.
 *
 * **Example** (Nothing is configured)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { NodeServices } from "@effect/platform-node"
 * import { ConfigProvider, Effect, Layer } from "effect"
 * import * as Credentials from "effect-hunyuan3d/Credentials"
 * import * as Fake from "effect-hunyuan3d/Fake"
 *
 * const from = (env: Record<string, string>) =>
 *   Credentials.Credentials.use((credentials) => credentials.get).pipe(
 *     Effect.map((credential) => credential.source),
 *     Effect.provide(Credentials.layerDefault()),
 *     Effect.catchReason("CredentialsError", "NotConfigured", ({ places }) => Effect.succeed(`${places.length} places`)),
 *     // In an application: FetchHttpClient.layer in place of the fake, and the environment of the process.
 *     Effect.provide([NodeServices.layer, Fake.layer(), ConfigProvider.layer(ConfigProvider.fromEnv({ env }))]),
 *     Effect.runPromise
 *   )
 *
 * const pair = { TENCENTCLOUD_SECRET_ID: "AKID1", TENCENTCLOUD_SECRET_KEY: "secret" }
 * assert.equal(await from(pair), "the environment")
 * assert.equal(await from({ HOME: "/nowhere", USERPROFILE: "/nowhere" }), "6 places")
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerDefault = (
  options: DefaultOptions = {}
): Layer.Layer<Credentials, CredentialsError, FileSystem.FileSystem | Path.Path | HttpClient.HttpClient> =>
  Layer.effect(
    Credentials,
    firstConfigured(sources(options)).pipe(
      Effect.tap(({ get }) =>
        Effect.flatMap(get, ({ source }) => Effect.logDebug(`The credentials come from ${source}.`))
      )
    )
  )
