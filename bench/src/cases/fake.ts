/**
 * The fake with many jobs: adding one more, and downloading one result. The peer is the fake itself with 1 000 jobs,
 * since neither is to depend on how many there are.
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as QueryJob from "../../../src/job/QueryJob.ts"
import * as Fake from "../../../src/testing/Fake.ts"
import { compare, type Form, timed } from "../measure.ts"
import { jobId } from "../support.ts"

const times = 1000

const each = <E, R>(effect: Effect.Effect<unknown, E, R>) =>
  Effect.map(
    timed(
      Effect.gen(function* () {
        for (let i = 0; i < times; i++) yield* effect
      })
    ),
    ({ cpu }) => (cpu / times) * 1000
  )

/** A fake with this many jobs, and what is measured on it. */
const fakeOf = Effect.fnUntraced(function* (count: number) {
  const jobs = Array.from({ length: count }, (_, nth) => ({ id: jobId(nth) }))
  const context = yield* Layer.build(QueryJob.layer.pipe(Layer.provideMerge(Fake.layer({ jobs }))))
  return Effect.gen(function* () {
    const fake = yield* Fake.Fake
    // Without the jobs that the last round has added.
    yield* fake.reset
    yield* fake.complete(jobId(count - 1))
    const job = yield* QueryJob.QueryJob.use((jobs) => jobs.query(jobId(count - 1)))
    const url = job.files[0]?.url?.href ?? ""
    const download = Effect.flatMap(HttpClient.get(url), (response) => response.arrayBuffer)
    return { add: yield* each(fake.job()), download: yield* each(download) }
  }).pipe(Effect.provide(context))
})

export const fake = {
  name: "fake",
  run: Effect.fnUntraced(function* (form: Form) {
    const count = { short: 4000, full: 20_000 }[form]
    const few = "with 1000 jobs"
    return yield* compare(form, {
      title: `the fake with ${count} jobs`,
      rounds: { short: 9, full: 9 },
      warmUps: 1,
      ours: yield* fakeOf(count),
      peers: { [few]: yield* fakeOf(1000) },
      metrics: {
        add: { name: "adding a job", unit: "µs", goals: { [few]: 1.5 } },
        download: { name: "one request for a file", unit: "µs", goals: { [few]: 1.5 } }
      }
    })
  })
}
