/**
 * The step that waits. Its looks are those of `QueryJob.wait`, in one activity: a look
 * writes nothing, and a runner that takes a job over looks at once.
 *
 * A pause of more than a minute ends the activity, and the workflow sleeps by
 * `DurableClock` until the next one: it takes no memory then. What has to outlive that is
 * how often the schedule was stepped, and the activity says it.
 */
import * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Activity from "effect/workflow/Activity"
import * as DurableClock from "effect/workflow/DurableClock"
import * as GenerateJob from "../../../job/GenerateJob.ts"
import * as Job from "../../../job/Job.ts"
import * as Journal from "../../../job/Journal.ts"
import * as Polling from "../../../job/Polling.ts"
import * as QueryJob from "../../../job/QueryJob.ts"
import { NotDone } from "./schemas.ts"
import type { Submitted } from "./submit.ts"

const longPause = Duration.minutes(1)

// Where no runner lived until the deadline, the job may have ended all the same.
const lastLook = Duration.seconds(30)

/** The job goes on, and is looked at again after a pause. `steps` is how often the schedule was stepped so far. */
class Later extends Schema.TaggedClass<Later>()("Later", {
  steps: Schema.Int,
  pause: Schema.DurationFromMillis
}) {}

/** A schedule that was stepped before, up to its first long pause, which it reports. */
const upToLongPause = (
  schedule: Polling.PollingOptions["schedule"],
  before: number,
  report: (later: Later) => void
): Polling.PollingOptions["schedule"] =>
  Schedule.fromStep(
    Effect.map(Schedule.toStep(schedule), (step) => {
      let steps = 0
      return Effect.fnUntraced(function* (now: number, job: Job.Job) {
        for (; steps < before; steps++) yield* step(now, job)
        const [output, pause] = yield* step(now, job)
        steps += 1
        if (Duration.isLessThanOrEqualTo(pause, longPause)) return [output, pause]
        report(new Later({ steps, pause }))
        return yield* Cause.done(output)
      })
    })
  )

const look = (round: number, { at, ticket }: typeof Submitted.Type, steps: number) =>
  Activity.make({
    name: `wait-${round}`,
    success: Schema.Union([Job.Done, Later]),
    error: NotDone,
    execute: Effect.gen(function* () {
      // It must be there: QueryJob records the end of the job in it.
      yield* Journal.Journal
      const { wait } = yield* QueryJob.QueryJob
      const { deadline, schedule } = yield* Polling.Polling
      const end = DateTime.addDuration(at, deadline)
      const left = DateTime.distance(yield* DateTime.now, end)
      let later: Later | undefined
      return yield* wait(ticket, {
        deadline: Duration.max(left, lastLook),
        schedule: upToLongPause(schedule, steps, (reported) => {
          later = reported
        })
      }).pipe(
        Effect.catchTags({
          ApiError: (error) => Effect.fail(new GenerateJob.WaitFailed({ ticket, error })),
          WaitTimeout: Effect.fnUntraced(function* (timeout) {
            const now = yield* DateTime.now
            const rest = DateTime.distance(now, end)
            if (later !== undefined && Duration.isGreaterThan(rest, Duration.zero)) {
              return new Later({ ...later, pause: Duration.min(later.pause, rest) })
            }
            return yield* new QueryJob.WaitTimeout({ ...timeout, elapsed: DateTime.distance(at, now) })
          })
        })
      )
    })
  })

/** Waits until the job is done. */
export const wait = Effect.fnUntraced(function* (submitted: typeof Submitted.Type) {
  let steps = 0
  for (let round = 1; ; round++) {
    const seen = yield* look(round, submitted, steps)
    if (seen._tag === "Done") return seen
    steps = seen.steps
    yield* DurableClock.sleep({ name: `pause-${round}`, duration: seen.pause })
  }
})
