/** That docs/observability.md lists each span and metric that the library emits, and no other. */
import * as NodeFs from "node:fs"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Metric, References } from "effect"
import { PrometheusMetrics } from "effect/observability"
import * as JobKind from "../src/job/JobKind.ts"
import * as SubmitJob from "../src/job/SubmitJob.ts"
import * as Fake from "../src/testing/Fake.ts"
import { emitted, prompt } from "./support/emitted.ts"

/** The rows of the table whose first column has this name. */
const table = (name: string) => {
  const text = NodeFs.readFileSync(new URL("../docs/observability.md", import.meta.url), "utf8")
  const rows = text.split("\n").map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")))
  const start = rows.findIndex(([, first]) => first === name)
  const end = rows.findIndex((row, index) => index > start && row.length === 1)
  return rows.slice(start + 2, end).map((row) => row.slice(1, -1))
}

const sorted = (names: Iterable<string>) => [...new Set(names)].toSorted().join(", ")
const listed = (cell = "") => sorted(cell.split(", ").filter((name) => name !== ""))

describe("docs/observability.md", () => {
  it.effect("lists each span with its attributes, and no other", () =>
    Effect.gen(function* () {
      const { spans } = yield* emitted
      const seen = new Map<string, Array<string>>()
      for (const { attributes, name, status } of spans) {
        const hasFailed = status._tag === "Ended" && Exit.isFailure(status.exit)
        const ofFailure = hasFailed ? ["reason", "code", "requestId"] : []
        const names = [...attributes.keys()].filter((attribute) => !ofFailure.includes(attribute))
        seen.set(name, [...(seen.get(name) ?? []), ...names])
      }
      assert.deepStrictEqual(
        Object.fromEntries([...seen].map(([name, attributes]) => [name, sorted(attributes)])),
        Object.fromEntries(table("span").map(([name = "", , attributes]) => [name, listed(attributes)]))
      )
    })
  )

  it.effect("lists each metric with its kind, its unit and its attributes, and no other", () =>
    Effect.gen(function* () {
      const { metrics } = yield* emitted
      assert.deepStrictEqual(
        Object.fromEntries(
          metrics.map(({ attributes: { unit, ...attributes } = {}, id, type }) => [
            id,
            `${type} ${unit} ${sorted(Object.keys(attributes))}`
          ])
        ),
        Object.fromEntries(
          table("metric").map(([name = "", kind, unit, attributes]) => [name, `${kind} ${unit} ${listed(attributes)}`])
        )
      )
    })
  )
})

describe("What is emitted", () => {
  it.effect("says of a failed span why it failed", () =>
    Effect.gen(function* () {
      const { spans } = yield* emitted
      const failed = spans.filter(({ status }) => status._tag === "Ended" && Exit.isFailure(status.exit))
      assert.deepStrictEqual(
        failed.map(({ attributes, name }) => `${name}: ${String(attributes.get("reason"))}`),
        [
          "QueryJob.query: NotFound",
          "QueryJob.look: NotFound",
          "TencentCloud.call: NotFound",
          "TencentCloud.attempt: Transport",
          "TencentCloud.attempt: NotFound"
        ]
      )
      assert.strictEqual(failed.at(-1)?.attributes.get("code"), "FailedOperation.JobNotFound")
    })
  )

  it.effect("holds no prompt, and no query of a link", () =>
    Effect.gen(function* () {
      const { job, metrics, spans } = yield* emitted
      const query = new URL(job.files[0]?.url?.href ?? "").search
      assert.isNotEmpty(query)
      // Times are bigints, which `printed` cannot print.
      const text = inspect([spans, metrics], { depth: 20, maxArrayLength: null, showHidden: true })
      assert.notInclude(text, prompt)
      assert.notInclude(text, query)
    })
  )

  it.effect("tells submissions that may have bought a job from those that surely did not", () =>
    Effect.gen(function* () {
      const fake = yield* Fake.Fake
      const jobs = yield* SubmitJob.SubmitJob
      const submit = Effect.exit(jobs.submit(JobKind.Pro, { Prompt: prompt }))
      yield* fake.fault("dropped", { code: "UnauthorizedOperation" })
      yield* submit
      yield* submit
      const prometheus = yield* PrometheusMetrics.format()
      assert.include(prometheus, 'hunyuan3d_submissions_total{kind="Pro",outcome="Unknown"} 1')
      assert.include(prometheus, 'hunyuan3d_submissions_total{kind="Pro",outcome="Refused"} 1')
      assert.notInclude(prometheus, "hunyuan3d_credits_estimated_total")
    }).pipe(
      Effect.provide(SubmitJob.layer.pipe(Layer.provideMerge(Fake.layer()))),
      Effect.provideService(Metric.MetricRegistry, new Map()),
      Effect.provideService(References.MinimumLogLevel, "None")
    )
  )

  it.effect("is measured in seconds, and the end of a job once", () =>
    Effect.gen(function* () {
      const { metrics, prometheus } = yield* emitted
      const histogram = (name: string) => {
        const state = metrics.find(({ id }) => id === name)?.state
        // In milliseconds, since the pause before a retry is random, and fractions of it are rounded.
        return state !== undefined && "sum" in state ? [state.count, Math.round(state.sum * 1000)] : []
      }
      // Submitted, it waits for 7 seconds and runs for 20; looks come every 5.
      assert.deepStrictEqual(histogram("hunyuan3d_job_duration_seconds"), [1, 30_000])
      assert.deepStrictEqual(histogram("hunyuan3d_job_detection_delay_bound_seconds"), [1, 5000])
      assert.include(prometheus, 'hunyuan3d_looks_total{kind="Pro",state="Done"} 2')
      assert.include(prometheus, 'hunyuan3d_look_failures_total{kind="Pro",reason="NotFound"} 1')
      assert.include(prometheus, 'hunyuan3d_retries_total{action="QueryHunyuanTo3DProJob",reason="Transport"} 1')
      assert.include(prometheus, 'hunyuan3d_permit_queue{action="QueryHunyuanTo3DProJob"} 0')
      assert.include(prometheus, 'hunyuan3d_submissions_total{kind="Pro",outcome="Accepted"} 1')
      assert.include(prometheus, "hunyuan3d_limit_store_up 1")
      assert.include(prometheus, 'hunyuan3d_credits_estimated_total{kind="Pro"} 25')
      assert.include(prometheus, 'hunyuan3d_credits_consumed_total{kind="Pro"} 25')
      assert.include(prometheus, 'hunyuan3d_downloads_total{outcome="Kept"} 1')
    })
  )
})
