/** A fleet of real processes over a real PostgreSQL and the fake behind a socket. */
import type * as ChildProcess from "node:child_process"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { NodeClusterSocket } from "@effect/platform-node"
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Exit, Layer, Option, Redacted } from "effect"
import * as ClusterWorkflowEngine from "effect/cluster/ClusterWorkflowEngine"
import * as SqlClient from "effect/sql/SqlClient"
import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
import * as esbuild from "esbuild"
import * as JobWorkflow from "../../src/fleet/JobWorkflow.ts"
import * as Journal from "../../src/job/Journal.ts"
import type * as Fake from "../../src/testing/Fake.ts"
import { serveFake } from "../support/fakeServer.ts"
import { startPostgres } from "../support/postgres.ts"
import { ended as endedProcess, freePort, start, temporaryFolder } from "../support/processes.ts"
import { sharding } from "./sharding.ts"

/** The runner in one file, whose processes start in a third of the time that the sources take. */
const bundle = (folder: string) =>
  Effect.promise(async () => {
    const outfile = path.join(folder, "runner.mjs")
    await esbuild.build({
      entryPoints: [fileURLToPath(new URL("workflowRunner.ts", import.meta.url))],
      outfile,
      bundle: true,
      minifySyntax: true,
      minifyWhitespace: true,
      format: "esm",
      platform: "node",
      logLevel: "warning",
      banner: {
        js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);"
      }
    })
    return outfile
  })

interface Setup {
  readonly options: Fake.Options
  /** How often the fleet looks which of its runners live. */
  readonly healthCheck: "1 second" | "1 minute"
}

export type Fleet = Effect.Success<ReturnType<typeof startFleet>>

/** What the fake has seen, of which it keeps the last thousand only. */
const observe = Effect.fnUntraced(function* (fake: Fake.Fake["Service"]) {
  const seen = new Set<Fake.ReceivedRequest>()
  const look = Effect.map(fake.requests, (requests) => {
    for (const request of requests) seen.add(request)
  })
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(look, Effect.sleep(200))))
  return Effect.map(look, () => [...seen])
})

export const startFleet = Effect.fnUntraced(function* ({ healthCheck, options }: Setup) {
  const folder = yield* temporaryFolder("fleet")
  const directory = path.join(folder, "models")
  const file = yield* bundle(folder)
  const env = { PATH: process.env["PATH"], NODE_COMPILE_CACHE: path.join(folder, "compiled") }
  // One that ends by itself leaves what was compiled to the others.
  const first = yield* start(process.execPath, [file], { stdio: ["ignore", "ignore", "inherit"], env })
  yield* endedProcess(first)
  const { url } = yield* startPostgres
  const { fake, host } = yield* serveFake({ requestsPerSecond: Infinity, tasksAtOnce: Infinity, ...options })
  const requests = yield* observe(fake)

  const Database = PgClient.layer({ url: Redacted.make(url), maxConnections: 6 })
  const Engine = ClusterWorkflowEngine.layer.pipe(
    Layer.provide(
      NodeClusterSocket.layer({
        storage: "sql",
        clientOnly: true,
        shardingConfig: { ...sharding(0, healthCheck), runnerAddress: Option.none() }
      })
    )
  )
  const context = yield* Layer.build(Layer.merge(Engine, Journal.layerSql()).pipe(Layer.provideMerge(Database)))
  const engine = Context.pick(WorkflowEngine.WorkflowEngine)(context)
  const sql = Context.get(context, SqlClient.SqlClient)
  const executions = new Map<string, string>()
  const ends = new Map<string, JobWorkflow.Result | JobWorkflow.WorkflowError>()

  return {
    requests,
    sql,
    find: (operation: string) => Effect.map(Context.get(context, Journal.Journal).find(operation), Option.getOrThrow),
    /** How many shards each of the runners holds that hold some. */
    shards: Effect.map(
      sql<{ count: number }>`
        SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND granted GROUP BY pid`,
      (rows) => rows.map(({ count }) => count)
    ).pipe(Effect.orDie),
    port: freePort,
    completeAll: Effect.flatMap(fake.jobs, (jobs) => Effect.forEach(jobs, ({ id }) => fake.complete(id))),
    /** Starts a runner, and tells whether it listens. */
    startRunner: Effect.fnUntraced(function* (port: number) {
      const child: ChildProcess.ChildProcess = yield* start(
        process.execPath,
        [file, url, host, `${port}`, healthCheck],
        { env }
      )
      let printed = ""
      child.stdout?.on("data", (chunk) => {
        printed += chunk
      })
      return { port, child, isListening: Effect.sync(() => printed.includes("Listening on")) }
    }),
    /** Begins an operation, and does not wait for it. */
    begin: Effect.fnUntraced(function* (operation: string, withFiles = true) {
      const payload = { operation, kind: "Pro", request: { Prompt: `a teapot (${operation})` } }
      const id = yield* JobWorkflow.JobWorkflow.execute(withFiles ? { ...payload, directory } : payload, {
        discard: true
      }).pipe(Effect.provideContext(engine))
      executions.set(operation, id)
    }),
    /** How the operations have ended that have. */
    ended: Effect.gen(function* () {
      for (const [operation, id] of executions) {
        const result = yield* JobWorkflow.JobWorkflow.poll(id).pipe(Effect.provideContext(engine))
        if (Option.isNone(result) || result.value._tag !== "Complete") continue
        executions.delete(operation)
        const { exit } = result.value
        const error = Option.getOrUndefined(Exit.findErrorOption(exit))
        if (error !== undefined) ends.set(operation, error)
        else if (Exit.isSuccess(exit)) ends.set(operation, exit.value)
        else return yield* Effect.die(new Error(`${operation} ended with a defect`, { cause: exit.cause }))
      }
      return ends
    }).pipe(Effect.delay(200))
  }
})
