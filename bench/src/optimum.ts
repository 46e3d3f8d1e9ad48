/**
 * The fewest looks that any schedule can take, for durations that it knows: dynamic programming over the ages at which it
 * may look, which are half a second apart. Looks count from the one at once on.
 */

const grid = 0.5

/** No pause is longer, in steps of the grid. */
const longest = 400

interface Optimum {
  /** The ages at which it looks, in seconds; the first look, at once, is left out. */
  readonly ages: ReadonlyArray<number>
  readonly looks: number
  readonly delay: number
}

/** The schedule with the least looks plus `exchange` times the mean delay in seconds. */
const optimum = (durations: ReadonlyArray<number>, exchange: number): Optimum => {
  const steps = Math.ceil(Math.max(...durations) / grid)
  // Up to each age: the share of jobs that ended, and their durations.
  const ended = Array.from<number>({ length: steps + 1 }).fill(0)
  const taken = [...ended]
  for (const duration of durations) {
    const step = Math.ceil(duration / grid)
    ended[step] = at(ended, step) + 1 / durations.length
    taken[step] = at(taken, step) + duration / durations.length
  }
  for (let step = 1; step <= steps; step++) {
    ended[step] = at(ended, step) + at(ended, step - 1)
    taken[step] = at(taken, step) + at(taken, step - 1)
  }
  const delayOf = (from: number, to: number) =>
    to * grid * (at(ended, to) - at(ended, from)) - (at(taken, to) - at(taken, from))

  const costs = Array.from<number>({ length: steps + 1 }).fill(0)
  const next = [...costs]
  for (let from = steps - 1; from >= 0; from--) {
    costs[from] = Infinity
    for (let to = from + 1; to <= Math.min(steps, from + longest); to++) {
      const cost = 1 - at(ended, from) + exchange * delayOf(from, to) + at(costs, to)
      if (cost >= at(costs, from)) continue
      costs[from] = cost
      next[from] = to
    }
  }

  const ages: Array<number> = []
  let looks = 1
  let delay = 0
  for (let from = 0; from < steps; from = at(next, from)) {
    ages.push(at(next, from) * grid)
    looks += 1 - at(ended, from)
    delay += delayOf(from, at(next, from))
  }
  return { ages, looks, delay }
}

const at = (values: ReadonlyArray<number>, index: number) => values[index] ?? 0

/** The fewest looks for a mean delay in seconds, between 1.5 and 15 of them. */
export const fewestLooks = (durations: ReadonlyArray<number>): ((delay: number) => number) => {
  const known = Array.from({ length: 16 }, (_, nth) => optimum(durations, 0.2 * 1.4 ** nth))
  return (delay) => {
    const above = known.findLast((one) => one.delay > delay)
    const below = known.find((one) => one.delay <= delay)
    if (above === undefined || below === undefined) return Number.NaN
    const share = (above.delay - delay) / (above.delay - below.delay)
    return above.looks + share * (below.looks - above.looks)
  }
}
