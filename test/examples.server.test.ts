/** That the worker of `examples/fleet` works: two of them, a Redis server, PostgreSQL and a fake. */
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schedule } from "effect"
import * as esbuild from "esbuild"
import * as Journal from "../src/job/Journal.ts"
import * as Fake from "../src/testing/Fake.ts"
import { serveFake } from "./support/fakeServer.ts"
import { hasPostgres, startPostgres } from "./support/postgres.ts"
import { ended, freePort, start, temporaryFolder, until } from "./support/processes.ts"
import { parse } from "./support/prometheus.ts"
import { hasRedis, startRedis } from "./support/redis.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

/** The worker with the library from its sources, since tests run before the package is built. */
const bundleWorker = Effect.promise(async () => {
  const outfile = path.join(root, "node_modules/.cache/fleet-worker.js")
  await esbuild.build({
    entryPoints: [path.join(root, "examples/fleet/worker.ts")],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    alias: { "effect-hunyuan3d": path.join(root, "src/index.ts") },
    external: ["effect", "@effect/*", "@noble/*", "yauzl"]
  })
  return outfile
})

describe.skipIf(!hasRedis || !hasPostgres)("examples/fleet/worker.ts", () => {
  it.live(
    "submits jobs in two processes that share a ceiling and a journal, shows its metrics, and ends when it is told to",
    () =>
      Effect.gen(function* () {
        const worker = yield* bundleWorker
        const redis = yield* startRedis
        const postgres = yield* startPostgres
        const { fake, host } = yield* serveFake({ tasksAtOnce: 6 })
        const out = yield* temporaryFolder("models")
        const startWorker = Effect.gen(function* () {
          const port = yield* freePort
          const child = yield* start(process.execPath, [worker], {
            stdio: ["ignore", "ignore", "inherit"],
            env: {
              ...process.env,
              TENCENTCLOUD_SECRET_ID: Fake.credential.secretId,
              TENCENTCLOUD_SECRET_KEY: Redacted.value(Fake.credential.secretKey),
              REDIS_URL: redis.url,
              DATABASE_URL: postgres.url,
              ENDPOINT: host,
              TASK_SLOTS: "6",
              METRICS_PORT: `${port}`,
              OUT: out
            }
          })
          return { child, page: `http://127.0.0.1:${port}/metrics` }
        })
        const workers = [yield* startWorker, yield* startWorker]
        yield* until(
          Effect.map(fake.jobs, (jobs) => jobs.length === 6),
          "the submission of three jobs by each worker"
        )
        for (const { page } of workers) {
          const families = yield* Effect.promise(async () => parse(await (await fetch(page)).text())).pipe(
            Effect.repeat({
              until: (families) => families.get("hunyuan3d_submissions_total")?.samples[0]?.value === 3,
              schedule: Schedule.spaced("50 millis")
            })
          )
          assert.strictEqual(families.get("hunyuan3d_limit_store_up")?.samples[0]?.value, 1)
        }
        const { entries } = yield* Journal.Journal.use(({ list }) => list).pipe(
          Effect.provide(Journal.layerSql().pipe(Layer.provide(PgClient.layer({ url: Redacted.make(postgres.url) }))))
        )
        assert.deepStrictEqual(
          entries.map(({ outcome }) => outcome._tag),
          Array.from({ length: 6 }, () => "Accepted")
        )
        for (const { child } of workers) {
          child.kill("SIGTERM")
          yield* ended(child)
          assert.strictEqual(child.exitCode, 130)
        }
      })
  )
})
