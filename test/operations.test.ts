/**
 * That the dashboard and the alerts of `examples/fleet` show what the code emits, and docs/operations.md says what they
 * say. What a program really emits is the truth, in the names that Effect writes for Prometheus.
 */
import * as fs from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric, Schema } from "effect"
import * as Yaml from "effect/encoding/Yaml"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { PrometheusMetrics } from "effect/observability"
import { measured } from "../src/cli/served.ts"
import * as ApiError from "../src/cloud/ApiError.ts"
import * as DownloadError from "../src/files/DownloadError.ts"
import * as Job from "../src/job/Job.ts"
import { emitted } from "./support/emitted.ts"
import { parse, seriesOf } from "./support/prometheus.ts"

const read = (path: string) => fs.readFileSync(new URL(`../${path}`, import.meta.url), "utf8")

const Dashboard = Schema.fromJsonString(
  Schema.Struct({
    schemaVersion: Schema.Int,
    templating: Schema.Struct({
      list: Schema.Array(Schema.Struct({ name: Schema.String, definition: Schema.optionalKey(Schema.String) }))
    }),
    panels: Schema.Array(
      Schema.Struct({
        id: Schema.Int,
        type: Schema.Literals(["row", "stat", "timeseries"]),
        title: Schema.String,
        gridPos: Schema.Struct({ x: Schema.Int, y: Schema.Int, w: Schema.Int, h: Schema.Int }),
        fieldConfig: Schema.optionalKey(Schema.Struct({ defaults: Schema.Struct({ unit: Schema.String }) })),
        targets: Schema.optionalKey(
          Schema.Array(
            Schema.Struct({
              expr: Schema.String,
              legendFormat: Schema.String,
              datasource: Schema.Struct({ type: Schema.Literal("prometheus"), uid: Schema.Literal("${datasource}") })
            })
          )
        )
      })
    )
  })
)

const Rules = Schema.Struct({
  groups: Schema.Array(
    Schema.Struct({
      rules: Schema.Array(
        Schema.Struct({
          alert: Schema.String,
          expr: Schema.String,
          for: Schema.optionalKey(Schema.String),
          labels: Schema.Struct({ severity: Schema.Literals(["critical", "warning"]) }),
          annotations: Schema.Struct({ summary: Schema.String, description: Schema.String })
        })
      )
    })
  )
})

const dashboard = Schema.decodeUnknownSync(Dashboard)(read("examples/fleet/grafana/dashboard.json"))
const rules = Schema.decodeUnknownSync(Rules)(Yaml.parse(read("examples/fleet/prometheus/alerts.yml"))).groups.flatMap(
  ({ rules }) => rules
)
const operations = read("docs/operations.md")

/** What a query reads of each metric, and the labels that it groups by. */
const readsOf = (query: string) => {
  const reads = [...query.matchAll(/\b(hunyuan3d_\w+)(?:\{([^}]*)\})?/g)].map(([, name = "", matchers = ""]) => ({
    name,
    matchers: [...matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(([, label = "", , value = ""]) => ({
      label,
      values: value.split("|")
    }))
  }))
  const grouped = [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = ""]) => labels.split(", "))
  return { reads, grouped }
}

/** Each query, with where it stands. */
const queries: ReadonlyArray<readonly [where: string, query: string]> = [
  ...dashboard.panels.flatMap(({ targets = [], title }) => targets.map(({ expr }) => [title, expr] as const)),
  ...dashboard.templating.list.flatMap(({ definition, name }) =>
    definition === undefined ? [] : [[`variable ${name}`, definition] as const]
  ),
  ...rules.map(({ alert, expr }) => [alert, expr] as const)
]

/** What `serve` emits. */
const served = Effect.gen(function* () {
  const request = new Request("http://127.0.0.1/", { method: "POST", headers: { "x-tc-action": "any" } })
  yield* Effect.provideService(
    measured(Effect.succeed(HttpServerResponse.jsonUnsafe({ Response: { RequestId: "id" } }))),
    HttpServerRequest.HttpServerRequest,
    HttpServerRequest.fromWeb(request)
  )
  return yield* PrometheusMetrics.format()
}).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))

/** The pages of a worker and of the fake. */
const pages = Effect.all([Effect.map(emitted, ({ prometheus }) => prometheus), served])

// What Prometheus adds to all that it reads.
const added = ["job", "instance"]

const names = (schemas: ReadonlyArray<{ readonly name: string }>) => schemas.map(({ name }) => name)

/** The words that a label can have, where they are few. */
const words: Readonly<Record<string, ReadonlyArray<string>>> = {
  outcome: [
    "Success",
    "Interrupted",
    "Defect",
    "Kept",
    "Accepted",
    "Refused",
    "Unknown",
    ...names(ApiError.Reason.members),
    ...names(DownloadError.Reason.members)
  ],
  reason: names(ApiError.Reason.members),
  state: names(Job.Job.members)
}

const oneLine = (query: string) => query.replaceAll(/\s+/g, " ").trim()

describe("The dashboard and the alerts", () => {
  it.effect("read metrics that are emitted, by labels that they have", () =>
    Effect.gen(function* () {
      const series = new Map((yield* pages).flatMap((page) => [...seriesOf(page)]))
      assert.isAbove(queries.length, 0)
      for (const [where, query] of queries) {
        const { grouped, reads } = readsOf(query)
        const labels = new Set(added)
        for (const { matchers, name } of reads) {
          const has = series.get(name)
          assert.isDefined(has, `${where}: ${name}`)
          for (const label of has ?? []) labels.add(label)
          for (const { label, values } of matchers) {
            assert.isTrue(has?.has(label), `${where}: ${name} has no ${label}`)
            const known = words[label]
            if (known !== undefined) assert.includeMembers([...known], values, where)
          }
        }
        for (const label of grouped) assert.isTrue(labels.has(label), `${where}: no ${label}`)
      }
    })
  )

  it.effect("leave no metric out, of those that are emitted", () =>
    Effect.gen(function* () {
      const shown = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join("\n")
      for (const page of yield* pages) {
        for (const name of parse(page).keys()) assert.match(shown, new RegExp(`\\b${name}(_bucket|_count)?\\b`))
      }
    })
  )

  it("are read rightly by this test, which finds what is wrong", () => {
    const { grouped, reads } = readsOf('sum by (kind, le) (rate(hunyuan3d_a_total{kind=~"$kind",outcome!~"A|B"}[5m]))')
    assert.deepStrictEqual(grouped, ["kind", "le"])
    assert.deepStrictEqual(reads, [
      {
        name: "hunyuan3d_a_total",
        matchers: [
          { label: "kind", values: ["$kind"] },
          { label: "outcome", values: ["A", "B"] }
        ]
      }
    ])
  })
})

describe("The dashboard", () => {
  it("has a unit for each panel, and names each series", () => {
    for (const { fieldConfig, targets = [], title, type } of dashboard.panels) {
      if (type === "row") continue
      assert.isNotEmpty(fieldConfig?.defaults.unit, title)
      assert.isNotEmpty(targets, title)
      for (const { legendFormat } of targets) assert.strictEqual(legendFormat === "", type === "stat", title)
    }
  })

  it("has panels with ids of their own, none over another", () => {
    const { panels } = dashboard
    assert.strictEqual(new Set(panels.map(({ id }) => id)).size, panels.length)
    for (const { gridPos: a, id } of panels) {
      assert.isAtMost(a.x + a.w, 24)
      const isOver = panels.some(
        ({ gridPos: b, id: other }) =>
          other !== id && a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
      )
      assert.isFalse(isOver, `panel ${id}`)
    }
  })

  it("lets one choose the data source and the kind", () => {
    assert.deepStrictEqual(
      dashboard.templating.list.map(({ name }) => name),
      ["datasource", "kind"]
    )
  })
})

describe("docs/operations.md", () => {
  it("has the severity, the time and the query of each alert, as the file of alerts has them", () => {
    const documented = operations.matchAll(/^### `(\w+)`\n\n`(\w+)`, ([\w ]+)\.[^#]*?```promql\n([^`]*)```/gm)
    assert.deepStrictEqual(
      [...documented].map(([, alert = "", severity = "", when = "", query = ""]) => [
        alert,
        severity,
        when,
        oneLine(query)
      ]),
      rules.map((rule) => [
        rule.alert,
        rule.labels.severity,
        rule.for === undefined ? "at once" : `after ${rule.for}`,
        oneLine(rule.expr)
      ])
    )
  })
})
