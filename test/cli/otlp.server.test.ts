/** That the program exports what it emits to a collector, and that its runs do not depend on one. */
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric } from "effect"
import { FetchHttpClient } from "effect/http"
import * as esbuild from "esbuild"
import packageJson from "../../package.json" with { type: "json" }
import { credentials, run, start, unknownId } from "./run.ts"

interface Received {
  readonly path: string
  readonly type: string
  readonly body: string
}

/** Listens as a collector does, and keeps what arrives. */
const collector = Effect.acquireRelease(
  Effect.callback<{ readonly url: string; readonly received: Array<Received>; readonly server: Http.Server }>(
    (resume) => {
      const received: Array<Received> = []
      const server = Http.createServer((request, response) => {
        const parts: Array<Buffer> = []
        request.on("data", (part: Buffer) => parts.push(part))
        request.on("end", () => {
          const body = Buffer.concat(parts).toString("utf8")
          received.push({ path: request.url ?? "", type: request.headers["content-type"] ?? "", body })
          response.end("{}")
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const address: AddressInfo | string | null = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, received, server }))
      })
    }
  ),
  ({ server }) =>
    Effect.sync(() => {
      server.closeAllConnections()
      server.close()
    })
)

const exporting = (endpoint: string) => ({
  ...credentials,
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json"
})

const at = (received: ReadonlyArray<Received>, path: string) =>
  received.filter((request) => request.path === path).map(({ body }) => JSON.parse(body))

const spanNames = (received: ReadonlyArray<Received>): ReadonlyArray<string> =>
  at(received, "/v1/traces").flatMap(({ resourceSpans }) =>
    resourceSpans[0].scopeSpans[0].spans.map(({ name }: { readonly name: string }) => name)
  )

const metricNames = (received: ReadonlyArray<Received>): ReadonlyArray<string> =>
  at(received, "/v1/metrics").flatMap(({ resourceMetrics }) =>
    resourceMetrics[0].scopeMetrics[0].metrics.map(({ name }: { readonly name: string }) => name)
  )

const generate = ["generate", "a teapot", "--transport", "fake"]
const query = ["query", unknownId, "--transport", "fake"]

/** Each run has metrics of its own. */
const within = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  self.pipe(
    Effect.provideService(Metric.MetricRegistry, new Map()),
    Effect.provide(FetchHttpClient.layer),
    Effect.scoped
  )

const refusing = "http://127.0.0.1:9"

describe("With a collector in the environment the program", () => {
  it.live("sends the spans and metrics of its run, under its name and version", () =>
    within(
      Effect.gen(function* () {
        const { received, url } = yield* collector
        const { code, stderr } = yield* run(generate, { env: exporting(url) })
        assert.strictEqual(code, 0, stderr)
        assert.includeMembers([...spanNames(received)], ["hunyuan3d", "SubmitJob.submit", "TencentCloud.attempt"])
        assert.include(metricNames(received), "hunyuan3d_calls_total")
        for (const [{ resource }] of [
          at(received, "/v1/traces").map(({ resourceSpans }) => resourceSpans[0]),
          at(received, "/v1/metrics").map(({ resourceMetrics }) => resourceMetrics[0])
        ]) {
          const attributes = resource.attributes.map(
            ({ key, value }: { readonly key: string; readonly value: { readonly stringValue: string } }) =>
              `${key} ${value.stringValue}`
          )
          assert.includeMembers(attributes, ["service.name hunyuan3d", `service.version ${packageJson.version}`])
        }
        assert.notInclude(JSON.stringify(received), "teapot")
      })
    )
  )

  it.live("sends protobuf unless the environment asks for JSON, under the name that it gives", () =>
    within(
      Effect.gen(function* () {
        const { received, url } = yield* collector
        const env = { ...credentials, OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SERVICE_NAME: "models" }
        yield* run(query, { env })
        assert.sameMembers(
          received.map(({ path, type }) => `${path} ${type}`),
          ["/v1/traces application/x-protobuf", "/v1/metrics application/x-protobuf"]
        )
        assert.isTrue(received.every(({ body }) => body.includes("models")))
      })
    )
  )

  it.live("sends them when it fails, with the same output and exit code", () =>
    within(
      Effect.gen(function* () {
        const { received, url } = yield* collector
        const { code, stdout } = yield* run(query)
        const exported = yield* run(query, { env: exporting(url) })
        assert.notStrictEqual(code, 0)
        assert.deepStrictEqual([exported.code, exported.stdout], [code, stdout])
        assert.include(spanNames(received), "QueryJob.query")
      })
    )
  )

  it.live("sends them when it is stopped", () =>
    within(
      Effect.gen(function* () {
        const { received, url } = yield* collector
        const { ended, printed, stop } = yield* start(generate, { env: exporting(url) })
        while (!/\d{19}/.test(printed().stderr + printed().stdout)) yield* Effect.sleep("20 millis")
        yield* stop
        assert.strictEqual((yield* ended).code, 130)
        assert.includeMembers([...spanNames(received)], ["hunyuan3d", "SubmitJob.submitWith", "SubmitJob.submit"])
      })
    )
  )

  it.live.each<readonly [what: string, endpoint: string]>([
    ["refuses connections", refusing],
    ["has no usable address", "no address"],
    ["is none", "collector:4318"]
  ])("ends as it does without one, but for a warning, where the collector %s", ([, endpoint]) =>
    within(
      Effect.gen(function* () {
        const without = yield* run(query)
        const { code, stderr, stdout } = yield* run(query, { env: exporting(endpoint) })
        assert.deepStrictEqual([code, stdout], [without.code, without.stdout])
        const warning = stderr.split("\n").slice(without.stderr.split("\n").length - 1)
        assert.match(
          warning.join(""),
          /^hunyuan3d: No traces and metrics were exported .* OTEL_EXPORTER_OTLP_ENDPOINT\.$/
        )
      })
    )
  )
})

describe("Without a collector and without --metrics-port", () => {
  it.live("nothing that exports is loaded", () =>
    Effect.gen(function* () {
      const { metafile } = yield* Effect.promise(() =>
        esbuild.build({
          entryPoints: [fileURLToPath(new URL("../../src/cli/bin.ts", import.meta.url))],
          outdir: "unused",
          bundle: true,
          splitting: true,
          write: false,
          metafile: true,
          format: "esm",
          platform: "node"
        })
      )
      const exporters = Object.values(metafile.outputs).filter(({ inputs }) =>
        Object.keys(inputs).some((input) => input.includes("/observability/"))
      )
      // The entries of chunks that are only imported dynamically.
      assert.sameMembers(
        exporters.map(({ entryPoint = "" }) => entryPoint.replace(/^.*(?=src)/, "")),
        ["src/cli/metricsPage.ts", "src/cli/otlp.ts"]
      )
    })
  )
})
