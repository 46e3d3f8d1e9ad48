/** Lines as a table in Markdown, aligned for a terminal too. */
import type { Line, Spread } from "./measure.ts"

/** Three significant digits, or all of a whole number. */
const digits = (figure: number): string =>
  Math.abs(figure) >= 100 ? figure.toFixed(0) : figure.toPrecision(3).replace(/\.?0+$/, "")

const shown = ({ low, median, high }: Spread): string =>
  digits(low) === digits(high) ? digits(median) : `${digits(median)} (${digits(low)}–${digits(high)})`

const isMet = ({ better, goal, ours, ratio }: Line): boolean | undefined => {
  if (goal === undefined) return undefined
  const figure = goal.of === "ratio" ? ratio.median : ours.median
  return better === "less" ? figure <= goal.bound : figure >= goal.bound
}

const goalOf = ({ better, goal, unit }: Line): string =>
  goal === undefined ? "" : `${better === "less" ? "≤" : "≥"} ${goal.bound} ${goal.of === "ratio" ? "×" : unit}`

const head = ["measured", "unit", "ours", "peer", "its", "ratio", "goal", "met"]

/** Medians, with quartiles in brackets. */
export const toTable = (lines: ReadonlyArray<Line>): string => {
  const rows = lines.map((line) => {
    const met = isMet(line)
    const verdict = met === undefined ? "" : met ? "yes" : "no"
    return [
      line.name,
      line.unit,
      shown(line.ours),
      line.peer,
      shown(line.theirs),
      shown(line.ratio),
      goalOf(line),
      verdict
    ]
  })
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const print = (cells: ReadonlyArray<string>) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`
  return [print(head), print(widths.map((width) => "-".repeat(width))), ...rows.map(print)].join("\n")
}

/** Lines as JSON, with the verdict of each goal. */
export const toJson = (lines: ReadonlyArray<Line>) => lines.map((line) => ({ ...line, met: isMet(line) }))
