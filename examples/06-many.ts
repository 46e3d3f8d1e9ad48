/** Many requests: as many at once as there are task slots, and none bought twice when it is run again. */
import { NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer, Stream } from "effect"
import { Batch, GenerateJob, JobKind, Journal } from "effect-hunyuan3d"
import { Transport } from "./transport.ts"

const prompts = ["a brass teapot", "a red rocket", "a wooden chair", "a stone lighthouse", "a brass teapot"]

const program = Batch.download(
  Stream.map(Stream.fromIterable(prompts), (Prompt) => Batch.item(JobKind.Pro, { Prompt })),
  "models"
).pipe(Stream.runForEach(({ _tag, line }) => Console.log(`${prompts[line.index]}: ${_tag}`)))

const Live = Layer.merge(GenerateJob.layer, Journal.layerMemory).pipe(
  Layer.provideMerge(Transport),
  Layer.provideMerge(NodeServices.layer)
)

await Effect.runPromise(Effect.provide(program, Live))
