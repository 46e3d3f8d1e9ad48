/**
 * A process of a fleet: as many requests as its share of the ceiling allows, from 30 callers, until it is killed.
 *
 *   node test/cloud/fleetWorker.ts <Redis URL> <server URL> <wait|share>
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRedis from "@effect/platform-node/NodeRedis"
import { Effect, Layer } from "effect"
import { HttpClient } from "effect/http"
import * as RateLimit from "../../src/cloud/RateLimit.ts"

const [redis = "", server = "", policy] = process.argv.slice(2)

// It ends with the process that started it.
process.stdin.on("end", () => process.exit()).resume()

const call = Effect.gen(function* () {
  const { acquireScoped } = yield* RateLimit.RateLimit
  yield* acquireScoped("key")
  yield* HttpClient.post(server)
}).pipe(
  Effect.scoped,
  // The server goes away when the test ends.
  Effect.catchCause(() => Effect.sleep(100))
)

const limiter = RateLimit.layerShared({
  onStoreFailure: policy === "share" ? { policy, processes: 2 } : { policy: "wait", deadline: "30 seconds" }
}).pipe(Layer.provide(NodeRedis.layer({ url: redis, disableOfflineQueue: true })))

await Effect.forEach(Array.from({ length: 30 }), () => Effect.forever(call), { concurrency: "unbounded" }).pipe(
  Effect.provide(Layer.merge(limiter, NodeHttpClient.layerUndici)),
  Effect.runPromise
)
