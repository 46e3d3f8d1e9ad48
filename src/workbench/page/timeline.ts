/** The stages of a job, as a bar: what it did when, and how far it is. */
import type { JobLine } from "../Api.ts"

type StageName = "submitted" | "waiting" | "running" | "ended"

export interface Stage {
  readonly name: StageName
  readonly label: string
  readonly millis: number
  readonly isNow: boolean
}

export const isOver = ({ state }: JobLine): boolean =>
  ["refused", "not sent", "failed", "expired", "downloaded", "unknown"].includes(state)

/** Whether it can be taken up again. */
export const canResume = (job: JobLine): boolean =>
  !job.isWatched && ["submitted", "waiting", "running", "done"].includes(job.state)

/** What went by in each stage until now. */
export const stagesOf = (job: JobLine, now: number): ReadonlyArray<Stage> => {
  const { downloadedAt, endedAt, runningAt, submittedAt } = job
  const over = isOver(job)
  const stage = (
    name: StageName,
    label: string,
    from: number | undefined,
    to: number | undefined
  ): ReadonlyArray<Stage> =>
    from === undefined || (to === undefined && over)
      ? []
      : [{ name, label, millis: Math.max(0, (to ?? now) - from), isNow: to === undefined }]
  if (endedAt === undefined && runningAt === undefined) {
    return stage("waiting", job.state === "sending" ? "sending" : "waits", submittedAt, undefined)
  }
  return [
    ...stage("waiting", "waited", submittedAt, runningAt ?? endedAt),
    ...stage("running", endedAt === undefined ? "is computed" : "computed", runningAt, endedAt),
    ...stage("ended", job.state === "downloaded" ? "downloaded" : "downloads", endedAt, downloadedAt)
  ]
}

/** What a person is told of its state. */
export const stateText: Readonly<Record<JobLine["state"], string>> = {
  sending: "is being submitted",
  unknown: "may exist: look at the console",
  refused: "was refused",
  "not sent": "was not sent",
  submitted: "is submitted",
  waiting: "waits for a task slot",
  running: "is being computed",
  done: "is done",
  failed: "failed",
  expired: "expired",
  downloaded: "is downloaded"
}
