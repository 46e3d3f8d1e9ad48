/** The workbench as it is published, in a process of its own: bundled, with its built page, on the fake. */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { bundle } from "../cli/bundle.ts"
import { start, temporaryFolder } from "./processes.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Writes the program and its page into a directory, which is removed when the scope closes. */
export const buildWorkbench = Effect.acquireRelease(
  Effect.promise(async () => {
    const outdir = await bundle()
    execFileSync("npm", ["run", "-s", "build:page", "--", `--outdir=${path.join(outdir, "workbench")}`], {
      cwd: root,
      stdio: "inherit"
    })
    return outdir
  }),
  (outdir) => Effect.sync(() => fs.rmSync(outdir, { recursive: true, force: true }))
)

/** Runs until the scope closes; answers the address that it prints, and the folder of its files. */
export const startWorkbench = Effect.fnUntraced(function* (program: string, ...args: ReadonlyArray<string>) {
  const home = yield* temporaryFolder("workbench")
  const folder = path.join(home, "models")
  const command = [path.join(program, "bin.js"), "workbench", "--transport", "fake", "--out", folder, ...args]
  // No key of this machine, and no journal of its user.
  const child = yield* start(process.execPath, command, { cwd: home, env: { PATH: process.env["PATH"], HOME: home } })
  const url = yield* Effect.callback<string>((resume) => {
    let printed = ""
    child.stdout?.on("data", (chunk: Buffer) => {
      printed += chunk.toString()
      const found = /http:\S+(?=\s)/.exec(printed)?.[0]
      if (found !== undefined) resume(Effect.succeed(found))
    })
    child.once("exit", (code) => resume(Effect.die(new Error(`the workbench ended with ${code}: ${printed}`))))
  })
  return { url, folder }
})
