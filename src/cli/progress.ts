/**
 * What happens while a command works, on standard error: one line for each event,
 * and on a terminal the moving line.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type * as Job from "../job/Job.ts"
import * as QueryJob from "../job/QueryJob.ts"
import { Attempts } from "./attempts.ts"
import { printNote } from "./print.ts"
import { add } from "./report.ts"
import { Screen } from "./screen.ts"
import { dim, status } from "./style.ts"

export interface Progress {
  readonly note: (text: string) => Effect.Effect<void>
  /** The state that a job has come to, with the time since the start. */
  readonly changed: (job: Job.Job) => Effect.Effect<void>
}

const meanings: Readonly<Record<Job.Job["_tag"], string>> = {
  Waiting: "waits for a task slot",
  Running: "is being computed",
  Done: "is done",
  Failed: "failed",
  Unrecognized: "is in a state that this program does not know"
}

export const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

/** Gives the time that goes by from here on. */
const elapsed = Effect.map(Clock.currentTimeMillis, (started) =>
  Effect.map(Clock.currentTimeMillis, (now) => now - started)
)

/** Shows on a terminal, while an effect runs, what it does and for how long it has. */
export const moving = Effect.fnUntraced(function* <A, E, R>(
  state: Effect.Effect<string>,
  self: Effect.Effect<A, E, R>
) {
  const screen = yield* Screen
  const time = yield* elapsed
  const text = Effect.zipWith(time, state, (millis, doing) => {
    const frame = spinner[Math.floor(millis / 100) % spinner.length]
    return `${frame} ${tenths(millis)}  ${doing}`
  })
  return yield* screen.during(text)(self)
})

/** Runs what reports its progress. `doing` is shown until a job has a state. */
export const withProgress = Effect.fnUntraced(function* <A, E, R>(
  doing: string,
  use: (progress: Progress) => Effect.Effect<A, E, R>
) {
  const { pending } = yield* Attempts
  const time = yield* elapsed
  const state = yield* Ref.make(doing)

  const changed = Effect.fnUntraced(function* (job: Job.Job) {
    yield* Ref.set(state, job.status)
    yield* printNote(dim(tenths(yield* time).padStart(8)), "  ", status(job, 5), ` the job ${meanings[job._tag]}`)
  })

  const told = Effect.zipWith(Ref.get(state), pending, (doing, said) =>
    said === undefined ? doing : `${doing}. ${said}`
  )
  return yield* moving(told, use({ note: printNote, changed }))
})

const tenths = (millis: number) => `${(millis / 1000).toFixed(1)} s`

/** Shows each change of a job, and answers with the job when it is done. */
export const showChanges = Effect.fnUntraced(function* <E, R>(
  ticket: Job.JobTicket,
  changes: Stream.Stream<Job.Job, E, R>,
  progress: Progress
) {
  const last = Option.getOrUndefined(
    yield* Stream.runLast(Stream.tap(changes, (job) => Effect.andThen(add({ job }), progress.changed(job))))
  )
  if (last?._tag === "Failed") return yield* new QueryJob.JobFailed({ job: last, ticket })
  if (last?._tag === "Done") return last
  return yield* Effect.die(new Error("a watch ended before its job did"))
})
