/**
 * Looks for the mistakes that make the signature that was sent: none, one of them, or two of different steps.
 *
 * Each step lists its likeliest mistakes first. In pairs only those are tried, which are some thousand signatures.
 */
import type { Mutation, Step } from "./mutation.ts"
import type { Parts } from "./parts.ts"

/** Mistakes that were made together. */
export type Found = ReadonlyArray<Mutation>

const nameOf = (found: Found): string => found.map(({ name }) => name).join()

/** Everything that is found makes the same bytes, so that two of the same names say the same. */
const distinct = (all: ReadonlyArray<Found>): ReadonlyArray<Found> =>
  all.filter((found, index) => all.findIndex((other) => nameOf(other) === nameOf(found)) === index)

const maxOfStep = 8

const likeliest = (mutations: ReadonlyArray<Mutation>): ReadonlyArray<Mutation> => {
  const counts = new Map<Step, number>()
  return mutations.filter(({ step }) => {
    const count = (counts.get(step) ?? 0) + 1
    counts.set(step, count)
    return count <= maxOfStep
  })
}

export const search = (
  right: Parts,
  mutations: ReadonlyArray<Mutation>,
  makesSignature: (parts: Parts) => boolean
): ReadonlyArray<Found> => {
  if (makesSignature(right)) return [[]]
  const singles = mutations.filter(({ change }) => makesSignature({ ...right, ...change }))
  if (singles.length > 0) return distinct(singles.map((mutation) => [mutation]))
  const common = likeliest(mutations)
  const pairs = common.flatMap((first, index) => {
    const parts = { ...right, ...first.change }
    return common
      .slice(index + 1)
      .filter(({ change, step }) => step !== first.step && makesSignature({ ...parts, ...change }))
      .map((second) => [first, second])
  })
  return distinct(pairs)
}
