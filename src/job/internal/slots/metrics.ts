/** What task slots measure. It stands here, and not with the rest of the floor, so that a bundle of `QueryJob` is without it. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { measured, tagged } from "../../../internal/metric.ts"

const slotQueue = tagged((kind: string) =>
  Metric.gauge("hunyuan3d_task_slot_queue", {
    description: "Submissions of this process that wait for a task slot now",
    attributes: { unit: "{submission}", kind }
  })
)

const slotPosition = tagged((kind: string) =>
  Metric.gauge("hunyuan3d_task_slot_position", {
    description:
      "Position in the queue for task slots of the first submission of this process that waits, 0 if none does",
    attributes: { unit: "{submission}", kind }
  })
)

const slotSeconds = tagged((kind: string) =>
  Metric.histogram("hunyuan3d_task_slot_wait_seconds", {
    description: "Time that a submission waited for its task slot",
    boundaries: [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 10_800],
    attributes: { unit: "s", kind }
  })
)

/** Whether the shared store answers. */
export const slotStore = Metric.gauge("hunyuan3d_task_slot_store_up", {
  description: "1 while the shared store of task slots answers, 0 while it does not",
  attributes: { unit: "{store}" }
})

/** Measures how many wait for a task slot, and how long. */
export const measuredTurn = (kind: string) =>
  measured((context) => {
    const clock = Context.get(context, Clock.Clock)
    const queue = slotQueue(kind)
    const started = clock.monotonicTimeNanosUnsafe()
    queue.modifyUnsafe(1, context)
    return () => {
      queue.modifyUnsafe(-1, context)
      slotSeconds(kind).updateUnsafe(Number(clock.monotonicTimeNanosUnsafe() - started) / 1e9, context)
    }
  })

/** Tells how far the first one that waits has come. */
export const measuredPosition = (kind: string, position: number): Effect.Effect<void> =>
  Metric.update(slotPosition(kind), position)
