/**
 * Draws the flowcharts of the pages, which are written in Mermaid, as rows of boxes. A box says where its arrows lead
 * where that is not to all boxes of the next row. What is not a plain flowchart stays as it is written.
 */
import { escapeHtml } from "./html.ts"

interface Chart {
  readonly labels: ReadonlyMap<string, ReadonlyArray<string>>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  readonly arrows: ReadonlyMap<string, ReadonlyArray<string>>
}

const parse = (code: string): Chart | undefined => {
  const [first = "", ...lines] = code.trim().split("\n")
  if (!/^flowchart (TB|TD)$/.test(first)) return undefined
  const labels = new Map<string, ReadonlyArray<string>>()
  const row = new Map<string, number>()
  const arrows = new Map<string, Array<string>>()
  for (const line of lines) {
    const sides = line.split("-->").map((side) =>
      side.split(" & ").map((node) => {
        const [, name = "", label] = /^\s*(\w+)(?:\["([^"]*)"\])?\s*$/.exec(node) ?? []
        if (label !== undefined) labels.set(name, label.split("<br/>"))
        return name
      })
    )
    const [from, to] = sides
    if (from === undefined || to === undefined || sides.length !== 2 || sides.flat().includes("")) return undefined
    for (const one of from) {
      row.set(one, row.get(one) ?? 0)
      for (const other of to) {
        // An arrow to where other arrows have begun leads back.
        if (!arrows.has(other)) row.set(other, Math.max(row.get(other) ?? 0, (row.get(one) ?? 0) + 1))
      }
    }
    for (const one of from) arrows.set(one, [...(arrows.get(one) ?? []), ...to])
  }
  const rows = Array.from({ length: Math.max(...row.values()) + 1 }, (_, at) =>
    [...row.keys()].filter((name) => row.get(name) === at)
  )
  return { labels, rows, arrows }
}

export const renderFlowchart = (code: string): string | undefined => {
  const chart = parse(code)
  if (chart === undefined) return undefined
  const label = (name: string) => chart.labels.get(name) ?? [name]
  const rows = chart.rows.map((row, at) => {
    const next = chart.rows[at + 1] ?? []
    const boxes = row.map((name) => {
      const [title = "", ...rest] = label(name)
      const targets = chart.arrows.get(name) ?? []
      const isPlain = targets.length === next.length && targets.every((target) => next.includes(target))
      const leads = isPlain ? [] : [`→ ${targets.map((target) => label(target)[0]).join(", ")}`]
      const small = [...rest, ...leads].map((text) => `<small>${escapeHtml(text)}</small>`)
      return `<span class="box"><b>${escapeHtml(title)}</b>${small.join("")}</span>`
    })
    return `<li>${boxes.join("")}</li>`
  })
  return `<ol class="flowchart">${rows.join("\n")}</ol>\n`
}
