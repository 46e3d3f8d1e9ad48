/**
 * The program from its start to its end: `--version`, `--help`, and `query` against a server on loopback. The peer is
 * Node that does nothing.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, writeFileSync } from "node:fs"
import * as path from "node:path"
import { Readable } from "node:stream"
import { text } from "node:stream/consumers"
import * as Effect from "effect/Effect"
import { cache, distribution, root } from "../child.ts"
import { compare, type Form } from "../measure.ts"
import { serve } from "../server.ts"
import { jobId, keys } from "../support.ts"

const environment = {
  ...process.env,
  TENCENTCLOUD_SECRET_ID: keys.secretId,
  TENCENTCLOUD_SECRET_KEY: keys.secretKey
}

/** Lets a process tell its CPU time, in microseconds, when it ends. */
const reporter = path.join(cache, "reporter.cjs")
const report = `
  process.on("exit", () => {
    const { user, system } = process.cpuUsage()
    require("node:fs").writeSync(3, String(user + system))
  })
`

const run = (...args: ReadonlyArray<string>) =>
  Effect.promise(async () => {
    const start = performance.now()
    const program = spawn(process.execPath, ["--require", reporter, ...args], {
      env: environment,
      stdio: ["ignore", "ignore", "inherit", "pipe"]
    })
    const pipe = program.stdio[3]
    const [, cpu] = await Promise.all([once(program, "exit"), pipe instanceof Readable ? text(pipe) : ""])
    if (program.exitCode !== 0) throw new Error(`${args.join(" ")} ended with ${program.exitCode}`)
    return { time: performance.now() - start, cpu: Number(cpu) / 1000 }
  })

export const start = {
  name: "start",
  run: Effect.fnUntraced(function* (form: Form) {
    yield* distribution
    mkdirSync(cache, { recursive: true })
    writeFileSync(reporter, report)
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
        rounds: { short: 8, full: 25 },
        warmUps: 2,
        ours: run(path.join(root, "dist/bin.js"), ...args),
        peers: { Node: run("--eval", "0") },
        metrics: {
          time: { name: "time", unit: "ms", form: "full", goals: { Node: goal } },
          cpu: { name: "CPU", unit: "ms" }
        }
      })
    )
    return lines.flat()
  })
}
