/**
 * What this floor measures. `docs/observability.md` lists it, and a test compares.
 *
 * **Gotchas**
 *
 * - The end of a job is measured by the loop that saw the job before its end as well,
 *   once for all who wait. An end that was there at the first look is of any age, and
 *   may have been measured by another process.
 * - When a job ended is unknown. It was after the look before, so that is what the
 *   detection delay is measured from: the true one is shorter.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import type * as Operation from "../../cloud/Operation.ts"
import { measured, tagged } from "../../internal/metric.ts"
import { outcomeOf } from "../../internal/outcome.ts"
import * as Credits from "../Credits.ts"
import * as Job from "../Job.ts"
import type * as JobKind from "../JobKind.ts"

const submissions = tagged((kind: string, outcome: string) =>
  Metric.counter("hunyuan3d_submissions_total", {
    description: "Submissions by what came of them",
    incremental: true,
    attributes: { unit: "{submission}", kind, outcome }
  })
)

const looks = tagged((kind: string, state: string) =>
  Metric.counter("hunyuan3d_looks_total", {
    description: "Looks at jobs by the state that they saw",
    incremental: true,
    attributes: { unit: "{look}", kind, state }
  })
)

const lookFailures = tagged((kind: string, reason: string) =>
  Metric.counter("hunyuan3d_look_failures_total", {
    description: "Looks at jobs that failed, by their reason",
    incremental: true,
    attributes: { unit: "{look}", kind, reason }
  })
)

const jobSeconds = tagged((kind: string, state: string) =>
  Metric.histogram("hunyuan3d_job_duration_seconds", {
    description: "Time from the submission of a job to the look that saw its end",
    boundaries: [10, 20, 30, 45, 60, 90, 120, 180, 240, 300, 600, 1200, 1800, 3600],
    attributes: { unit: "s", kind, state }
  })
)

const detectionSeconds = tagged((kind: string) =>
  Metric.histogram("hunyuan3d_job_detection_delay_bound_seconds", {
    description: "The longest time that a job can have been over when its end was seen",
    boundaries: [1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 300],
    attributes: { unit: "s", kind }
  })
)

const creditsConsumed = tagged((kind: string) =>
  Metric.counter("hunyuan3d_credits_consumed_total", {
    description: "Credits that ended jobs cost, where the service reports it",
    incremental: true,
    attributes: { unit: "{credit}", kind }
  })
)

const creditsEstimated = tagged((kind: string) =>
  Metric.counter("hunyuan3d_credits_estimated_total", {
    description: "Credits that submitted jobs cost at the most, by the price list",
    incremental: true,
    attributes: { unit: "{credit}", kind }
  })
)

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
    attributes: { unit: "1", kind }
  })
)

const slotSeconds = tagged((kind: string) =>
  Metric.histogram("hunyuan3d_task_slot_wait_seconds", {
    description: "Time that a submission waited for its task slot",
    boundaries: [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 10_800],
    attributes: { unit: "s", kind }
  })
)

const slotStore = Metric.gauge("hunyuan3d_task_slot_store_up", {
  description: "1 while the shared store of task slots answers, 0 while it does not",
  attributes: { unit: "1" }
})

/** Counts a look. */
export const measuredLook = ({ kind }: Job.JobTicket) =>
  measured(
    (context) => (exit: Exit.Exit<Job.Job, unknown>) =>
      (Exit.isSuccess(exit) ? looks(kind, exit.value._tag) : lookFailures(kind, outcomeOf(exit))).updateUnsafe(
        1,
        context
      )
  )

/** Measures the end of a job, when it is told of each state that a loop saw. */
export const makeMeasuredEnd = ({ kind, submittedAt }: Job.JobTicket) => {
  let before: number | undefined
  return (job: Job.Job): Effect.Effect<void> =>
    Effect.clockWith((clock) => {
      const now = clock.currentTimeMillisUnsafe()
      const since = (then: number) => Math.max(0, now - then) / 1000
      if (!Job.isEnded(job)) {
        before = now
        return Effect.void
      }
      if (before === undefined) return Effect.void
      const updates = [Metric.update(detectionSeconds(kind), since(before))]
      if (submittedAt !== undefined) {
        updates.push(Metric.update(jobSeconds(kind, job._tag), since(DateTime.toEpochMillis(submittedAt))))
      }
      if (job.credits !== undefined) updates.push(Metric.update(creditsConsumed(kind), job.credits.consumed))
      return Effect.all(updates, { discard: true })
    })
}

/** In the words of the journal. */
const submissionOutcome = (exit: Exit.Exit<unknown, { readonly mayHaveRun: boolean }>): string => {
  if (Exit.isSuccess(exit)) return "Accepted"
  const error = Exit.findErrorOption(exit)
  const isUnknown = Option.isSome(error) ? error.value.mayHaveRun : !Cause.hasInterruptsOnly(exit.cause)
  return isUnknown ? "Unknown" : "Refused"
}

/** Counts a submission by what came of it, and what its job costs at the most, where the price list says it. */
export const measuredSubmission = <Request extends Operation.Codec>(
  kind: JobKind.JobKind<Request>,
  request: Request["Type"]
) => {
  const estimate = Credits.estimate(kind, request)
  return measured((context) => (exit: Exit.Exit<unknown, { readonly mayHaveRun: boolean }>) => {
    submissions(kind.name, submissionOutcome(exit)).updateUnsafe(1, context)
    if (Exit.isSuccess(exit) && Option.isSome(estimate)) {
      creditsEstimated(kind.name).updateUnsafe(estimate.value.high, context)
    }
  })
}

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

/** Tells whether the shared store of task slots answers: 1 or 0. */
export const measuredSlotStore = (up: number): Effect.Effect<void> => Metric.update(slotStore, up)
