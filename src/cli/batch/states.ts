/** What is known of each line of a batch. */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type * as Job from "../../job/Job.ts"
import type { Failure } from "../failure.ts"
import { errorOf } from "../outcome.ts"
import { lineStates, type OutputBatch, type OutputFile } from "../output.ts"
import type { Checked } from "./line.ts"

export type State = (typeof lineStates)[number]

interface Range {
  readonly min: number
  readonly max: number
}

export interface Known {
  readonly state: State
  readonly ticket?: Job.JobTicket | undefined
  /** In credits, by the service. */
  readonly consumed?: number | undefined
  readonly files?: ReadonlyArray<typeof OutputFile.Type>
  readonly manifest?: string
  /** The number of the line that a duplicate repeats. */
  readonly sameAs?: number
  readonly failure?: Failure
  /** Whether its job was there before this run. */
  readonly recorded?: boolean
}

export const isEnd = (state: State): boolean => !["waiting", "submitted", "running", "done"].includes(state)

const estimateOf = ({ estimate }: Checked): Range =>
  Option.match(estimate, { onNone: () => ({ min: 0, max: 0 }), onSome: ({ high, low }) => ({ min: low, max: high }) })

const nothing: Range = { min: 0, max: 0 }

/** What a line costs. A job that failed costs nothing, unless the service says so. */
const costOf = (line: Checked, { consumed, failure, state, ticket }: Known): Range => {
  if (consumed !== undefined) return { min: consumed, max: consumed }
  if (ticket !== undefined) return failure?.exitCode === 2 ? nothing : estimateOf(line)
  return state === "failed" && failure?.mayHaveRun === true ? { min: 0, max: estimateOf(line).max } : nothing
}

export interface States {
  readonly lines: ReadonlyArray<Checked>
  readonly of: (index: number) => Known
  readonly set: (index: number, known: Known) => void
  readonly counts: () => Record<State, number>
  readonly bought: () => Range
  readonly left: () => Range
}

const plus = (one: Range, other: Range, before: Range): Range => ({
  min: one.min + other.min - before.min,
  max: one.max + other.max - before.max
})

export const make = (lines: ReadonlyArray<Checked>): States => {
  const waiting: Known = { state: "waiting" }
  const known = new Map<number, Known>()
  const of = (index: number): Known => known.get(index) ?? waiting
  const counts: Record<State, number> = {
    waiting: lines.length,
    submitted: 0,
    running: 0,
    done: 0,
    downloaded: 0,
    duplicate: 0,
    "over limit": 0,
    failed: 0
  }
  const leftOf = (line: Checked, { state }: Known) => (state === "waiting" ? estimateOf(line) : nothing)
  let bought = nothing
  let left = lines.reduce((all, line) => plus(all, estimateOf(line), nothing), nothing)
  return {
    lines,
    of,
    set: (index, next) => {
      const line = lines[index]
      if (line === undefined) return
      const before = of(index)
      known.set(index, next)
      counts[before.state] -= 1
      counts[next.state] += 1
      bought = plus(bought, costOf(line, next), costOf(line, before))
      left = plus(left, leftOf(line, next), leftOf(line, before))
    },
    counts: () => ({ ...counts }),
    bought: () => bought,
    left: () => left
  }
}

const lineOf = (line: Checked, { consumed, failure, files, manifest, sameAs, state, ticket }: Known) => ({
  line: line.number,
  kind: line.kind.name,
  operation: line.operation,
  state,
  ...(sameAs === undefined ? {} : { sameAs }),
  ...(ticket === undefined ? {} : { ticket }),
  credits: {
    ...(Option.isNone(line.estimate) ? {} : { estimated: estimateOf(line) }),
    ...(consumed === undefined ? {} : { consumed })
  },
  ...(files === undefined ? {} : { files }),
  ...(manifest === undefined ? {} : { manifest }),
  ...(failure === undefined ? {} : { error: errorOf(failure, {}) })
})

/** All that is known, in the order of the file. */
export const reportOf = (
  states: States,
  run: { readonly file: string; readonly report?: string; readonly startedAt: DateTime.Utc; readonly at: DateTime.Utc }
): typeof OutputBatch.Type => ({
  ...run,
  counts: states.counts(),
  credits: { bought: states.bought(), left: states.left() },
  lines: states.lines
    .map((line, index) => lineOf(line, states.of(index)))
    .toSorted((one, other) => one.line - other.line)
})
