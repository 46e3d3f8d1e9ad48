/** From an image to a model: `node examples/02-image-to-3d.ts teapot.jpg`. The image is checked before anything is paid. */
import { NodeServices } from "@effect/platform-node"
import { Console, Effect, Layer, Option } from "effect"
import { Credits, GenerateJob, Image, JobKind, ResultFiles } from "effect-hunyuan3d"
import { Transport } from "./transport.ts"

const [file = "docs/pictures/teapot.png"] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const image = yield* Image.fromFile(file)
  const request = { ImageBase64: image.base64, EnablePBR: true }
  const estimate = Credits.estimate(JobKind.Pro, request)
  if (Option.isSome(estimate)) yield* Console.log(`On the real endpoint: ${Credits.format(estimate.value)}.`)
  const jobs = yield* GenerateJob.GenerateJob
  const done = yield* jobs.generate(JobKind.Pro, request)
  for (const { path } of yield* ResultFiles.download(done, "models")) yield* Console.log(path)
}).pipe(Effect.catchTag("ImageError", (error) => Console.error(error.message)))

const Live = Layer.merge(GenerateJob.layer, NodeServices.layer).pipe(Layer.provideMerge(Transport))

await Effect.runPromise(Effect.provide(program, Live))
