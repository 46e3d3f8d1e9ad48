import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as ApiError from "./ApiError.ts"
import type * as Credentials from "./Credentials.ts"
import type * as Operation from "./Operation.ts"
import * as RateLimit from "./RateLimit.ts"
import * as Signer from "./Signer.ts"
declare const TencentCloud_base: Context.ServiceClass<
  TencentCloud,
  "effect-hunyuan3d/TencentCloud",
  {
    readonly call: <Input extends Operation.Codec, Output extends Operation.Codec>(
      operation: Operation.Operation<Input, Output>,
      input: Input["Type"]
    ) => Effect.Effect<Output["Type"], ApiError.ApiError>
  }
>
export declare class TencentCloud extends TencentCloud_base {}
export declare const call: <Input extends Operation.Codec, Output extends Operation.Codec>(
  operation: Operation.Operation<Input, Output>,
  input: Input["Type"]
) => Effect.Effect<Output["Type"], ApiError.ApiError, TencentCloud>
export declare const layerNoDeps: Layer.Layer<
  TencentCloud,
  never,
  RateLimit.RateLimit | Signer.Signer | HttpClient.HttpClient
>
export declare const layer: Layer.Layer<TencentCloud, never, HttpClient.HttpClient | Credentials.Credentials>
export {}
