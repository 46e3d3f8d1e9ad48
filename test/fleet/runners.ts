/** A fleet of real processes over a real PostgreSQL and the fake behind a socket. */
import type * as ChildProcess from "node:child_process"
import * as fs from "node:fs"
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
import { freePort, start, temporaryFolder } from "../support/processes.ts"
import { sharding } from "./sharding.ts"

/** The runner in one file, whose processes start in a third of the time that the sources take. */
const bundle = (folder: string) =>
  Effect.promise(async () => {
    const outfile = path.join(folder, "runner.mjs")
    await esbuild.build({
      entryPoints: [fileURLToPath(new URL("workflowRunner.ts", import.meta.url))],
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      logLevel: "warning",
      banner: {
        js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);"
      }
    })
    return outfile
  })

/** What the fake has seen, of which it keeps the last thousand only. */
const observe = Effect.fnUntraced(function* (fake: Fake.Fake["Service"]) {
  const seen = new Set<Fake.ReceivedRequest>()
  const look = Effect.map(fake.requests, (requests) => {
    for (const request of requests) seen.add(request)
  })
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(look, Effect.sleep(200))))
  return Effect.map(look, () => [...seen])
})

export const startFleet = Effect.fnUntraced(function* (options: Fake.Options) {
  const folder = yield* temporaryFolder("fleet")
  const directory = path.join(folder, "models")
  const file = yield* bundle(folder)
  const { url } = yield* startPostgres
  const { fake, host } = yield* serveFake({ requestsPerSecond: Infinity, tasksAtOnce: Infinity, ...options })
  const requests = yield* observe(fake)

  const Database = PgClient.layer({ url: Redacted.make(url), maxConnections: 6 })
  const Engine = ClusterWorkflowEngine.layer.pipe(
    Layer.provide(
      NodeClusterSocket.layer({
        storage: "sql",
        clientOnly: true,
        shardingConfig: { ...sharding(0), runnerAddress: Option.none() }
      })
    )
  )
  const context = yield* Layer.build(Layer.merge(Engine, Journal.layerSql()).pipe(Layer.provideMerge(Database)))
  const engine = Context.pick(WorkflowEngine.WorkflowEngine)(context)
  const executions = new Map<string, string>()

  return {
    directory,
    jobs: fake.jobs,
    requests,
    sql: Context.get(context, SqlClient.SqlClient),
    journal: Context.get(context, Journal.Journal),
    port: freePort,
    /** Starts a runner. What it logs goes to a file of its own. */
    startRunner: (port: number) =>
      Effect.gen(function* () {
        const log = fs.openSync(path.join(folder, `${port}.log`), "a")
        const child: ChildProcess.ChildProcess = yield* start(process.execPath, [file, url, host, String(port)], {
          stdio: ["pipe", log, log]
        })
        fs.closeSync(log)
        return child
      }),
    logs: Effect.sync(() =>
      fs
        .readdirSync(folder)
        .filter((name) => name.endsWith(".log"))
        .map((name) => fs.readFileSync(path.join(folder, name), "utf8"))
        .join("\n")
    ),
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
      const ends = new Map<string, JobWorkflow.Result | JobWorkflow.WorkflowError>()
      for (const [operation, id] of executions) {
        const result = yield* JobWorkflow.JobWorkflow.poll(id).pipe(Effect.provideContext(engine))
        if (Option.isNone(result) || result.value._tag !== "Complete") continue
        const { exit } = result.value
        const error = Option.getOrUndefined(Exit.findErrorOption(exit))
        if (error !== undefined) ends.set(operation, error)
        else if (Exit.isSuccess(exit)) ends.set(operation, exit.value)
        else return yield* Effect.die(new Error(`${operation} ended with a defect`, { cause: exit.cause }))
      }
      return ends
    })
  }
})
