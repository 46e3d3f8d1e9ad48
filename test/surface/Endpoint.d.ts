import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Layer from "effect/Layer"
export interface Options {
  readonly protocol: "https" | "http"
  readonly host?: string | undefined
  readonly region: string
  readonly language: "en-US" | "zh-CN"
}
export declare const Endpoint: Context.Reference<Options>
export declare const layer: (options: Partial<Options>) => Layer.Layer<never>
export declare const requestsPerSecond = 20
export declare const maxSkew: Duration.Duration
export declare const maxRequestSize: number
