/** `hunyuan3d jobs`: what was bought on this machine, from the journal. Nothing is sent. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Journal from "../job/Journal.ts"
import { expiresAt, isUnfinished, stateOf } from "./entry.ts"
import { journal } from "./journal.ts"
import { printJson, printLine, printNote, printTable } from "./print.ts"
import { roughly } from "./results.ts"
import * as shell from "./shell.ts"

export const jobs = Command.make(
  "jobs",
  {
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print one JSON object on standard output, with the tickets"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* ({ json }) {
    const now = yield* DateTime.now
    const listed = yield* Journal.Journal.use(({ list }) => list).pipe(Effect.provide(journal))
    yield* json ? printListed(listed, now) : showEntries(listed.entries, now)
    for (const { description, operation, place } of listed.unreadable) {
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

type Listed = Effect.Success<Journal.Journal["Service"]["list"]>

const showEntries = Effect.fnUntraced(function* (entries: ReadonlyArray<Journal.Entry>, now: DateTime.Utc) {
  if (entries.length === 0) return yield* printLine("Nothing was submitted on this machine, or all of it is forgotten.")
  yield* printTable(
    ["JOB", "KIND", "STATE", "AGE", "ID EXPIRES", "LINKS EXPIRE", "COST", "OPERATION"],
    entries.map((entry) => [
      entry.ticket?.jobId ?? "none",
      entry.kind.toLowerCase(),
      stateOf(entry, now),
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

const printListed = Effect.fnUntraced(function* ({ entries, unreadable }: Listed, now: DateTime.Utc) {
  const jobs = yield* Effect.forEach(entries, (entry) =>
    Effect.map(encode(entry), (encoded) => objectOf(entry, encoded, now))
  )
  yield* printJson({ version: 1, jobs, unreadable })
})

const encode = (entry: Journal.Entry) => Effect.orDie(Schema.encodeEffect(Journal.Entry)(entry))

/** An entry for scripts, which need no digests. */
const objectOf = (entry: Journal.Entry, encoded: typeof Journal.Entry.Encoded, now: DateTime.Utc) => {
  const { ended, endpoint, estimate, files, kind, operation, outcome, region, startedAt } = encoded
  const end = expiresAt(entry)
  return {
    operation,
    state: stateOf(entry, now),
    kind,
    region,
    endpoint,
    startedAt,
    ticket: outcome._tag === "Accepted" ? outcome.ticket : undefined,
    code: "code" in outcome ? outcome.code : undefined,
    requestId: "requestId" in outcome ? outcome.requestId : undefined,
    expiresAt: end && DateTime.formatIso(end),
    estimate,
    ended,
    files
  }
}
