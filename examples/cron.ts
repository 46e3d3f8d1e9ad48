/** At a fixed time, takes up every job of the journal that has no files yet. It submits nothing, so it costs nothing. */
import { NodeServices } from "@effect/platform-node"
import { Console, Cron, Effect, Layer, Schedule } from "effect"
import { JobKind, Journal, QueryJob, ResultFiles, SubmitJob } from "effect-hunyuan3d"
import { Transport } from "./transport.ts"

const resumeAll = Effect.gen(function* () {
  const journal = yield* Journal.Journal
  const jobs = yield* QueryJob.QueryJob
  const { entries } = yield* journal.list
  for (const { files, operation, ticket } of entries) {
    if (ticket === undefined || files !== undefined) continue
    const done = yield* jobs.wait(ticket)
    const downloaded = yield* ResultFiles.download(done, "models")
    yield* journal.downloaded(
      done.id,
      downloaded.map(({ path }) => path)
    )
    yield* Console.log(`${operation}: ${downloaded.length} file`)
  }
})

const nightly = Schedule.cron(Cron.parseUnsafe("0 3 * * *"))

const program = Effect.gen(function* () {
  yield* SubmitJob.SubmitJob.use((jobs) => jobs.submit(JobKind.Pro, { Prompt: "a vase" }, { operation: "order-18" }))
  // Once now, and then each night. The example does not wait for the night: leave `times` out in yours.
  yield* Effect.repeat(resumeAll, { schedule: nightly, times: 0 })
})

const Live = Layer.merge(SubmitJob.layer, QueryJob.layer).pipe(
  Layer.provideMerge(Journal.layerMemory),
  Layer.provideMerge(Transport),
  Layer.provideMerge(NodeServices.layer)
)

await Effect.runPromise(Effect.provide(program, Live))
