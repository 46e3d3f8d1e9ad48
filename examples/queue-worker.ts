/**
 * A worker that takes messages from a queue. The id of a message is the operation id: a message that is delivered twice
 * buys one job.
 */
import { NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer, Queue } from "effect"
import { GenerateJob, JobKind, Journal, ResultFiles } from "effect-hunyuan3d"
import { Transport } from "./transport.ts"

interface Message {
  readonly id: string
  readonly prompt: string
}

const handle = Effect.fn("handle")(function* ({ id, prompt }: Message) {
  const jobs = yield* GenerateJob.GenerateJob
  const done = yield* jobs.generate(JobKind.Pro, { Prompt: prompt }, { operation: id })
  const files = yield* ResultFiles.download(done, "models")
  yield* Console.log(`${id}: job ${done.id}, ${files.length} file`)
})

const program = Effect.gen(function* () {
  const queue = yield* Queue.unbounded<Message>()
  yield* Queue.offerAll(queue, [
    { id: "message-1", prompt: "a teapot" },
    { id: "message-2", prompt: "a rocket" },
    { id: "message-1", prompt: "a teapot" }
  ])
  // Three of Pro run at once for an account. In a worker of yours this goes on for ever.
  yield* Effect.forEach([1, 2, 3], () => Effect.flatMap(Queue.take(queue), handle), { concurrency: 3 })
})

const Live = GenerateJob.layer.pipe(
  Layer.provide(Journal.layerMemory),
  Layer.provideMerge(Transport),
  Layer.provideMerge(NodeServices.layer)
)

await Effect.runPromise(Effect.provide(program, Live))
