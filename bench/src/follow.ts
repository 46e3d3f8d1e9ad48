/**
 * Waits in time that is worked out: each job is looked at as a schedule says, in the order in which the looks would
 * happen, so that a schedule which learns has seen what it would have seen. Times are in seconds.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Job from "../../src/job/Job.ts"
import * as Polling from "../../src/job/Polling.ts"

type Polled = Polling.PollingOptions["schedule"]

/** A job, and when a wait for it begins. */
export interface Followed {
  readonly submittedAt: number
  /** How long it waits for a task slot. */
  readonly queued?: number
  /** How long it runs. */
  readonly runs: number
  /** How long after its submission the wait begins. */
  readonly joined?: number
}

/** What it took to see the end of a job. */
export interface Seen {
  readonly looks: number
  readonly delay: number
}

const id = Job.JobId.make("1375367755519696896")
const waiting = new Job.Waiting({ id })
const running = new Job.Running({ id })
const done = new Job.Done({ id })

const stateAt = ({ queued = 0, runs, submittedAt }: Followed, now: number) => {
  if (now < submittedAt + queued) return waiting
  return now < submittedAt + queued + runs ? running : done
}

/** Follows all jobs to their ends. */
export const follow = Effect.fnUntraced(function* (schedule: Polled, jobs: ReadonlyArray<Followed>) {
  const seen = new Map<Followed, Seen>()
  const looks = yield* Effect.forEach(jobs, (job) => {
    const submittedAt = DateTime.makeUnsafe(job.submittedAt * 1000)
    const ticket = new Job.JobTicket({ jobId: id, kind: "Pro", region: "ap-singapore", submittedAt })
    return Effect.map(Effect.provideService(Schedule.toStep(schedule), Polling.CurrentTicket, ticket), (step) => ({
      job,
      step,
      at: job.submittedAt + (job.joined ?? 0),
      count: 1
    }))
  })
  while (looks.length > 0) {
    const nth = looks.reduce((first, look, nth) => (look.at < (looks[first]?.at ?? 0) ? nth : first), 0)
    const look = looks[nth]
    if (look === undefined) break
    const { at, job, step } = look
    const state = stateAt(job, at)
    const [, pause] = yield* step(at * 1000, state)
    if (Job.isEnded(state)) {
      looks.splice(nth, 1)
      seen.set(job, { looks: look.count, delay: at - job.submittedAt - (job.queued ?? 0) - job.runs })
    } else {
      look.at += Duration.toMillis(pause) / 1000
      look.count++
    }
  }
  return jobs.flatMap((job) => seen.get(job) ?? [])
})

/** Jobs one after the other, each of a duration drawn from the list. */
export const drawn = (durations: ReadonlyArray<number>, count: number, from = 0, spacing = 10_000) =>
  Effect.forEach(
    Array.from({ length: count }, (_, nth) => from + nth * spacing),
    (submittedAt) =>
      Effect.map(Random.nextIntBetween(0, durations.length), (nth): Followed => ({
        submittedAt,
        runs: durations[nth % durations.length] ?? 0
      }))
  )

/** The mean of the looks and of the delays, and the delay that one job of twenty passes. */
export const summary = (seen: ReadonlyArray<Seen>) => {
  const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length
  const delays = seen.map(({ delay }) => delay).toSorted((a, b) => a - b)
  return {
    looks: mean(seen.map(({ looks }) => looks)),
    delay: mean(delays),
    p95: delays[Math.floor(delays.length * 0.95)] ?? 0
  }
}
