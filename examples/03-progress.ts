/** Each change of a job as it happens, as a stream. */
import { Console, DateTime, Effect, Layer, Stream } from "effect"
import { JobKind, Polling, QueryJob, SubmitJob } from "effect-hunyuan3d"
import { Transport } from "./transport.ts"

const program = Effect.gen(function* () {
  const ticket = yield* SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, { Prompt: "a red rocket" }))
  yield* Console.log(`job ${ticket.jobId}`)
  const jobs = yield* QueryJob.QueryJob
  yield* jobs
    .watch(ticket)
    .pipe(
      Stream.runForEach((job) =>
        Effect.flatMap(DateTime.now, (now) => Console.log(`${DateTime.formatIso(now)} ${job.status}`))
      )
    )
})

// `Polling` says how often a job is looked at, and for how long.
const Live = Layer.merge(QueryJob.layer, SubmitJob.layer).pipe(
  Layer.provideMerge(Polling.layer({ schedule: Polling.eager, deadline: "10 minutes" })),
  Layer.provide(Transport)
)

await Effect.runPromise(Effect.provide(program, Live))
