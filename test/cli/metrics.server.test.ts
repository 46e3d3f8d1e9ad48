/** That `--metrics-port` serves what Prometheus reads, while a command runs and no longer. */
import { createServer } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric } from "effect"
import { FetchHttpClient } from "effect/http"
import { Network } from "../../src/cli/network.ts"
import * as NodeNetwork from "../../src/cli/nodeNetwork.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { serveFake } from "../support/fakeServer.ts"
import { accepts, until } from "../support/processes.ts"
import { parse } from "../support/prometheus.ts"
import { listen as occupy, serve as collector } from "../support/servers.ts"
import { outputOf } from "./output.ts"
import { credentials, run, start } from "./run.ts"

const listen = Effect.runSync(
  Effect.provide(
    Network.useSync(({ server }) => server),
    NodeNetwork.layer
  )
)

/** With metrics of its own. */
const alone = Effect.provideService(Metric.MetricRegistry, new Map())

/** With a fake, too. */
const within = <A, E, R>(self: Effect.Effect<A, E, R>) => self.pipe(Effect.provide(Fake.layer()), alone, Effect.scoped)

type Running = Effect.Success<ReturnType<typeof start>>

/** The address that a run has printed on standard error. */
const addressOf = Effect.fnUntraced(function* ({ printed }: Running) {
  const address = () => /^Metrics: (http:\/\/127\.0\.0\.1:\d+\/metrics)$/m.exec(printed().stderr)?.[1]
  yield* until(
    Effect.sync(() => address() !== undefined),
    "the address of the metrics"
  )
  return address() ?? ""
})

const read = (url: string) => Effect.promise(async () => (await fetch(url)).text())

/** Reads the page until it has a text. */
const readUntil = Effect.fnUntraced(function* (url: string, text: string) {
  let page = ""
  yield* until(
    Effect.map(read(url), (now) => {
      page = now
      return page.includes(text)
    }),
    text
  )
  return page
})

describe("hunyuan3d wait --metrics-port", () => {
  it.live("serves a valid page while it waits, and prints nothing of it on standard output", () =>
    within(
      Effect.gen(function* () {
        const fake = yield* Fake.Fake
        const id = yield* fake.job({ run: "1 hour" })
        const waiting = yield* start(["wait", id, "--json", "--interval", "50ms", "--metrics-port", "0"], { listen })
        const url = yield* addressOf(waiting)
        const page = parse(yield* readUntil(url, "hunyuan3d_looks_total"))
        const looks = page.get("hunyuan3d_looks_total")
        assert.strictEqual(looks?.type, "counter")
        assert.deepStrictEqual(looks?.samples[0]?.labels, { kind: "Pro", state: "Running" })
        assert.strictEqual(page.get("hunyuan3d_permit_wait_seconds")?.type, "histogram")
        yield* fake.complete(id)
        const { code, stdout } = yield* waiting.ended
        assert.strictEqual((yield* outputOf(stdout)).job?._tag, "Done")
        assert.strictEqual(code, 0)
        assert.isFalse(yield* accepts(Number(new URL(url).port)))
      })
    )
  )

  it.live("ends with its command that is stopped", () =>
    within(
      Effect.gen(function* () {
        const id = yield* Fake.Fake.use((fake) => fake.job({ run: "1 hour" }))
        const waiting = yield* start(["wait", id, "--metrics-port", "0"], { listen })
        const url = yield* addressOf(waiting)
        yield* waiting.stop
        assert.strictEqual((yield* waiting.ended).code, 130)
        assert.isFalse(yield* accepts(Number(new URL(url).port)))
      })
    )
  )

  it.live("says that a port is taken, before anything is sent", () =>
    within(
      Effect.gen(function* () {
        const fake = yield* Fake.Fake
        const { host } = yield* occupy(createServer())
        const port = host.split(":")[1] ?? ""
        const id = yield* fake.job({ run: 0 })
        const { code, stderr, stdout } = yield* run(["wait", id, "--json", "--metrics-port", port], { listen })
        const { error } = yield* outputOf(stdout)
        assert.strictEqual(
          error?.message,
          `Port ${port} cannot be used for metrics. Choose another --metrics-port, or 0 for any that is free.`
        )
        assert.strictEqual(error?.code, "Usage")
        assert.strictEqual(stderr, `hunyuan3d: ${error?.message}\n`)
        assert.strictEqual(code, 1)
        assert.deepStrictEqual(yield* fake.requests, [])
      })
    )
  )

  it.live("works beside a collector", () =>
    Effect.gen(function* () {
      const { host, requests } = yield* collector((response) => response.end("{}"))
      const { fake, host: endpoint } = yield* serveFake()
      const id = yield* fake.job({ run: "1 hour" })
      const args = ["wait", id, "--endpoint", `http://${endpoint}`, "--interval", "50ms", "--metrics-port", "0"]
      const env = {
        ...credentials,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json"
      }
      const waiting = yield* start(args, { listen, env })
      yield* readUntil(yield* addressOf(waiting), "hunyuan3d_looks_total")
      yield* fake.complete(id)
      assert.strictEqual((yield* waiting.ended).code, 0)
      const sent = requests.map(({ body }) => body.toString("utf8")).join("")
      assert.include(sent, "hunyuan3d_looks_total")
      assert.include(sent, "TencentCloud.attempt")
      // Reading the page makes no span.
      assert.notInclude(sent, "/metrics")
    }).pipe(Effect.provide(FetchHttpClient.layer), alone, Effect.scoped)
  )
})

describe("hunyuan3d serve --metrics-port", () => {
  const call = (url: string, action: string) =>
    Effect.promise(() => fetch(url, { method: "POST", body: "{}", headers: { "x-tc-action": action } }))

  it.live("counts the calls that reach it by the code of the answer, whatever actions clients make up", () =>
    within(
      Effect.gen(function* () {
        const serving = yield* start(["serve", "--json", "--metrics-port", "0"], { listen })
        const url = yield* addressOf(serving)
        yield* until(
          Effect.sync(() => serving.printed().stdout.endsWith("\n")),
          "the address of the fake"
        )
        const fake: { readonly url: string } = JSON.parse(serving.printed().stdout)
        yield* call(fake.url, "QueryHunyuanTo3DProJob")
        yield* call(fake.url, "QueryHunyuanTo3DProJob")
        yield* call(fake.url, "Made up")
        const served = parse(yield* readUntil(url, "other")).get("hunyuan3d_served_requests_total")
        assert.deepStrictEqual(served?.samples, [
          {
            name: "hunyuan3d_served_requests_total",
            labels: { action: "QueryHunyuanTo3DProJob", code: "AuthFailure.InvalidAuthorization" },
            value: 2
          },
          {
            name: "hunyuan3d_served_requests_total",
            labels: { action: "other", code: "AuthFailure.InvalidAuthorization" },
            value: 1
          }
        ])
        yield* serving.stop
        assert.strictEqual((yield* serving.ended).code, 130)
      })
    )
  )
})
