/** The call as an Effect program. */
import type { Sample } from "../../Api.ts"
import { script } from "../literals.ts"
import { type CallOf, defaultRegion, filesNeeded, isOther, keysNeeded, urlOf } from "./where.ts"

export const effect = (call: CallOf): Sample => {
  const { files, kind, where } = call
  const { host, protocol } = urlOf(where)
  const settings = [
    ...(isOther(where) ? [`protocol: "${protocol.slice(0, -1)}", host: "${host}"`] : []),
    ...(where.region === defaultRegion ? [] : [`region: "${where.region}"`])
  ]
  const reads = files.map(({ name, use }, index) => {
    const limits = use === "subject" ? "" : `, Hunyuan.imageLimits.${use}`
    return `  const image${index + 1} = yield* Image.fromFile("${name}"${limits})\n`
  })
  const request = script(call, (name) => `image${files.findIndex((file) => file.name === name) + 1}.base64`)
  const modules = [
    "Credentials",
    ...(settings.length > 0 ? ["Endpoint"] : []),
    "GenerateJob",
    ...(files.some(({ use }) => use !== "subject") ? ["Hunyuan"] : []),
    ...(files.length > 0 ? ["Image"] : []),
    "JobKind",
    "ResultFiles"
  ]
  return {
    name: "effect",
    title: "Effect",
    language: "ts",
    needs: `Needs effect, @effect/platform-node and effect-hunyuan3d, and ${keysNeeded}.${filesNeeded(call)}`,
    code: `import * as NodeServices from "@effect/platform-node/NodeServices"
import { Console, Effect, Layer } from "effect"
import { ${modules.join(", ")} } from "effect-hunyuan3d"
import { FetchHttpClient } from "effect/http"

const program = Effect.gen(function* () {
${reads.join("")}  const jobs = yield* GenerateJob.GenerateJob
  const done = yield* jobs.generate(JobKind.${kind.name}, ${request.replaceAll("\n", "\n  ")})
  for (const file of yield* ResultFiles.download(done, "models")) {
    yield* Console.log(file.path)
  }
})

const Live = Layer.mergeAll(
  GenerateJob.layer.pipe(Layer.provide(Credentials.layerEnv)),
  NodeServices.layer${settings.length === 0 ? "" : `,\n  Endpoint.layer({ ${settings.join(", ")} })`}
).pipe(Layer.provideMerge(FetchHttpClient.layer))

await Effect.runPromise(Effect.provide(program, Live))
`
  }
}
