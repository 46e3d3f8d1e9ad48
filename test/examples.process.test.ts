/** That each example runs, as a person runs it, and prints what its reader should see. */
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as esbuild from "esbuild"
import { temporaryFolder } from "./support/processes.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

/** The example with the library from its sources, since tests run before the package is built. */
const bundle = (name: string) =>
  Effect.promise(async () => {
    const outfile = path.join(root, `node_modules/.cache/examples/${name}.mjs`)
    await esbuild.build({
      entryPoints: [path.join(root, `examples/${name}.ts`)],
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      alias: { "effect-hunyuan3d": path.join(root, "src/index.ts") },
      external: ["effect", "@effect/*", "@noble/*", "fflate", "yauzl"]
    })
    return outfile
  })

const run = Effect.fnUntraced(function* (name: string, args: ReadonlyArray<string> = []) {
  const file = yield* bundle(name)
  const cwd = yield* temporaryFolder("example")
  return yield* Effect.callback<string>((resume) => {
    const child = execFile(process.execPath, [file, ...args], { cwd, env: {} }, (error, stdout, stderr) => {
      resume(error === null ? Effect.succeed(stdout) : Effect.die(new Error(`${name}: ${stderr}${stdout}`)))
    })
    return Effect.sync(() => child.kill())
  })
})

const image = path.join(root, "docs/pictures/teapot.png")

const examples: Readonly<Record<string, { readonly args?: ReadonlyArray<string>; readonly prints: RegExp }>> = {
  "01-first-model": { prints: /models\/\d+-glb\.glb, \d+ bytes\n/ },
  "02-image-to-3d": { args: [image], prints: /35 credits, USD .*\nmodels\/\d+-glb\.glb\n/ },
  "03-progress": { prints: /job \d+\n(.* WAIT\n)?.* RUN\n.* DONE\n$/ },
  "04-resume": { prints: /order-17 is job (\d+)\norder-17 is job \1\nThe journal has 1 submission\.\n/ },
  "05-test-your-app": { prints: /Two jobs of three minutes, tested\.\n$/ },
  "06-many": { prints: /a brass teapot: Duplicate\n[^]*a red rocket: Downloaded\n/ },
  "web-handler": { prints: /attempt 1: job (\d+) [A-Z]+\nattempt 2: job \1 [A-Z]+\n$/ },
  "queue-worker": { prints: /message-[12]: job \d+, \d file\n/ },
  cron: { prints: /order-18: \d file\n/ }
}

describe("the example", () => {
  for (const [name, { args, prints }] of Object.entries(examples)) {
    it.live(`${name} runs, and prints what its reader should see`, () =>
      Effect.gen(function* () {
        assert.match(yield* run(name, args), prints)
      })
    )
  }

  it("is listed in the README, and tested here", () => {
    const readme = fs.readFileSync(path.join(root, "examples/README.md"), "utf8")
    const names = fs.globSync("*.ts", { cwd: path.join(root, "examples") }).map((file) => path.basename(file, ".ts"))
    assert.sameMembers(
      names.filter((name) => name !== "transport"),
      Object.keys(examples)
    )
    for (const name of names) assert.include(readme, `(${name}.ts)`)
  })
})
