/**
 * The ratios that were recorded, for each form, and what has become worse since. Only ratios are kept, since machines
 * differ.
 */
import { readFileSync, writeFileSync } from "node:fs"
import * as path from "node:path"
import * as Schema from "effect/Schema"
import type { Form, Line } from "./measure.ts"

const file = path.join(import.meta.dirname, "../recorded.json")

const Recorded = Schema.Record(
  Schema.String,
  Schema.Struct({
    date: Schema.String,
    node: Schema.String,
    ratios: Schema.Record(Schema.String, Schema.Finite)
  })
)
const codec = Schema.fromJsonString(Recorded)

/** How much worse a ratio may be: more differences than that are no noise. */
const allowed = 1.25

const nameOf = ({ name, peer }: Line) => `${name}, to ${peer}`

const read = () => Schema.decodeUnknownSync(codec)(readFileSync(file, "utf8"))

/** The recorded ratios of a form, by the names of lines. */
export const ratios = (form: Form) => read()[form]?.ratios ?? {}

/** A sentence for each line that is worse than it was recorded by more than a quarter, or that was not recorded. */
export const worse = (lines: ReadonlyArray<Line>, recorded: Readonly<Record<string, number>>): ReadonlyArray<string> =>
  lines.flatMap((line) => {
    const name = nameOf(line)
    const before = recorded[name]
    if (before === undefined) return [`${name}: no ratio is recorded.`]
    const now = line.ratio.median
    const change = line.better === "less" ? now / before : before / now
    return change <= allowed ? [] : [`${name}: the ratio is ${now.toPrecision(3)}, and ${before} was recorded.`]
  })

/** Records the ratios of these lines, the worst of each name, and leaves those of other cases and of the other form. */
export const record = (form: Form, lines: ReadonlyArray<Line>) => {
  const all = read()
  const worst = new Map<string, number>()
  for (const line of lines.filter(({ ratio }) => Number.isFinite(ratio.median))) {
    const ratio = Number(line.ratio.median.toPrecision(3))
    const other = worst.get(nameOf(line)) ?? ratio
    worst.set(nameOf(line), line.better === "less" ? Math.max(ratio, other) : Math.min(ratio, other))
  }
  const ratios = { ...all[form]?.ratios, ...Object.fromEntries(worst) }
  const date = new Date().toISOString().slice(0, 10)
  writeFileSync(file, `${JSON.stringify({ ...all, [form]: { date, node: process.version, ratios } }, undefined, 2)}\n`)
}
