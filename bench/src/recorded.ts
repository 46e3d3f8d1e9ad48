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

const timed = new Set(["µs", "ms", "%", "/s"])

/**
 * How much worse a ratio may be. Of times more is allowed: the same code took 1.41 times what was recorded in five
 * measurements in a row, on a machine with two cores, and 0.92 times half an hour before.
 */
const allowed = ({ unit }: Line) => (timed.has(unit) ? 1.5 : 1.25)

const nameOf = ({ name, peer }: Line) => `${name}, to ${peer}`

const read = () => Schema.decodeUnknownSync(codec)(readFileSync(file, "utf8"))

/** The recorded ratios of a form, by the names of lines. */
export const ratios = (form: Form) => read()[form]?.ratios ?? {}

type Ratios = Readonly<Record<string, number>>

/** What is wrong with a line: it is much worse than it was recorded, or it was not recorded. */
const problemOf = (line: Line, recorded: Ratios): string | undefined => {
  const before = recorded[nameOf(line)]
  if (before === undefined) return `${nameOf(line)}: no ratio is recorded.`
  const now = line.ratio.median
  const change = line.better === "less" ? now / before : before / now
  if (change <= allowed(line)) return undefined
  return `${nameOf(line)}: the ratio is ${now.toPrecision(3)}, and ${before} was recorded.`
}

/** A sentence for each line of the last measurement that has a problem in every one. */
export const worse = (measurements: ReadonlyArray<ReadonlyArray<Line>>, recorded: Ratios): ReadonlyArray<string> =>
  (measurements.at(-1) ?? []).flatMap((line) => {
    const isSuch = (other: Line) => nameOf(other) === nameOf(line) && problemOf(other, recorded) !== undefined
    const problem = problemOf(line, recorded)
    return problem !== undefined && measurements.every((lines) => lines.some(isSuch)) ? [problem] : []
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
