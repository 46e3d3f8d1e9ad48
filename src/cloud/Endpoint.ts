/**
 * Where calls go: the setting `Endpoint`, and what Tencent Cloud documents for all
 * of its API 3.0.
 *
 * A call goes to the host of its operation's product, over https. `Endpoint` changes
 * that for all products, for a server of one's own, and chooses region and language.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/**
 * Where calls go.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** `http` is accepted for loopback hosts only. */
  readonly protocol: "https" | "http"
  /** The host of all calls, with its port when that is not the default one. By default each product's own. */
  readonly host?: string | undefined
  /** The region that does the work; a job is known only where it was submitted. */
  readonly region: string
  /** The language of the service's messages. */
  readonly language: "en-US" | "zh-CN"
}

/**
 * The endpoint in force. By default each product's own host, in `ap-singapore`.
 *
 * **Details**
 *
 * It is read at each call. Provide it around a call, around the program, or beneath
 * a layer; the nearest one counts.
 *
 * @category references
 * @since 0.1.0
 */
export const Endpoint = Context.Reference<Options>("effect-hunyuan3d/Endpoint", {
  defaultValue: () => ({ protocol: "https", region: "ap-singapore", language: "en-US" })
})

/**
 * Changes parts of the endpoint.
 *
 * **Example** (Another region)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect } from "effect"
 * import * as Endpoint from "effect-hunyuan3d/Endpoint"
 *
 * const region = Effect.map(Endpoint.Endpoint, (endpoint) => endpoint.region)
 * const inSiliconValley = Effect.provide(region, Endpoint.layer({ region: "na-siliconvalley" }))
 * assert.equal(await Effect.runPromise(inSiliconValley), "na-siliconvalley")
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Partial<Options>): Layer.Layer<never> =>
  Layer.effect(
    Endpoint,
    Effect.map(Endpoint, (endpoint) => ({ ...endpoint, ...options }))
  )

/**
 * How many calls of one action an account may make in a second, where the vendor
 * documents nothing else.
 *
 * @category facts
 * @since 0.1.0
 */
export const requestsPerSecond = 20

/**
 * How far a signature's timestamp may be off the service's clock.
 *
 * @category facts
 * @since 0.1.0
 */
export const maxSkew: Duration.Duration = Duration.minutes(5)

/**
 * The largest request that the service takes, in bytes.
 *
 * @category facts
 * @since 0.1.0
 */
export const maxRequestSize: number = 10 * 1024 * 1024
