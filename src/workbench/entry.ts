/** What an entry of the journal says now. Nothing is queried. */
import * as DateTime from "effect/DateTime"
import * as Hunyuan from "../job/Hunyuan.ts"
import type * as Journal from "../job/Journal.ts"

/** The states of what was submitted, as far as the journal knows them. */
export const states = [
  "sending",
  "unknown",
  "refused",
  "not sent",
  "submitted",
  "done",
  "failed",
  "expired",
  "downloaded"
] as const

export type State = (typeof states)[number]

/** When the service forgets a job. */
export const expiresAt = ({ startedAt, ticket }: Journal.Entry): DateTime.Utc | undefined =>
  ticket && DateTime.addDuration(ticket.submittedAt ?? startedAt, Hunyuan.idLifetime)

export const stateOf = (entry: Journal.Entry, now: DateTime.Utc): State => {
  const { ended, files, outcome } = entry
  switch (outcome._tag) {
    case "Sending":
      return "sending"
    case "Unknown":
      return "unknown"
    case "Refused":
      return outcome.code === "Client.Interrupted" ? "not sent" : "refused"
    case "Accepted": {
      if (files !== undefined) return "downloaded"
      if (ended?.status === "FAIL") return "failed"
      const end = expiresAt(entry)
      if (end !== undefined && DateTime.isLessThan(end, now)) return "expired"
      return ended === undefined ? "submitted" : "done"
    }
  }
}

/** Whether there is a job whose files are still to be had. */
export const isUnfinished = (entry: Journal.Entry, now: DateTime.Utc): boolean =>
  ["submitted", "done"].includes(stateOf(entry, now))
