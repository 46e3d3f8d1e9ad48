/** The credential of a workload in a Kubernetes cluster of TKE, from STS, by the token that the cluster puts into a file. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { CredentialsError, Incomplete, NotConfigured, UnreadableFile, WrongFormat } from "../../CredentialsError.ts"
import type * as Endpoint from "../../Endpoint.ts"
import * as Signer from "../../Signer.ts"
import { variable } from "./env.ts"
import { type Credential, Credentials } from "./model.ts"
import { makeRefreshing } from "./refreshing.ts"
import { AssumeRoleWithWebIdentity, defaultSessionName, fetchFromSts } from "./sts.ts"

/**
 * Where STS is for a workload in TKE.
 *
 * @category models
 * @since 0.1.0
 */
export interface OidcOptions {
  /**
   * Where STS is. By default that of the international site, in the region `TKE_REGION`, or else with the region
   * of the setting `Endpoint`, and with its language.
   */
  readonly endpoint?: Partial<Endpoint.Options> | undefined
}

const place = "the TKE identity of the environment"

const names = {
  providerId: "TKE_PROVIDER_ID",
  tokenFile: "TKE_WEB_IDENTITY_TOKEN_FILE",
  roleArn: "TKE_ROLE_ARN"
} as const

const readVariables = Effect.gen(function* () {
  const providerId = yield* variable(names.providerId)
  const tokenFile = yield* variable(names.tokenFile)
  const roleArn = yield* variable(names.roleArn)
  if (Option.isSome(providerId) && Option.isSome(tokenFile) && Option.isSome(roleArn)) {
    return { providerId: providerId.value, tokenFile: tokenFile.value, roleArn: roleArn.value }
  }
  const all = { [names.providerId]: providerId, [names.tokenFile]: tokenFile, [names.roleArn]: roleArn }
  const missing = Object.entries(all).flatMap(([name, value]) => (Option.isNone(value) ? [name] : []))
  const reason =
    missing.length === Object.keys(all).length
      ? new NotConfigured({ places: [`${place} (${missing.join(", ")})`] })
      : new Incomplete({ place, missing })
  return yield* new CredentialsError({ reason })
})

// A token has some kilobytes, and a request must not be of any size.
const maxToken = 65_536

/** Read anew for each credential: the cluster replaces it before it expires. */
const readToken = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(
    fs.readFileString(path),
    (cause) => new CredentialsError({ reason: new UnreadableFile({ path, cause }) })
  )
  const token = text.trim()
  if (token === "" || token.length > maxToken) {
    return yield* new CredentialsError({
      reason: new WrongFormat({ place: path, description: `the file holds no token. Check ${names.tokenFile}.` })
    })
  }
  return Redacted.make(token)
})

/** Fetches a credential of the workload's role. */
export const oidc = Effect.fnUntraced(function* (
  options: OidcOptions = {}
): Effect.fn.Return<Credential, CredentialsError, HttpClient.HttpClient | FileSystem.FileSystem> {
  const { providerId, roleArn, tokenFile } = yield* readVariables
  const region = yield* variable("TKE_REGION")
  const input = {
    ProviderId: providerId,
    WebIdentityToken: yield* readToken(tokenFile),
    RoleArn: roleArn,
    RoleSessionName: defaultSessionName
  }
  return yield* fetchFromSts(AssumeRoleWithWebIdentity, input, {
    endpoint: { ...(Option.isSome(region) ? { region: region.value } : {}), ...options.endpoint },
    signer: Signer.layerUnsigned,
    place,
    source: `the TKE identity of ${roleArn}`
  })
})

/**
 * Provides temporary credentials of a workload in a Kubernetes cluster of TKE.
 *
 * **Details**
 *
 * The cluster sets `TKE_PROVIDER_ID`, `TKE_WEB_IDENTITY_TOKEN_FILE`, `TKE_ROLE_ARN` and
 * `TKE_REGION` for a workload whose service account has a role. The Security Token
 * Service takes the token in that file in place of a signature. Credentials are
 * refreshed as `makeRefreshing` says, and the file is read again each time. Nothing is
 * fetched while the layer is built. `get` fails with the reason `NotConfigured` outside
 * of such a workload, with `Incomplete`, `UnreadableFile` or `WrongFormat` when a part
 * is missing, with `Refused` and the code when STS refuses, and with `Unreachable` when
 * it does not answer.
 *
 * **Example** (A workload, and the fake in place of STS)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { ConfigProvider, Effect, FileSystem, Layer } from "effect"
 * import * as Credentials from "effect-hunyuan3d/Credentials"
 * import * as Fake from "effect-hunyuan3d/Fake"
 *
 * // In an application: Layer.provide([FetchHttpClient.layer, NodeFileSystem.layer]), and the cluster's environment.
 * const Test = Credentials.layerOidc().pipe(
 *   Layer.provide([
 *     Fake.layer(),
 *     FileSystem.layerNoop({ readFileString: () => Effect.succeed("a token of the cluster") }),
 *     ConfigProvider.layer(
 *       ConfigProvider.fromUnknown({
 *         TKE_REGION: "ap-singapore",
 *         TKE_PROVIDER_ID: "cls-a1b2c3",
 *         TKE_WEB_IDENTITY_TOKEN_FILE: "/var/run/secrets/token",
 *         TKE_ROLE_ARN: "qcs::cam::uin/12345678:roleName/Renderer"
 *       })
 *     )
 *   ])
 * )
 * const credential = await Effect.runPromise(
 *   Credentials.Credentials.use((credentials) => credentials.get).pipe(Effect.provide(Test))
 * )
 * assert.equal(credential.source, "the TKE identity of qcs::cam::uin/12345678:roleName/Renderer")
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOidc = (
  options?: OidcOptions
): Layer.Layer<Credentials, never, HttpClient.HttpClient | FileSystem.FileSystem> =>
  Layer.effect(Credentials, makeRefreshing(oidc(options)))
