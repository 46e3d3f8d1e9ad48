/** The first of all sources that is configured. */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import type { CredentialsError } from "../../CredentialsError.ts"
import { fromEnv } from "./env.ts"
import { firstConfigured } from "./first.ts"
import { Credentials } from "./model.ts"
import { profile } from "./profile.ts"
import { tccli } from "./tccli.ts"

/**
 * Which profile to look for.
 *
 * @category models
 * @since 0.1.0
 */
export interface DefaultOptions {
  /** Looks for the profile of this name only, in the files of the SDKs and of tccli. */
  readonly profile?: string | undefined
}

const environment = Effect.map(fromEnv, (credential): Credentials["Service"] => ({ get: Effect.succeed(credential) }))

const sources = (options: DefaultOptions) =>
  options.profile === undefined ? [environment, profile(), tccli()] : [profile(options), tccli(options)]

export const layerDefault = (
  options: DefaultOptions = {}
): Layer.Layer<Credentials, CredentialsError, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    Credentials,
    firstConfigured(sources(options)).pipe(
      Effect.tap((credentials) =>
        Effect.flatMap(credentials.get, ({ source }) => Effect.logDebug(`The credentials come from ${source}.`))
      )
    )
  )
