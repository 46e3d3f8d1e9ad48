/** The program as it is published, in processes that are killed, against the fake behind a real socket. */
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import { createServer } from "node:http"
import * as os from "node:os"
import * as path from "node:path"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { afterAll, beforeAll } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Fake from "../../src/testing/Fake.ts"
import { bundle } from "./bundle.ts"
import { credentials } from "./run.ts"

/** Says when processes are killed. `KILL_SEED` repeats the moments that a failure names. */
export const seed = Number(process.env["KILL_SEED"] ?? Math.floor(Math.random() * 2 ** 31))

/** The program, and a directory for it, for all tests of a file. */
export const useProgram = (name: string) => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), `hunyuan3d-${name}-`))
  afterAll(() => fs.rmSync(home, { recursive: true, force: true }))
  let program = ""
  beforeAll(async () => {
    program = await bundle()
  })
  afterAll(() => fs.rmSync(program, { recursive: true, force: true }))

  /** Runs the program in a process, and kills it after a while; answers with how long it lived, in milliseconds. */
  const lived = (args: ReadonlyArray<string>, state: string, killAfter?: number) =>
    Effect.callback<number>((resume) => {
      const started = performance.now()
      const child = spawn(process.execPath, [path.join(program, "bin.js"), ...args], {
        env: {
          PATH: process.env["PATH"],
          XDG_STATE_HOME: state,
          XDG_CACHE_HOME: path.join(home, "cache"),
          ...credentials
        },
        stdio: "ignore"
      })
      const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfter)
      child.once("exit", () => {
        clearTimeout(timer)
        resume(Effect.succeed(performance.now() - started))
      })
    })

  return { home, lived }
}

/** The fake behind a real socket, without limits. Some of its answers are slow, so that processes are killed while they wait. */
export const served = ({ run, slow }: { readonly run: Fake.Options["run"]; readonly slow: number }) =>
  HttpServer.serve(Fake.httpApp).pipe(
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
    Layer.provideMerge(
      Fake.layerHandle({
        run,
        tasksAtOnce: Infinity,
        requestsPerSecond: Infinity,
        faults: [{ fault: { slow: "200 millis" }, rate: slow }]
      })
    )
  )
