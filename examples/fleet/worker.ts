/**
 * A worker of a fleet. It submits jobs, waits for them and downloads their files, over and over, until it is stopped.
 * All workers together keep one ceiling and one queue for task slots, on Redis, and one journal on PostgreSQL. Its
 * metrics are for Prometheus.
 *
 *   node examples/fleet/worker.ts
 *
 * The environment says where Redis and PostgreSQL are (`REDIS_URL`, `DATABASE_URL`), how many task slots the account has
 * (`TASK_SLOTS`), how many jobs the worker has at once (`JOBS`), where the files go (`OUT`), on which port the metrics
 * are (`METRICS_PORT`), and, for a fake, where calls go (`ENDPOINT`).
 */
import { createServer } from "node:http"
import { NodeHttpClient, NodeHttpServer, NodeRedis, NodeRuntime, NodeServices } from "@effect/platform-node"
import { PgClient } from "@effect/sql-pg"
import { Config, Effect, Layer } from "effect"
import {
  Credentials,
  Endpoint,
  GenerateJob,
  JobKind,
  Journal,
  RateLimit,
  ResultFiles,
  TaskSlots,
  TencentCloud
} from "effect-hunyuan3d"
import { HttpRouter } from "effect/http"
import { PrometheusMetrics } from "effect/observability"

const Metrics = Layer.unwrap(
  Effect.map(Config.withDefault(Config.Port("METRICS_PORT"), 9464), (port) =>
    HttpRouter.serve(PrometheusMetrics.layerHttp(), { disableLogger: true }).pipe(
      Layer.provide(NodeHttpServer.layer(() => createServer(), { port, host: "127.0.0.1" }))
    )
  )
)

const Redis = Layer.unwrap(
  Effect.map(Config.withDefault(Config.String("REDIS_URL"), "redis://127.0.0.1:6379"), (url) =>
    NodeRedis.layer({ url, disableOfflineQueue: true })
  )
)

// A submission has a connection of its own, since its answer must not be lost with a connection that was kept.
const Fresh = NodeHttpClient.layerUndiciNoDispatcher.pipe(
  Layer.provide(NodeHttpClient.layerDispatcherOptions({ pipelining: 0, allowH2: false }))
)
const Client = TencentCloud.layerFreshConnections(Fresh).pipe(Layer.provide(NodeHttpClient.layerUndici))

// Workers of one account have one prefix, and know how many task slots it has.
const Shared = Layer.unwrap(
  Effect.map(Config.withDefault(Config.Int("TASK_SLOTS"), JobKind.Pro.tasksAtOnce), (Pro) =>
    Layer.merge(
      RateLimit.layerShared({ prefix: "account-1:" }),
      TaskSlots.layerShared({ prefix: "account-1:", slots: { Pro } })
    )
  )
).pipe(Layer.provide(Redis))

const SharedJournal = Journal.layerSql().pipe(
  Layer.provide(PgClient.layerConfig({ url: Config.Redacted("DATABASE_URL") }))
)

const Jobs = GenerateJob.layer.pipe(Layer.provide([Shared, SharedJournal, Credentials.layerEnv]))

/** The fake on this machine, or the service. */
const Where = Layer.unwrap(
  Effect.map(Config.withDefault(Config.String("ENDPOINT"), ""), (host) =>
    host === "" ? Layer.empty : Endpoint.layer({ protocol: "http", host })
  )
)

const job = Effect.fnUntraced(
  function* (out: string) {
    const jobs = yield* GenerateJob.GenerateJob
    const done = yield* jobs.generate(JobKind.Pro, { Prompt: "a brass teapot" })
    const files = yield* ResultFiles.download(done, out)
    yield* Effect.logInfo(`Job ${done.id} is done, with ${files.length} files.`)
  },
  // One job that fails is no reason to stop.
  Effect.catch((error) => Effect.andThen(Effect.logError(error.message), Effect.sleep("5 seconds")))
)

const worker = Effect.gen(function* () {
  const out = yield* Config.withDefault(Config.String("OUT"), "models")
  const atOnce = yield* Config.withDefault(Config.Int("JOBS"), JobKind.Pro.tasksAtOnce)
  const loops = Array.from({ length: atOnce }, () => Effect.forever(job(out)))
  yield* Effect.all(loops, { concurrency: "unbounded" })
})

worker.pipe(
  Effect.provide(Jobs.pipe(Layer.provideMerge([Client, NodeServices.layer, Where]), Layer.merge(Metrics))),
  NodeRuntime.runMain
)
