/**
 * `npm run bench`: measures the library beside its peers, and prints one table.
 *
 * It can record the ratios, and check them against the recorded ones. What is recorded is the worst of three
 * measurements. A case with a line that seems to be worse than that is measured up to five times, and fails only by a
 * line that is worse each time: by what became slower, and not by what a busy machine does meanwhile.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { cases } from "./cases.ts"
import type { Form, Line } from "./measure.ts"
import * as recorded from "./recorded.ts"
import { toJson, toTable } from "./table.ts"

const flag = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false))

const flags = {
  only: Flag.Literals(
    "only",
    cases.map(({ name }) => name)
  ).pipe(Flag.withDescription("Run this case; may be given several times"), Flag.atLeast(0)),
  short: flag("short", "Fewer rounds and smaller amounts, for CI"),
  json: flag("json", "Print one JSON object"),
  check: flag("check", "Fail when a ratio is worse than the recorded one by more than 25 %, or 50 % of a time"),
  record: flag("record", "Record the ratios")
}

const measure = Effect.fnUntraced(function* ({ name, run }: (typeof cases)[number], form: Form) {
  const [took, lines] = yield* Effect.timed(Effect.scoped(run(form)))
  yield* Console.error(`${name}: ${Math.round(Duration.toSeconds(took))} s`)
  return lines
})

const bench = Command.make(
  "bench",
  flags,
  Effect.fnUntraced(function* ({ only, short, json, check, record }) {
    const form: Form = short ? "short" : "full"
    const ratios = check ? recorded.ratios(form) : {}
    const lines: Array<Line> = []
    const repeated: Array<Line> = []
    const worse: Array<string> = []
    const toRecord: Array<string> = []
    for (const one of cases.filter(({ name }) => only.length === 0 || only.includes(name))) {
      const measurements = [yield* measure(one, form)]
      const slower = () => (check ? recorded.worse(measurements, ratios) : [])
      while (measurements.length < (record ? 3 : 1) || (measurements.length < 5 && slower().length > 0)) {
        measurements.push(yield* measure(one, form))
      }
      if (slower().length > 0) toRecord.push(`--only ${one.name}`)
      worse.push(...slower())
      repeated.push(...measurements.flat())
      lines.push(...(measurements.at(-1) ?? []))
    }
    yield* Console.log(json ? JSON.stringify({ form, lines: toJson(lines) }, undefined, 2) : toTable(lines))
    if (record) recorded.record(form, repeated)
    if (worse.length > 0) {
      const command = ["npm run bench --", ...(short ? ["--short"] : []), ...toRecord, "--record"].join(" ")
      yield* Console.error(
        [...worse, `Make it fast again. If it has to take that, record the ratios anew: ${command}`].join("\n")
      )
      process.exitCode = 1
    }
  })
).pipe(Command.withDescription("Measures effect-hunyuan3d beside its peers."))

Command.run(bench, { version: process.version }).pipe(Effect.provide(NodeServices.layer), NodeRuntime.runMain)
