/** A Redis server of one's own: on a free port of loopback, its data in a temporary folder. */
import type * as ChildProcess from "node:child_process"
import { Effect, Scope } from "effect"
import { accepts, freePort, kill, programPath, start, temporaryFolder, until } from "./processes.ts"

const program = programPath("redis-server")
export const hasRedis = program !== undefined

/** Runs until the scope closes. `stop` ends it as a power cut would, so that its state is lost; `begin` starts it again. */
export const startRedis = Effect.gen(function* () {
  if (program === undefined) return yield* Effect.die("redis-server is not installed")
  const folder = yield* temporaryFolder("redis")
  const port = yield* freePort
  const scope = yield* Effect.scope
  let server: ChildProcess.ChildProcess
  const args = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"]
  const begin = Effect.gen(function* () {
    server = yield* start(program, args, { stdio: "ignore" })
    yield* until(accepts(port), "the start of redis-server")
  }).pipe(Effect.provideService(Scope.Scope, scope))
  yield* begin
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    begin,
    stop: Effect.suspend(() => kill(server)),
    /** It keeps its connections and answers nothing, until it goes on. */
    hang: Effect.sync(() => server.kill("SIGSTOP")),
    goOn: Effect.sync(() => server.kill("SIGCONT"))
  }
})
