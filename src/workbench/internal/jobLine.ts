/** An entry of the journal as a line of the page, with what was seen since. */
import * as DateTime from "effect/DateTime"
import type * as Journal from "../../job/Journal.ts"
import type { JobLine, ModelFile } from "../Api.ts"
import * as entries from "../entry.ts"

/** What the journal does not have. */
export interface Seen {
  readonly title?: string
  readonly status?: "waiting" | "running"
  readonly runningAt?: number
  readonly problem?: string | undefined
  readonly isWatched?: boolean
}

const millis = (name: string, time: DateTime.Utc | undefined) =>
  time === undefined ? {} : { [name]: DateTime.toEpochMillis(time) }

const stateOf = (entry: Journal.Entry, seen: Seen, now: DateTime.Utc): JobLine["state"] => {
  const state = entries.stateOf(entry, now)
  return state === "submitted" ? (seen.status ?? state) : state
}

/** Why there is no job, or none that is known of. */
const problemOf = ({ ended, outcome }: Journal.Entry): string | undefined => {
  if (outcome._tag === "Refused" && outcome.code !== "Client.Interrupted")
    return `The service refused it (${outcome.code}).`
  if (outcome._tag === "Unknown") {
    return outcome.jobId === undefined
      ? `No clear answer came (${outcome.code}). Its job may exist and be paid for: look at the console.`
      : `The answer named job ${outcome.jobId}, which is paid for, and could not be read.`
  }
  return ended?.status === "FAIL" ? `The job failed (${ended.code ?? "no code"}).` : undefined
}

export const lineOf = (
  entry: Journal.Entry,
  seen: Seen,
  files: ReadonlyArray<ModelFile>,
  now: DateTime.Utc
): JobLine => {
  const { ended, estimate, startedAt, ticket } = entry
  const problem = seen.problem ?? problemOf(entry)
  return {
    operation: entry.operation,
    kind: entry.kind,
    region: entry.region,
    state: stateOf(entry, seen, now),
    ...(ticket === undefined ? {} : { jobId: ticket.jobId }),
    ...(seen.title === undefined ? {} : { title: seen.title }),
    submittedAt: DateTime.toEpochMillis(ticket?.submittedAt ?? startedAt),
    ...(seen.runningAt === undefined ? {} : { runningAt: seen.runningAt }),
    ...millis("endedAt", ended?.at),
    ...millis("downloadedAt", entry.files?.at),
    ...millis("expiresAt", entries.expiresAt(entry)),
    ...millis("linksExpireAt", ended?.linksExpireAt),
    ...(estimate === undefined ? {} : { estimate }),
    ...(ended?.credits === undefined ? {} : { consumed: ended.credits }),
    isWatched: seen.isWatched ?? false,
    ...(problem === undefined ? {} : { problem }),
    files
  }
}
