/**
 * What schedules cost, worked out and not measured: how many looks a job takes, and how long after its end the wait sees
 * it. Whatever is drawn comes from fixed seeds, which are others than those of the tests.
 *
 * The default is beside looks every 10 seconds, for jobs of medians of 30, 120 and 240 seconds, and for jobs that wait
 * for a task slot first. Adaptive polling, after 50 jobs, is beside the fewest looks that any schedule takes for the same
 * delay, and in the 100 jobs after the durations have changed beside the default.
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Polling from "../../../src/job/Polling.ts"
import { logNormal, minutes, shifts } from "../durations.ts"
import { drawn, follow, type Followed, type Seen, summary } from "../follow.ts"
import { compare, type Form } from "../measure.ts"
import { fewestLooks } from "../optimum.ts"

// Of the logarithm: one job of six takes more than twice as long as the median.
const deviation = 0.68

const everyTenSeconds = Schedule.spaced("10 seconds")

/** The jobs stand for equal shares of all. Each waits for a task slot for up to so many seconds first. */
const average = (schedule: Polling.PollingOptions["schedule"], durations: ReadonlyArray<number>, queue: number) =>
  Effect.forEach(durations, (runs, nth) =>
    follow(schedule, [{ submittedAt: 0, runs, queued: (nth * 97) % queue }])
  ).pipe(
    Effect.map((seen) => summary(seen.flat())),
    Random.withSeed("bench")
  )

/** The bounds for jobs of another length are a tenth above what the first default schedule took. */
const defaults = [
  { title: "jobs of 120 s", median: 120, queue: 1, goals: { looks: 15, delay: 5 } },
  { title: "jobs of 30 s", median: 30, queue: 1, goals: { looks: 7.8, delay: 6.3 } },
  { title: "jobs of 240 s", median: 240, queue: 1, goals: { looks: 27.6, delay: 8.3 } },
  { title: "jobs of 120 s after up to 5 min in the queue", median: 120, queue: 300, goals: { looks: 20, delay: 5 } }
]

const seeded = <E>(count: number, run: Effect.Effect<ReadonlyArray<Seen>, E>) =>
  Effect.forEach(
    Array.from({ length: count }, (_, nth) => nth + 1000),
    (seed) => Random.withSeed(run, seed)
  ).pipe(Effect.map((all) => summary(all.flat())))

const adaptive = (options: Polling.AdaptiveOptions = {}) => Effect.scoped(Polling.adaptive(options))

/** Adaptive polling of jobs, of which the first only teach it. */
const learnt = (jobs: Effect.Effect<ReadonlyArray<Followed>>, first: number, options?: Polling.AdaptiveOptions) =>
  Effect.gen(function* () {
    return (yield* follow(yield* adaptive(options), yield* jobs)).slice(first)
  })

const fewest = fewestLooks(minutes)

const aims = (form: Form) =>
  Effect.forEach([{ delay: "2.6 seconds" }, { delay: "7.1 seconds" }, {}] as const, (options) => {
    const ours = seeded(10, learnt(drawn(minutes, 150), 50, options))
    return compare(form, {
      title: `adaptive polling, ${"delay" in options ? `for a delay of ${options.delay}` : "its own choice"}`,
      rounds: { short: 1, full: 1 },
      ours,
      peers: { "the fewest": Effect.map(ours, ({ delay, p95 }) => ({ looks: fewest(delay), delay, p95 })) },
      metrics: {
        looks: { name: "looks a job", unit: "", goals: { "the fewest": 1.1 } },
        delay: { name: "mean delay", unit: "s", form: "full" },
        p95: { name: "95 % of the delays", unit: "s", form: "full" }
      }
    })
  })

const changed = (form: Form) =>
  Effect.forEach(Object.entries(shifts), ([title, durations]) => {
    const jobs = Effect.all([drawn(minutes, 100), drawn(durations, 100, 2_000_000)])
    const adapted = Effect.map(jobs, (both) => both.flat())
    const byDefault = Effect.flatMap(jobs, ([, after]) => follow(Polling.steady, after))
    return compare(form, {
      title: `adaptive polling, after a change to ${title}`,
      rounds: { short: 1, full: 1 },
      ours: seeded(8, learnt(adapted, 100)),
      peers: { "the default": seeded(8, byDefault) },
      metrics: {
        looks: { name: "looks a job", unit: "", goals: { "the default": 1.1 } },
        delay: { name: "mean delay", unit: "s", goals: { "the default": 1.1 } }
      }
    })
  })

export const schedule = {
  name: "schedule",
  run: Effect.fnUntraced(function* (form: Form) {
    const { schedule } = yield* Polling.Polling
    const ofDefault = yield* Effect.forEach(defaults, ({ goals, median, queue, title }) => {
      const durations = logNormal(median, deviation)
      return compare(form, {
        title: `the default schedule, ${title}`,
        rounds: { short: 1, full: 1 },
        ours: average(schedule, durations, queue),
        peers: { "every 10 s": average(everyTenSeconds, durations, queue) },
        metrics: {
          looks: { name: "looks a job", unit: "", goal: goals.looks },
          delay: { name: "mean delay", unit: "s", goal: goals.delay }
        }
      })
    })
    return [...ofDefault, ...(yield* aims(form)), ...(yield* changed(form))].flat()
  })
}
