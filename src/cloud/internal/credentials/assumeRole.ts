/** The credential of a role that another credential may assume, from STS. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { CredentialsError, WrongFormat } from "../../CredentialsError.ts"
import type * as Endpoint from "../../Endpoint.ts"
import * as Signer from "../../Signer.ts"
import { type Credential, Credentials } from "./model.ts"
import { makeRefreshing } from "./refreshing.ts"
import { AssumeRole, defaultSessionName, fetchFromSts } from "./sts.ts"

/**
 * Which role is assumed, and how.
 *
 * @category models
 * @since 0.1.0
 */
export interface AssumeRoleOptions {
  /** Such as `qcs::cam::uin/12345678:roleName/Renderer`. */
  readonly roleArn: string
  /** Names the session in the account's logs: 2 to 128 letters, digits and `=,.@_-`. `effect-hunyuan3d` by default. */
  readonly sessionName?: string | undefined
  /** How long a credential is valid, up to 12 hours. As long as STS likes by default, which is 2 hours. */
  readonly duration?: Duration.Input | undefined
  /** Where STS is. By default that of the international site, and region and language of the setting `Endpoint`. */
  readonly endpoint?: Partial<Endpoint.Options> | undefined
}

const place = "the options of layerAssumeRole"

const invalid = (description: string) => new CredentialsError({ reason: new WrongFormat({ place, description }) })

const maxSeconds = Duration.toSeconds("12 hours")

const readOptions = Effect.fnUntraced(function* ({
  duration,
  roleArn,
  sessionName = defaultSessionName
}: AssumeRoleOptions) {
  if (!/^qcs:[\x21-\x7e]+$/.test(roleArn)) {
    return yield* invalid("roleArn must be that of a role, such as qcs::cam::uin/12345678:roleName/Renderer.")
  }
  if (!/^[\w=,.@-]{2,128}$/.test(sessionName)) {
    return yield* invalid("sessionName must have 2 to 128 characters, each a letter, a digit or one of =,.@_-.")
  }
  const seconds = duration === undefined ? undefined : readSeconds(duration)
  if (seconds !== undefined && !(seconds >= 1 && seconds <= maxSeconds)) {
    return yield* invalid("duration must be from 1 second to 12 hours.")
  }
  return {
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    ...(seconds === undefined ? {} : { DurationSeconds: Math.floor(seconds) })
  }
})

const readSeconds = (duration: Duration.Input) =>
  Option.match(Duration.fromInput(duration), { onNone: () => Number.NaN, onSome: Duration.toSeconds })

/** Fetches a credential of the role, signed by the `Credentials` in context. */
const assumeRole = Effect.fnUntraced(function* (
  options: AssumeRoleOptions
): Effect.fn.Return<Credential, CredentialsError, HttpClient.HttpClient | Credentials> {
  const input = yield* readOptions(options)
  // First alone, so that its failure keeps its own reason.
  yield* Credentials.use((credentials) => credentials.get)
  return yield* fetchFromSts(AssumeRole, input, {
    endpoint: options.endpoint ?? {},
    signer: Signer.layer,
    place,
    source: `the role ${options.roleArn}`
  })
})

/**
 * Provides temporary credentials of a role, which the `Credentials` beneath may assume.
 *
 * **Details**
 *
 * They come from the Security Token Service, by a call that the `Credentials` beneath
 * sign, and are refreshed as `makeRefreshing` says. Nothing is fetched while the layer
 * is built. `get` fails with the reason `Refused` and the code when STS refuses, with
 * `Unreachable` when it does not answer, with `WrongFormat` when an option cannot be
 * right, and as the `Credentials` beneath do.
 *
 * **Example** (The keys of the environment assume a role)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer } from "effect"
 * import * as Credentials from "effect-hunyuan3d/Credentials"
 * import * as Fake from "effect-hunyuan3d/Fake"
 *
 * const Role = Credentials.layerAssumeRole({ roleArn: "qcs::cam::uin/12345678:roleName/Renderer" })
 *
 * // In an application: Layer.provide([Credentials.layerEnv, FetchHttpClient.layer])
 * const Test = Role.pipe(Layer.provide(Fake.layer()))
 * const credential = await Effect.runPromise(
 *   Credentials.Credentials.use((credentials) => credentials.get).pipe(Effect.provide(Test))
 * )
 * assert.equal(credential.source, "the role qcs::cam::uin/12345678:roleName/Renderer")
 * assert.ok(credential.token)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerAssumeRole = (
  options: AssumeRoleOptions
): Layer.Layer<Credentials, never, HttpClient.HttpClient | Credentials> =>
  Layer.effect(Credentials, makeRefreshing(assumeRole(options)))
