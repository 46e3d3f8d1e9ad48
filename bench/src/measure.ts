/**
 * How everything is measured: the library and its peers in turn, in one run, so that what slows the machine down slows
 * all of them. Each round gives one ratio for each peer, and the median of these is what a line states.
 *
 * **Gotchas**
 *
 * - Every second round runs in the reverse order, so that nobody always runs after the same one.
 * - Absolute figures are of the machine and of the moment. Compare ratios.
 * - CPU time is that of the whole process, its garbage collection included. So servers are processes of their own.
 */
import * as Effect from "effect/Effect"

/** The short form is for CI; what it measures is the same, with fewer rounds and smaller amounts. */
export type Form = "short" | "full"

/** The quartiles of what the rounds gave. */
export interface Spread {
  readonly low: number
  readonly median: number
  readonly high: number
}

/** One line of the table. */
export interface Line {
  readonly name: string
  readonly unit: string
  readonly better: "less" | "more"
  readonly ours: Spread
  readonly peer: string
  readonly theirs: Spread
  /** Ours to theirs. */
  readonly ratio: Spread
  /** The bound for the ratio, or for our own figure. */
  readonly goal?: { readonly of: "ratio" | "ours"; readonly bound: number }
}

/** What one run of one contender gave: a figure for each metric. */
type Sample = Readonly<Record<string, number>>

export interface Metric {
  readonly name: string
  readonly unit: string
  /** For what a busy machine blurs, as all time on the clock: not in the short form, where CPU time stands for it. */
  readonly form?: "full" | undefined
  /** `less` unless given. */
  readonly better?: "less" | "more" | undefined
  /** The bound for our own figure; it stands in the line of the first peer. */
  readonly goal?: number | undefined
  /** The bounds for the ratio to some peers. */
  readonly goals?: Readonly<Record<string, number>> | undefined
}

/** Who is measured, and by what. The first peer, and those that a goal names, are in the short form too. */
export interface Comparison<R1, R2> {
  readonly title: string
  readonly rounds: Readonly<Record<Form, number>>
  /** Rounds before, which do not count: they compile code and open connections. None unless given. */
  readonly warmUps?: number | undefined
  readonly ours: Effect.Effect<Sample, unknown, R1>
  readonly peers: Readonly<Record<string, Effect.Effect<Sample, unknown, R2>>>
  readonly metrics: Readonly<Record<string, Metric>>
}

const ours = "ours"

/** Runs all contenders in rounds, and makes a line for each metric and peer. */
export const compare = Effect.fnUntraced(function* <R1, R2>(form: Form, comparison: Comparison<R1, R2>) {
  const { rounds: counts, title, warmUps = 0 } = comparison
  const metrics = Object.entries(comparison.metrics).filter(([, metric]) => form === "full" || metric.form !== "full")
  const named = new Set(metrics.flatMap(([, { goals = {} }]) => Object.keys(goals)))
  const peers = Object.entries(comparison.peers).filter(
    ([peer], nth) => form === "full" || nth === 0 || named.has(peer)
  )
  const contenders = [[ours, comparison.ours] as const, ...peers]
  const rounds: Array<Readonly<Record<string, Sample>>> = []
  for (let round = 0; round < warmUps + counts[form]; round++) {
    const samples: Record<string, Sample> = {}
    for (const [name, run] of round % 2 === 0 ? contenders : contenders.toReversed()) {
      collectGarbage("minor")
      samples[name] = yield* run
    }
    if (round >= warmUps) rounds.push(samples)
  }
  return metrics.flatMap(([key, metric]) =>
    peers.map(([peer], nth) => {
      const figures = (contender: string) => rounds.map((samples) => samples[contender]?.[key] ?? Number.NaN)
      return lineOf(title, metric, peer, nth === 0, figures(ours), figures(peer))
    })
  )
})

const lineOf = (
  title: string,
  { name, unit, better = "less", goal, goals = {} }: Metric,
  peer: string,
  isFirst: boolean,
  figures: ReadonlyArray<number>,
  others: ReadonlyArray<number>
): Line => {
  const bound = goals[peer]
  return {
    name: `${title}: ${name}`,
    unit,
    better,
    ours: spread(figures),
    peer,
    theirs: spread(others),
    ratio: spread(figures.map((figure, round) => figure / (others[round] ?? Number.NaN))),
    ...(bound !== undefined ? { goal: { of: "ratio", bound } } : {}),
    ...(bound === undefined && goal !== undefined && isFirst ? { goal: { of: "ours", bound: goal } } : {})
  }
}

const spread = (figures: ReadonlyArray<number>): Spread => {
  const sorted = figures.toSorted((a, b) => a - b)
  const at = (share: number) => {
    const place = (sorted.length - 1) * share
    const below = sorted[Math.floor(place)] ?? Number.NaN
    const above = sorted[Math.ceil(place)] ?? Number.NaN
    return below === above ? below : below + (above - below) * (place % 1)
  }
  return { low: at(0.25), median: at(0.5), high: at(0.75) }
}

/** The time of an effect on the clock, and of all processor cores, in milliseconds. */
export const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const cpu = process.cpuUsage()
    const start = performance.now()
    return Effect.map(effect, () => {
      const time = performance.now() - start
      const { user, system } = process.cpuUsage(cpu)
      return { time, cpu: (user + system) / 1000 }
    })
  })

/**
 * Node exposes it with `--expose-gc`, which the npm script gives. A major collection drops compiled code as well, so
 * that what runs next is slow: between runs a minor one takes away what the last one has left.
 */
const collectGarbage = (type: "minor" | "major") => {
  if (globalThis.gc === undefined) throw new Error("Run this by npm run bench, or give node the flag --expose-gc.")
  globalThis.gc({ type, execution: "sync" })
}

/** How many kilobytes of the heap one of many things takes, for as long as their scope is open. */
export const heapOf = Effect.fnUntraced(function* <A, E, R>(count: number, makeAll: Effect.Effect<A, E, R>) {
  const before = yield* heapUsed
  yield* makeAll
  return ((yield* heapUsed) - before) / count / 1000
})

/** Some garbage is let go only when timers and tasks have run that hold it. */
const heapUsed = Effect.gen(function* () {
  collectGarbage("major")
  yield* Effect.sleep(20)
  collectGarbage("major")
  return process.memoryUsage().heapUsed
})
