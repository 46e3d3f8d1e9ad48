/**
 * What the fake draws by chance: from `Random` of who calls, or, with a seed, from sequences of its own.
 *
 * **Gotchas**
 *
 * - With a seed there is one sequence for each purpose. So the tenth job is the same one however often a client looked
 *   before, and the tenth request suffers the same fault whatever it is for.
 * - A sequence is known by its seed and by how much was drawn, which is all that has to be kept of it.
 */
import type * as Random from "effect/Random"

type Purpose = "jobs" | "failures" | "faults" | "credentials"

export interface Chance {
  readonly seed: () => number | undefined
  /** The one to draw from: that of the purpose with a seed, else that of who calls. */
  readonly of: (purpose: Purpose, random: Random.Random) => Random.Random
  /** How much was drawn for each purpose. */
  readonly drawn: () => Readonly<Record<Purpose, number>>
  readonly start: (seed: number | undefined, drawn?: Readonly<Record<Purpose, number>>) => void
}

// The finalizer of MurmurHash3, of 32 bits.
const mixed = (value: number): number => {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return (twice ^ (twice >>> 16)) >>> 0
}

/** The seed of a sequence: any number, and any text, counts in full. */
const hashed = (text: string): number =>
  Array.from(text).reduce((hash, character) => mixed(Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)), 0x9e3779b9)

const nothing: Readonly<Record<Purpose, number>> = { jobs: 0, failures: 0, faults: 0, credentials: 0 }

export const makeChance = (initial: number | undefined): Chance => {
  let seed = initial
  let drawn = { ...nothing }

  const sequence = (purpose: Purpose): Random.Random => {
    const start = hashed(`${purpose} ${seed}`)
    const next = () => {
      drawn[purpose] += 1
      return mixed(start + Math.imul(drawn[purpose], 0x9e3779b1))
    }
    return {
      // As many bits as a number has.
      nextDoubleUnsafe: () => ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / 0x20000000000000,
      nextIntUnsafe: next
    }
  }
  const sequences = () => ({
    jobs: sequence("jobs"),
    failures: sequence("failures"),
    faults: sequence("faults"),
    credentials: sequence("credentials")
  })
  let current = sequences()

  return {
    seed: () => seed,
    of: (purpose, random) => (seed === undefined ? random : current[purpose]),
    drawn: () => ({ ...drawn }),
    start: (to, from = nothing) => {
      seed = to
      drawn = { ...from }
      current = sequences()
    }
  }
}
