/** In which order the lines of a batch get their turns. */
import type { Checked } from "./line.ts"

/**
 * What is bought already comes first: its jobs expire. Of the others, the kinds take turns, so that none waits for the
 * task slots of another.
 */
export const inOrder = (
  lines: ReadonlyArray<Checked>,
  isBought: (line: Checked) => boolean
): ReadonlyArray<Checked> => {
  const nth = new Map<string, number>()
  const place = (line: Checked) => {
    if (isBought(line)) return -1
    const place = nth.get(line.kind.name) ?? 0
    nth.set(line.kind.name, place + 1)
    return place
  }
  return lines
    .map((line) => [place(line), line] as const)
    .toSorted(([one], [other]) => one - other)
    .map(([, line]) => line)
}
