import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Credentials from "./Credentials.ts"
export interface SignOptions {
  readonly service: string
  readonly skew: Duration.Duration
}
declare const Signer_base: Context.ServiceClass<
  Signer,
  "effect-hunyuan3d/Signer",
  {
    readonly sign: (
      request: HttpClientRequest.HttpClientRequest,
      options: SignOptions
    ) => Effect.Effect<HttpClientRequest.HttpClientRequest, Credentials.CredentialsError>
  }
>
export declare class Signer extends Signer_base {}
export declare const layer: Layer.Layer<Signer, never, Credentials.Credentials>
export declare const layerUnsigned: Layer.Layer<Signer>
export {}
