/** `hunyuan3d jobs`: what was bought on this machine, from the journal. Nothing is sent. */
import * as Command from "effect/cli/Command"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as shell from "../internal/shell.ts"
import * as Journal from "../job/Journal.ts"
import { expiresAt, isUnfinished, type State, stateOf } from "../workbench/entry.ts"
import { journal } from "./journal.ts"
import { printLine, printNote, printTable } from "./print.ts"
import { result } from "./report.ts"
import { roughly } from "./results.ts"
import { type Part, type Styled, styled } from "./style.ts"

export const jobs = Command.make(
  "jobs",
  {},
  Effect.fnUntraced(function* () {
    const now = yield* DateTime.now
    const { entries, unreadable } = yield* Journal.Journal.use(({ list }) => list).pipe(Effect.provide(journal))
    yield* result({ jobs: entries.map((entry) => objectOf(entry, now)), unreadable }, showEntries(entries, now))
    for (const { description, operation, place } of unreadable) {
      yield* printNote(
        `Operation ${operation} cannot be read, ${place}. ${description} Look at the console whether its job exists. ` +
          `To remove it: hunyuan3d forget ${shell.word(operation)}`
      )
    }
  })
).pipe(
  Command.withDescription("List the jobs that were submitted on this machine, the newest first. Nothing is sent."),
  Command.withExamples([
    { command: "hunyuan3d jobs", description: "What was bought, its state when it was last seen, and when it expires" },
    { command: "hunyuan3d jobs --json", description: "The same for scripts, with the tickets" }
  ])
)

const showEntries = Effect.fnUntraced(function* (entries: ReadonlyArray<Journal.Entry>, now: DateTime.Utc) {
  if (entries.length === 0) return yield* printLine("Nothing was submitted on this machine, or all of it is forgotten.")
  yield* printTable(
    ["JOB", "KIND", "STATE", "AGE", "ID EXPIRES", "LINKS EXPIRE", "COST", "OPERATION"],
    entries.map((entry) => [
      entry.ticket?.jobId ?? "none",
      entry.kind.toLowerCase(),
      inColor(stateOf(entry, now)),
      roughly(DateTime.distance(entry.startedAt, now)),
      until(expiresAt(entry), now),
      until(entry.ended?.linksExpireAt, now),
      costOf(entry),
      entry.operation
    ])
  )
  if (entries.some((entry) => isUnfinished(entry, now))) {
    yield* printNote("To wait for what is unfinished and download it: hunyuan3d resume --all --out DIRECTORY")
  }
  if (entries.some((entry) => stateOf(entry, now) === "unknown")) {
    yield* printNote("An unknown operation may have a job that is paid for: look at the console.")
  }
})

const colors: Partial<Record<State, Styled["color"]>> = {
  done: "green",
  downloaded: "green",
  failed: "red",
  refused: "red",
  unknown: "yellow",
  expired: "yellow"
}

const inColor = (state: State): Part => {
  const color = colors[state]
  return color === undefined ? state : styled(color, state)
}

/** In credits: what the job did cost, or, with `~`, the estimate of what it costs. A job that failed is not charged. */
const costOf = ({ ended, estimate, outcome }: Journal.Entry) => {
  if (ended?.credits !== undefined) return `${ended.credits}`
  if (estimate === undefined || outcome._tag === "Refused" || ended?.status === "FAIL") return ""
  const { high, low } = estimate
  return low === high ? `~${low}` : `~${low} to ${high}`
}

const until = (at: DateTime.Utc | undefined, now: DateTime.Utc) => {
  if (at === undefined) return ""
  const left = DateTime.distance(now, at)
  return Duration.isPositive(left) ? `in ${roughly(left)}` : "expired"
}

/** An entry for scripts, which need no digests. */
const objectOf = (entry: Journal.Entry, now: DateTime.Utc) => {
  const { ended, endpoint, estimate, files, kind, operation, outcome, region, startedAt, ticket } = entry
  const end = expiresAt(entry)
  return {
    operation,
    state: stateOf(entry, now),
    kind,
    region,
    endpoint,
    startedAt,
    ...(ticket && { ticket }),
    ...("code" in outcome && { code: outcome.code }),
    ...("requestId" in outcome && outcome.requestId !== undefined && { requestId: outcome.requestId }),
    ...(end && { expiresAt: end }),
    ...(estimate && { estimate: { min: estimate.low, max: estimate.high } }),
    ...(ended && { ended }),
    ...(files && { files })
  }
}
