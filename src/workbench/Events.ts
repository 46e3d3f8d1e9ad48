/**
 * Tells all open pages what changed.
 *
 * **Gotchas**
 *
 * - A page that does not read loses the oldest events, and never holds up the server.
 * - A stream begins with `Alive` once it hears everything, so a page that then reads the lists misses nothing.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import type { Event } from "./Api.ts"

// A connection that was closed shows only when something is written.
const heartbeat = "5 seconds"

const alive: Event = { _tag: "Alive" }

export class Events extends Context.Service<
  Events,
  {
    readonly publish: (event: Event) => Effect.Effect<void>
    readonly stream: Stream.Stream<Event>
  }
>()("effect-hunyuan3d/workbench/Events") {}

export const layer: Layer.Layer<Events> = Layer.effect(
  Events,
  Effect.gen(function* () {
    const hub = yield* Effect.acquireRelease(PubSub.sliding<Event>(1024), PubSub.shutdown)
    const beats = Stream.map(Stream.tick(heartbeat), () => alive)
    return {
      publish: (event) => Effect.asVoid(PubSub.publish(hub, event)),
      stream: Stream.unwrap(
        Effect.map(PubSub.subscribe(hub), (subscription) =>
          Stream.merge(beats, Stream.fromSubscription(subscription), { haltStrategy: "right" })
        )
      )
    }
  })
)
