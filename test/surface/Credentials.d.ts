import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
export interface Credential {
  readonly secretId: string
  readonly secretKey: Redacted.Redacted<string>
  readonly token?: Redacted.Redacted<string> | undefined
}
declare const CredentialsError_base: Schema.Class<
  CredentialsError,
  Schema.TaggedStruct<
    "CredentialsError",
    {
      readonly message: Schema.String
      readonly isRetryable: Schema.withConstructorDefault<Schema.Boolean>
      readonly cause: Schema.optional<Schema.Defect>
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class CredentialsError extends CredentialsError_base {}
declare const Credentials_base: Context.ServiceClass<
  Credentials,
  "effect-hunyuan3d/Credentials",
  {
    readonly get: Effect.Effect<Credential, CredentialsError>
  }
>
export declare class Credentials extends Credentials_base {}
export declare const layer: (credential: Credential) => Layer.Layer<Credentials>
export declare const layerConfig: (options: {
  readonly secretId: Config.Config<string>
  readonly secretKey: Config.Config<Redacted.Redacted<string>>
  readonly token?: Config.Config<Option.Option<Redacted.Redacted<string>>> | undefined
}) => Layer.Layer<Credentials, Config.ConfigError>
export declare const layerEnv: Layer.Layer<Credentials, CredentialsError>
export {}
