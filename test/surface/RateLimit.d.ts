import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Schema from "effect/Schema"
declare const RateLimitUnavailable_base: Schema.Class<
  RateLimitUnavailable,
  Schema.TaggedStruct<
    "RateLimitUnavailable",
    {
      readonly key: Schema.String
      readonly cause: typeof RateLimiter.RateLimiterError
    }
  >,
  import("effect/Cause").YieldableError
>
export declare class RateLimitUnavailable extends RateLimitUnavailable_base {
  get message(): string
}
declare const RateLimit_base: Context.ServiceClass<
  RateLimit,
  "effect-hunyuan3d/RateLimit",
  {
    readonly acquire: (key: string) => Effect.Effect<void, RateLimitUnavailable>
  }
>
export declare class RateLimit extends RateLimit_base {}
export interface Options {
  readonly limit?: number | undefined
  readonly window?: Duration.Input | undefined
}
export declare const layer: (options?: Options) => Layer.Layer<RateLimit>
export declare const layerShared: (options?: Options) => Layer.Layer<RateLimit, never, RateLimiter.RateLimiter>
export declare const layerNone: Layer.Layer<RateLimit>
export {}
