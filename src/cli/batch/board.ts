/** How a batch goes: on a terminal a board of three lines, elsewhere one line for each event. */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { spinner } from "../progress.ts"
import { roughly } from "../results.ts"
import { isEnd, type State, type States } from "./states.ts"

/** From when on, and how many lines of each kind were bought and ended since then. */
export interface Pace {
  /** In milliseconds. */
  readonly elapsed: number
  readonly ended: ReadonlyMap<string, number>
}

/**
 * How long the rest takes, in milliseconds, at the pace of each kind until now. Kinds have task slots of their own, so
 * the slowest one counts.
 */
const timeLeft = (states: States, { elapsed, ended }: Pace): number | undefined => {
  const open = new Map<string, number>()
  for (const [index, { kind }] of states.lines.entries()) {
    if (!isEnd(states.of(index).state)) open.set(kind.name, (open.get(kind.name) ?? 0) + 1)
  }
  const times = [...open].map(([kind, count]) => (count * elapsed) / (ended.get(kind) ?? 0))
  const longest = Math.max(0, ...times)
  return Number.isFinite(longest) ? longest : undefined
}

const bar = (share: number) => {
  const filled = Math.floor(share * 20)
  return "█".repeat(filled) + "░".repeat(20 - filled)
}

export const range = ({ max, min }: { readonly min: number; readonly max: number }): string =>
  min === max ? `${min}` : `${min} to ${max}`

/** The board, and below it what there is to say about attempts without an answer. */
export const board = (states: States, pace: Pace, limit: Option.Option<number>, said: string | undefined): string => {
  const counts = states.counts()
  const total = states.lines.length
  const count = (...of: ReadonlyArray<State>) => of.reduce((all, state) => all + counts[state], 0)
  const ended = count("downloaded", "duplicate", "failed", "over limit")
  const left = timeLeft(states, pace)
  const parts = [
    `waiting ${counts.waiting}`,
    `running ${count("submitted", "running", "done")}`,
    `done ${count("downloaded", "duplicate")}`,
    `failed ${count("failed", "over limit")}`
  ]
  const frame = spinner[Math.floor(pace.elapsed / 100) % spinner.length]
  const credits = `${range(states.bought())}${Option.match(limit, { onNone: () => "", onSome: (most) => ` of ${most}` })} credits`
  const end = left === undefined || ended === total ? "" : `, ends in about ${roughly(Duration.millis(left))}`
  return [
    `${frame} ${roughly(Duration.millis(pace.elapsed))}  ${bar(ended / total)}  ${ended} of ${total} lines`,
    `  ${parts.join("   ")}`,
    `  ${credits}${end}`,
    ...(said === undefined ? [] : [`  ${said}`])
  ].join("\n")
}
