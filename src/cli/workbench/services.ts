/** Everything that the server of the workbench stands on, for a target. */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Credentials from "../../cloud/Credentials.ts"
import * as Endpoint from "../../cloud/Endpoint.ts"
import * as Journal from "../../job/Journal.ts"
import * as Polling from "../../job/Polling.ts"
import * as Fake from "../../testing/Fake.ts"
import * as Events from "../../workbench/Events.ts"
import * as Files from "../../workbench/Files.ts"
import * as Jobs from "../../workbench/Jobs.ts"
import * as Requests from "../../workbench/Requests.ts"
import * as Steering from "../../workbench/Steering.ts"
import { network, readEndpoint, services, transportLayer } from "../connection.ts"
import { credentials } from "../credentials.ts"
import { journal } from "../journal.ts"
import type { WorkbenchFlags } from "./flags.ts"
import type { Target } from "./target.ts"
import * as tools from "./tools.ts"

/** The key; where there is none, what signs says so, and everything else works. */
const key = (flags: WorkbenchFlags) =>
  Layer.catch(credentials(flags), (error) => Layer.succeed(Credentials.Credentials, { get: Effect.fail(error) }))

/** The transport, and what steers it where it is the fake. */
const transportOf = (flags: WorkbenchFlags, { target, transport, url }: Target) => {
  if (target === "fake") {
    return Steering.layerFake.pipe(Layer.provideMerge(Fake.layer({ wait: "1 second", run: "4 seconds" })))
  }
  if (target === "replay") return Layer.merge(Steering.layerNone, transportLayer({ ...flags, transport }))
  const live = Layer.merge(network, key(flags))
  const steering = target === "serve" ? Steering.layerServe(url) : Steering.layerNone
  return Layer.provideMerge(steering, live)
}

// The client whose requests are seen comes in place of the transport's own.
const seen = Layer.effect(
  HttpClient.HttpClient,
  Effect.gen(function* () {
    return (yield* Requests.Requests).client(yield* HttpClient.HttpClient)
  })
)

export const servicesOf = (flags: WorkbenchFlags, target: Target) => {
  const isReal = target.target === "live" || target.target === "serve"
  return Layer.mergeAll(Jobs.layer, tools.layer).pipe(
    Layer.provideMerge(Files.layer),
    Layer.provideMerge(services),
    Layer.provideMerge(
      Layer.mergeAll(
        Layer.effect(Endpoint.Endpoint, readEndpoint(flags)),
        isReal ? journal : Journal.layerMemory,
        Polling.layer({ schedule: isReal ? Polling.relaxed : Polling.eager, deadline: "6 hours" })
      )
    ),
    Layer.provideMerge(seen),
    Layer.provideMerge(Requests.layer),
    Layer.provideMerge(Layer.merge(Events.layer, transportOf(flags, target)))
  )
}
