/**
 * The service alone, without its layers: `QueryJob` tells it which jobs have ended, and a
 * bundle of it stays without stores.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Job from "../../Job.ts"
import type * as JobKind from "../../JobKind.ts"
import type { TaskSlotsUnavailable } from "./unavailable.ts"

/**
 * The place of one submission in the queue of its kind, and the task slot that it gets.
 *
 * @category models
 * @since 0.1.0
 */
export interface Place {
  /** Waits until the submission may be sent. After `refused` it waits again, at the same place. */
  readonly turn: Effect.Effect<void, TaskSlotsUnavailable>
  /** The service found all task slots taken: whoever is behind waits until this one has tried again, or left. */
  readonly refused: Effect.Effect<void>
  /** The service accepted the job, which holds the task slot from now on. */
  readonly accepted: (jobId: Job.JobId) => Effect.Effect<void>
  /** Leaves the queue, or gives the task slot back; a job may hold it for longer. */
  readonly leave: Effect.Effect<void>
}

/**
 * The queues in which submissions wait for task slots, one for each kind of job.
 *
 * **Details**
 *
 * `SubmitJob` takes its task slots here, and `QueryJob` tells which jobs have ended. Without the service, `SubmitJob`
 * counts for itself.
 *
 * @category services
 * @since 0.1.0
 */
export class TaskSlotPool extends Context.Service<
  TaskSlotPool,
  {
    /**
     * Enters the queue of a kind at its end. `onPosition` hears the position, 1 for the next one, when the submission
     * has to wait and whenever it changes. Whoever enters must leave.
     */
    readonly enter: (kind: JobKind.Any, onPosition?: (position: number) => Effect.Effect<void>) => Effect.Effect<Place>
    /** Tells that a job has ended, whoever submitted it. */
    readonly ended: (ticket: Job.JobTicket) => Effect.Effect<void>
  }
>()("effect-hunyuan3d/TaskSlots/TaskSlotPool") {}
