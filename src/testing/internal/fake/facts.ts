/** What the fake tells of its jobs and their clock, in the forms of the handle. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type { JobClock, JobState } from "./handle.ts"
import { status, type FakeJob } from "./job.ts"
import type { Settings } from "./settings.ts"
import { submittedAt } from "./state.ts"

/** What is later than any date does not come. */
const dateOf = (time: number) => (time <= 8.64e15 ? DateTime.makeUnsafe(time) : undefined)

export const jobState = (job: FakeJob, now: number): JobState => ({
  id: job.id,
  kind: job.kind.name,
  region: job.region,
  status: status(job, now),
  submittedAt: DateTime.makeUnsafe(submittedAt(job)),
  startsAt: dateOf(job.startsAt),
  endsAt: dateOf(job.endsAt),
  expiresAt: DateTime.makeUnsafe(job.expiresAt)
})

export const clockOf = ({ advancedBy, timeScale }: Settings, now: number): JobClock => ({
  now: DateTime.makeUnsafe(now),
  advancedBy: Duration.millis(advancedBy),
  timeScale
})
