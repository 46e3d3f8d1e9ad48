/**
 * Importing `QueryJob` from the published package into a process that has loaded nothing. The peers are those modules of
 * Effect that it imports itself, and the root of the international SDK.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import * as Effect from "effect/Effect"
import { build } from "esbuild"
import { cache, distribution, node, root } from "../child.ts"
import { compare, type Form } from "../measure.ts"

const imported = (specifier: string) =>
  node(
    "--input-type=module",
    "--eval",
    `
      const cpu = process.cpuUsage()
      const start = performance.now()
      await import(${JSON.stringify(specifier)})
      const time = performance.now() - start
      const { user, system } = process.cpuUsage(cpu)
      console.log(JSON.stringify({ time, cpu: (user + system) / 1000 }))
    `
  )

const queryJob = path.join(root, "dist/job/QueryJob.js")

/** Writes a module that imports what `QueryJob` imports of Effect. */
const effects = Effect.promise(async () => {
  const { metafile } = await build({
    entryPoints: [queryJob],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    packages: "external"
  })
  const modules = Object.values(metafile.inputs)
    .flatMap((input) => input.imports)
    .filter((module) => module.kind === "import-statement" && module.path.startsWith("effect/"))
    .map((module) => `import ${JSON.stringify(module.path)}\n`)
  mkdirSync(cache, { recursive: true })
  const file = path.join(cache, "effects.mjs")
  writeFileSync(file, [...new Set(modules)].join(""))
  return file
})

export const coldImport = {
  name: "import",
  run: Effect.fnUntraced(function* (form: Form) {
    yield* distribution
    const url = (file: string) => pathToFileURL(file).href
    return yield* compare(form, {
      title: "cold import of QueryJob",
      rounds: { short: 10, full: 30 },
      warmUps: 2,
      ours: imported(url(queryJob)),
      peers: {
        "Effect's modules": imported(url(yield* effects)),
        "SDK intl root": imported(import.meta.resolve("tencentcloud-sdk-nodejs-intl-en"))
      },
      metrics: {
        time: { name: "time", unit: "ms", form: "full", goals: { "Effect's modules": 1.1 } },
        cpu: { name: "CPU", unit: "ms", goals: { "Effect's modules": 1.1 } }
      }
    })
  })
}
