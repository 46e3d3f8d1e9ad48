import * as Context from "effect/Context"

/**
 * Whether the request that is sent needs a connection on which nothing was sent before:
 * `true` for what is not safe to repeat. An `HttpClient` of your own can read it, where
 * your runtime has a way to open a connection for one request.
 *
 * **Details**
 *
 * A server closes a kept connection when it likes. When a request leaves at that moment,
 * nobody knows whether it was carried out, and a submission then may be paid.
 *
 * @see {@link layerFreshConnections} for a client that reads it
 * @category references
 * @since 0.1.0
 */
export const NeedsFreshConnection = Context.Reference<boolean>("effect-hunyuan3d/TencentCloud/NeedsFreshConnection", {
  defaultValue: () => false
})
