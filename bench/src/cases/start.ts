/**
 * The program from its start to its end: `--version`, `--help`, and `query` against a server on loopback. The peer is
 * Node that does nothing.
 */
import { execFile } from "node:child_process"
import * as path from "node:path"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import { distribution, root } from "../child.ts"
import { compare, type Form } from "../measure.ts"
import { serve } from "../server.ts"
import { jobId, keys } from "../support.ts"

const execute = promisify(execFile)

const environment = {
  ...process.env,
  TENCENTCLOUD_SECRET_ID: keys.secretId,
  TENCENTCLOUD_SECRET_KEY: keys.secretKey
}

const run = (...args: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const start = performance.now()
    await execute(process.execPath, args, { env: environment })
    return { time: performance.now() - start }
  })

export const start = {
  name: "start",
  run: Effect.fnUntraced(function* (form: Form) {
    yield* distribution
    const host = yield* serve
    const commands = [
      { title: "--version", args: ["--version"], goal: 1.25 },
      { title: "--help", args: ["--help"], goal: 3.75 },
      { title: "query", args: ["query", jobId(0), "--endpoint", `http://${host}`], goal: 5 }
    ]
    // The goals of 50, 150 and 200 ms are for a machine on which Node alone takes 40.
    const lines = yield* Effect.forEach(commands, ({ title, args, goal }) =>
      compare(form, {
        title: `program: ${title}`,
        rounds: { short: 10, full: 25 },
        warmUps: 2,
        ours: run(path.join(root, "dist/bin.js"), ...args),
        peers: { Node: run("--eval", "0") },
        metrics: { time: { name: "time", unit: "ms", goals: { Node: goal } } }
      })
    )
    return lines.flat()
  })
}
