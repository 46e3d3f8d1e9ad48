/**
 * The default schedule of a wait, worked out and not measured: how many looks a job takes, and how long after its end
 * the wait sees it. The peer looks every 10 seconds.
 *
 * How long jobs take is log-normal, with medians of 30, 120 and 240 seconds; the jobs stand for equal shares of all, so
 * that nothing but the schedule's own jitter is drawn, from a fixed seed.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Job from "../../../src/job/Job.ts"
import * as Polling from "../../../src/job/Polling.ts"
import { compare, type Form } from "../measure.ts"
import { jobId } from "../support.ts"

// Of the logarithm: one job of six takes more than twice as long as the median.
const deviation = 0.68

const jobs = 1000

/** The quantile of the normal distribution: a bisection, since nothing here is in a hurry. */
const quantile = (share: number) => {
  let low = -8
  let high = 8
  while (high - low > 1e-9) {
    const middle = (low + high) / 2
    if (normal(middle) < share) low = middle
    else high = middle
  }
  return low
}

/** The distribution function, by the trapezium rule. */
const normal = (x: number) => {
  const steps = 200
  let sum = 0
  for (let i = 0; i <= steps; i++) sum += (i % steps === 0 ? 0.5 : 1) * Math.exp(-((x * i) ** 2) / steps ** 2 / 2)
  return 0.5 + (sum * x) / steps / Math.sqrt(2 * Math.PI)
}

/** How much longer than the median each job takes. */
const factors = Array.from({ length: jobs }, (_, nth) => Math.exp(deviation * quantile((nth + 0.5) / jobs)))

const running = new Job.Running({ id: jobId(0) })

/** Looks until the job has ended; times are in milliseconds since the start. */
const follow = Effect.fnUntraced(function* (schedule: Polling.PollingOptions["schedule"], end: number) {
  const step = yield* Schedule.toStep(schedule)
  let now = 0
  let looks = 1
  for (; now < end; looks++) {
    const [, pause] = yield* step(now, running)
    now += Duration.toMillis(pause)
  }
  return { looks, delay: now - end }
})

const average = (schedule: Polling.PollingOptions["schedule"], median: number) =>
  Effect.gen(function* () {
    let looks = 0
    let delay = 0
    for (const factor of factors) {
      const followed = yield* follow(schedule, median * 1000 * factor)
      looks += followed.looks
      delay += followed.delay
    }
    return { looks: looks / jobs, delay: delay / jobs / 1000 }
  }).pipe(Random.withSeed("bench"))

/** The bounds for jobs of another length are a tenth above what the first default schedule took. */
const goals = { 30: { looks: 7.8, delay: 6.3 }, 120: { looks: 15, delay: 5 }, 240: { looks: 27.6, delay: 8.4 } }

export const schedule = {
  name: "schedule",
  run: Effect.fnUntraced(function* (form: Form) {
    const { schedule } = yield* Polling.Polling
    return yield* Effect.forEach([120, 30, 240] as const, (median) =>
      compare(form, {
        title: `the default schedule, jobs of ${median} s`,
        rounds: { short: 1, full: 1 },
        ours: average(schedule, median),
        peers: { "every 10 s": average(Schedule.spaced("10 seconds"), median) },
        metrics: {
          looks: { name: "looks a job", unit: "", goal: goals[median].looks },
          delay: { name: "mean delay", unit: "s", goal: goals[median].delay }
        }
      })
    ).pipe(Effect.map((lines) => lines.flat()))
  })
}
