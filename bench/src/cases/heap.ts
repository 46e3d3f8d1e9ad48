/**
 * The heap that one `wait` takes between two looks.
 *
 * The peers do the same without this library: a fiber that looks by the same schedule until the same deadline, and a
 * loop of promises with a timer.
 */
import { setTimeout } from "node:timers/promises"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Job from "../../../src/job/Job.ts"
import * as JobApi from "../../../src/job/JobApi.ts"
import * as Polling from "../../../src/job/Polling.ts"
import * as QueryJob from "../../../src/job/QueryJob.ts"
import { fibers } from "../fibers.ts"
import { compare, type Form, heapOf } from "../measure.ts"
import { jobId } from "../support.ts"

/** Every job runs, and is looked at without a request. */
const jobs = QueryJob.layerNoDeps.pipe(
  Layer.provide(
    Layer.succeed(JobApi.JobApi, {
      submit: () => Effect.die("nothing is submitted here"),
      query: ({ jobId }) => Effect.succeed(new Job.Running({ id: jobId }))
    })
  )
)

const wait = (nth: number) => QueryJob.QueryJob.use((jobs) => jobs.wait(jobId(nth)))

const fiber = (nth: number) =>
  Effect.sync(() => new Job.Running({ id: jobId(nth) })).pipe(
    Effect.repeat({ until: Job.isEnded, schedule: Polling.relaxed }),
    Effect.timeout("30 minutes")
  )

const promises = (count: number) =>
  Effect.gen(function* () {
    const stop = new AbortController()
    const look = async (nth: number) => {
      for (let pause = 3000; ; pause = Math.min(pause * 1.3, 15_000)) {
        const job: Job.Job = new Job.Running({ id: jobId(nth) })
        if (Job.isEnded(job)) return
        await setTimeout(pause, undefined, { signal: stop.signal })
      }
    }
    let all: Promise<unknown> = Promise.resolve()
    const start = Effect.sync(() => {
      all = Promise.allSettled(Array.from({ length: count }, (_, nth) => look(nth)))
    })
    const heap = yield* heapOf(count, start)
    stop.abort()
    yield* Effect.promise(() => all)
    return { heap }
  })

export const heap = {
  name: "heap",
  run: Effect.fnUntraced(function* (form: Form) {
    const count = 1000
    return yield* compare(form, {
      title: "one wait, between two looks",
      rounds: { short: 3, full: 7 },
      warmUps: 1,
      ours: fibers(count, wait),
      peers: { "a fiber": fibers(count, fiber), "a promise": promises(count) },
      metrics: { heap: { name: "heap", unit: "kB", goal: 20 } }
    }).pipe(Effect.provide(jobs))
  })
}
