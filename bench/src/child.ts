/**
 * Runs measured in processes of their own, where the heap is to be empty and nothing loaded. A file of `children/` is
 * bundled first, so that nothing of a child's time goes into reading TypeScript; packages stay outside, as in an
 * application.
 */
import { execFile } from "node:child_process"
import * as path from "node:path"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { build } from "esbuild"

/** The root of the project. */
export const root = path.join(import.meta.dirname, "../..")

/** Where what the bench makes is kept. */
export const cache = path.join(import.meta.dirname, "../node_modules/.cache")

const run = promisify(execFile)
const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Number)))

/** Runs Node with these arguments; the program prints one JSON object of figures. */
export const node = (...args: ReadonlyArray<string>) =>
  Effect.tryPromise(async () => {
    const { stdout } = await run(process.execPath, args, { cwd: root, maxBuffer: 1 << 20 })
    return decode(stdout)
  })

let built: Promise<unknown> | undefined

/** Builds the package as it is published, once. */
export const distribution = Effect.promise(() => (built ??= run("npm", ["run", "build"], { cwd: root })))

/** Bundles a file of `children/`, and gives what runs it with arguments. */
export const child = (name: string) =>
  Effect.map(
    Effect.promise(() =>
      build({
        entryPoints: [path.join(import.meta.dirname, "children", `${name}.ts`)],
        outdir: cache,
        outExtension: { ".js": ".mjs" },
        bundle: true,
        format: "esm",
        platform: "node",
        packages: "external"
      })
    ),
    () =>
      (...args: ReadonlyArray<string | number>) =>
        node("--expose-gc", path.join(cache, `${name}.mjs`), ...args.map(String))
  )
