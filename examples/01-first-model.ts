/** From a prompt to a GLB on the disk. */
import { NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer } from "effect"
import { GenerateJob, JobKind, ResultFiles } from "effect-hunyuan3d"
import { Transport } from "./transport.ts"

const program = Effect.gen(function* () {
  const jobs = yield* GenerateJob.GenerateJob
  const done = yield* jobs.generate(JobKind.Pro, { Prompt: "a brass teapot" })
  for (const { path, size } of yield* ResultFiles.download(done, "models", { previews: true })) {
    yield* Console.log(`${path}, ${size} bytes`)
  }
})

const Live = Layer.merge(GenerateJob.layer, NodeServices.layer).pipe(Layer.provideMerge(Transport))

await Effect.runPromise(Effect.provide(program, Live))
