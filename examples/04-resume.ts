/**
 * An operation id of your own, such as the number of an order: given again, in another process and after a crash too, it
 * finds the job and never buys a second one.
 */
import { NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer } from "effect"
import { GenerateJob, JobKind, Journal } from "effect-hunyuan3d"
import { Transport } from "./transport.ts"

const order = Effect.gen(function* () {
  const jobs = yield* GenerateJob.GenerateJob
  const done = yield* jobs.generate(JobKind.Pro, { Prompt: "a wooden chair" }, { operation: "order-17" })
  yield* Console.log(`order-17 is job ${done.id}`)
})

const program = Effect.gen(function* () {
  yield* order
  yield* order
  const { entries } = yield* Journal.Journal.use((journal) => journal.list)
  yield* Console.log(`The journal has ${entries.length} submission.`)
})

// `Journal.layerFiles` keeps it in files of the user, `Journal.layerSql` in a database.
const Live = GenerateJob.layer.pipe(
  Layer.provideMerge(Journal.layerMemory),
  Layer.provide(Transport),
  Layer.provideMerge(NodeServices.layer)
)

await Effect.runPromise(Effect.provide(program, Live))
