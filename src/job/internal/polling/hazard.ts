/**
 * How likely a job of some age is to end soon, learnt from jobs that were looked at.
 *
 * The sketch counts by age. For each range of ages it holds how many jobs ended in it, and for how long jobs were seen
 * to go on in it. One divided by the other is the hazard: the ends to expect in a millisecond of waiting. Jobs that
 * still run count too, and so do waits that began late or were given up.
 *
 * A plan says how densely to look at each age. For a mean delay, the fewest looks are those whose density grows with
 * the square root of the hazard. Looks times mean delay is then the same whatever the delay is.
 *
 * **Gotchas**
 *
 * - When a job ended between two looks, nobody knows when. Its end counts in parts for each moment between them, as
 *   likely as the jobs before make it.
 * - A sketch holds about the last 64 ends: with each end all counts become smaller. Where three jobs in a row ended
 *   earlier than six of seven did, or later, it starts anew.
 */

/** In milliseconds: from 0, from 1 second, then four ranges for each doubling up to a day. */
const starts: ReadonlyArray<number> = [0, ...Array.from({ length: 66 }, (_, nth) => 1000 * 2 ** (nth / 4))]

/** How many ranges of ages a sketch has. */
export const ranges = starts.length

/** No sketch knows ages above it. */
const oldest = 172_800_000

/** How many ends a sketch holds at the most. */
export const memory = 64

/** How many ends make a distribution known. */
const enough = 10

/** So many jobs in a row that end among the first of all, or the last, are taken for a change. */
const surprisesInRow = 3
const rare = 0.15

/** As if so much of an end had been seen in each range, at the mean hazard. */
const prior = 0.005

/**
 * It pays to look a little later at first: where the density grows from nothing, it puts the first look too early. No
 * first pause is longer than the default's by more than that either, since jobs that suddenly end early are seen late.
 */
const firstShare = 1.3

const shortestPause = 1000
const longestPause = 60_000

/** What is known of the jobs of a kind, by range of ages. */
export interface Sketch {
  /** Jobs that ended. */
  ended: ReadonlyArray<number>
  /** For how many milliseconds jobs were seen to go on. */
  exposed: ReadonlyArray<number>
  /** How many jobs in a row ended later than most, or earlier where it is negative. */
  surprises: number
}

/** How densely to look: looks in a millisecond, by range of ages. */
export interface Plan {
  readonly densities: ReadonlyArray<number>
  readonly longest: number
  /** The longest first pause of a wait. */
  readonly longestFirst: number
}

/** What a plan aims at. */
export interface Aim {
  /** The mean delay in milliseconds. */
  readonly delay: number
  /** Looks to stay below: as many as a first pause and then even ones would take. */
  readonly atMost?: { readonly first: number; readonly later: number }
}

/** A sketch of no jobs. */
export const make = (): Sketch => ({ ended: starts.map(() => 0), exposed: starts.map(() => 0), surprises: 0 })

const clamp = (age: number) => Math.min(oldest, Math.max(0, age))

interface Part {
  readonly range: number
  readonly from: number
  readonly to: number
}

/** The ranges between two ages, each with the part of it that lies between them. */
const between = (from: number, to: number): ReadonlyArray<Part> => {
  const parts: Array<Part> = []
  let start = from
  for (let range = 0; start < to; range++) {
    const end = Math.min(to, starts[range + 1] ?? oldest)
    if (end <= start) continue
    parts.push({ range, from: start, to: end })
    start = end
  }
  return parts
}

const sum = (values: ReadonlyArray<number>) => values.reduce((total, value) => total + value, 0)

const add = (values: ReadonlyArray<number>, parts: ReadonlyArray<readonly [range: number, value: number]>) => {
  const added = [...values]
  for (const [range, value] of parts) added[range] = (added[range] ?? 0) + value
  return added
}

/** A job was seen at two ages, and went on. */
export const survived = (sketch: Sketch, from: number, to: number): void => {
  sketch.exposed = add(
    sketch.exposed,
    between(clamp(from), clamp(to)).map((part) => [part.range, part.to - part.from])
  )
}

/** A job ended between two ages. */
export const ended = (sketch: Sketch, from: number, to: number): void => {
  const [low, high] = [clamp(from), clamp(to)]
  if (high <= low) return
  sketch.surprises = surprisesAfter(sketch, low, high)
  const kept = Math.abs(sketch.surprises) < surprisesInRow ? 1 - 1 / memory : 0
  if (kept === 0) sketch.surprises = 0
  const parts = sharesOf(sketch, low, high)
  sketch.ended = add(
    sketch.ended.map((value) => value * kept),
    parts.map(({ range, share }) => [range, share])
  )
  // At each moment it went on with the chance that its end is still to come.
  let going = 1
  sketch.exposed = add(
    sketch.exposed.map((value) => value * kept),
    parts.map(({ from, range, share, to }) => {
      going -= share
      return [range, (to - from) * (going + share / 2)]
    })
  )
}

/** How likely a job that ended between two ages did so in each range. Each moment is as likely while too little is known. */
const sharesOf = (sketch: Sketch, low: number, high: number) => {
  const parts = between(low, high)
  if (!isKnown(sketch)) return parts.map((part) => ({ ...part, share: (part.to - part.from) / (high - low) }))
  const hazards = hazardsOf(sketch)
  let going = 1
  const ends = parts.map(({ from, range, to }) => {
    const share = -going * Math.expm1(-(hazards[range] ?? 0) * (to - from))
    going -= share
    return share
  })
  return parts.map((part, nth) => ({ ...part, share: (ends[nth] ?? 0) / sum(ends) }))
}

const isKnown = (sketch: Sketch) => sum(sketch.ended) >= enough

const surprisesAfter = (sketch: Sketch, from: number, to: number): number => {
  if (!isKnown(sketch)) return 0
  const hazards = hazardsOf(sketch)
  if (survival(hazards, to) > 1 - rare) return Math.min(0, sketch.surprises) - 1
  if (survival(hazards, from) < rare) return Math.max(0, sketch.surprises) + 1
  return 0
}

/** Each value with half of its own weight, and a quarter of each neighbour's. */
const smooth = (values: ReadonlyArray<number>) =>
  values.map((value, range) => value / 2 + (values[range - 1] ?? 0) / 4 + (values[range + 1] ?? 0) / 4)

/** Ends in a millisecond of waiting, by range. Where little was seen it is near the mean of all. */
const hazardsOf = (sketch: Sketch): ReadonlyArray<number> => {
  const mean = sum(sketch.ended) / Math.max(1, sum(sketch.exposed))
  const exposed = smooth(smooth(sketch.exposed))
  return smooth(smooth(sketch.ended)).map((ends, range) => (ends + prior) / ((exposed[range] ?? 0) + prior / mean))
}

/** The share of jobs that go on at an age. */
const survival = (hazards: ReadonlyArray<number>, age: number): number =>
  Math.exp(-sum(between(0, age).map((part) => (hazards[part.range] ?? 0) * (part.to - part.from))))

/** A plan for the jobs that the sketch knows, or none while it knows too few. */
export const planOf = (sketch: Sketch, { atMost, delay }: Aim): Plan | undefined => {
  if (!isKnown(sketch)) return undefined
  const hazards = hazardsOf(sketch)
  // The looks of a plan times its mean delay, by two and squared: the integral of the root of the hazard over all waiting.
  let difficulty = 0
  let looks = 0.5
  let going = 1
  for (const { from, range, to } of between(0, oldest)) {
    const hazard = hazards[range] ?? 0
    const goingAfter = going * Math.exp(-hazard * (to - from))
    // How long a job is in this range in the mean, jobs that never come to it included.
    const time = (going - goingAfter) / hazard
    difficulty += time * Math.sqrt(hazard)
    if (atMost !== undefined) {
      looks += (time * (Math.max(0, to - atMost.first) - Math.max(0, from - atMost.first))) / (to - from) / atMost.later
    }
    going = goingAfter
  }
  if (atMost !== undefined) looks += survival(hazards, atMost.first) / 2
  const aimed = atMost === undefined ? delay : Math.max(delay, difficulty ** 2 / 2 / looks)
  const longest = Math.max(longestPause, 4 * aimed)
  return {
    densities: hazards.map((hazard) => (Math.sqrt(hazard) * difficulty) / 2 / aimed),
    longest,
    longestFirst: atMost === undefined ? longest : firstShare * atMost.first
  }
}

/** The pause before the next look at a job of this age. The first one of a wait is shorter by a factor. */
export const pauseAt = ({ densities, longest, longestFirst }: Plan, age: number, first?: number): number => {
  let left = first === undefined ? 1 : first * firstShare
  let now = clamp(age)
  for (const { from, range, to } of between(now, oldest)) {
    const density = densities[range] ?? 0
    now = from + Math.min(to - from, left / density)
    left -= density * (to - from)
    if (left <= 0) break
  }
  return Math.max(shortestPause, Math.min(first === undefined ? longest : first * longestFirst, now - clamp(age)))
}
