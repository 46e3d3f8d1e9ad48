/** Whether the shared store of permits answers, as one process sees it, for all keys together. */
import * as Duration from "effect/Duration"
import * as Metric from "effect/Metric"
import * as StoreHealth from "../../../internal/storeHealth.ts"

// Others may use for a moment what the store granted them before. A window after that nothing of it counts any more.
const othersStopAfter = Duration.millis(500)

// Connections to a store that came back are made again within about three seconds, at the times of each process.
const othersKnowAfter = Duration.toNanosUnsafe("3500 millis")

const up = Metric.gauge("hunyuan3d_limit_store_up", {
  description: "1 while the shared store of rate limits answers, 0 while it is lost",
  // Not "1", for which collectors add "_ratio" to the name.
  attributes: { unit: "{store}" }
})

/** The consequence is logged when the store is lost. */
export const make = (consequence: string, window: Duration.Duration) => {
  const lostAfter = Duration.sum(window, othersStopAfter)
  const health = StoreHealth.make({ of: "rate limits", consequence, lostAfter, up })
  return {
    ...health,
    /** Whether the store is lost, or was lost so recently that other processes may not yet know that it is back. */
    isDoubtful: (now: bigint) => {
      const foundAt = health.foundAt()
      return health.isLost() || (foundAt !== undefined && now < foundAt + othersKnowAfter)
    }
  }
}

export type Health = ReturnType<typeof make>
