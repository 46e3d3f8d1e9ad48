/** The lines that a sender wrote otherwise than the service does. */
import type { Difference } from "./explanation.ts"
import { canonicalLines, scopeLine, type Parts } from "./parts.ts"

const maxLine = 500

const joined = (lines: ReadonlyArray<string>): string =>
  lines.map((line) => (line.length > maxLine ? `${line.slice(0, maxLine)}…` : line)).join("\n")

/** The lines at the same place that differ; where one text has more lines, all from the first to the last that differ. */
const differing = (
  expected: ReadonlyArray<string>,
  signed: ReadonlyArray<string>
): readonly [expected: ReadonlyArray<string>, signed: ReadonlyArray<string>] => {
  if (expected.length === signed.length) {
    const differs = (_: string, index: number) => expected[index] !== signed[index]
    return [expected.filter(differs), signed.filter(differs)]
  }
  const shortest = Math.min(expected.length, signed.length)
  let start = 0
  while (start < shortest && expected[start] === signed[start]) start++
  let end = 0
  while (end < shortest - start && expected.at(-1 - end) === signed.at(-1 - end)) end++
  // With the line before, since one side may be left with no line at all.
  const from = Math.max(0, start - 1)
  return [expected.slice(from, expected.length - end), signed.slice(from, signed.length - end)]
}

/** Line ends that are not `\n` are written out. */
const linesOf = (parts: Parts): ReadonlyArray<string> => {
  const lines = canonicalLines(parts)
  const end = parts.lineEnd === "\n" ? "" : "\\r"
  const last = lines.length - 1
  return lines.map((line, index) => `${line}${index < last ? end : parts.ending === "" ? "" : "\\n"}`)
}

export const difference = (right: Parts, wrong: Parts): Difference | undefined => {
  const [expected, signed] = differing(linesOf(right), linesOf(wrong))
  const [expectedHead, signedHead] = differing([right.timestamp, scopeLine(right)], [wrong.timestamp, scopeLine(wrong)])
  const both = { expected: joined([...expected, ...expectedHead]), signed: joined([...signed, ...signedHead]) }
  return both.expected === both.signed ? undefined : both
}
