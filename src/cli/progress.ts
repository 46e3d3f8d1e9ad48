/**
 * What happens while a command works, on standard error: one line for each event,
 * and on a terminal a last line that shows that time goes by.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import type * as Job from "../job/Job.ts"
import * as QueryJob from "../job/QueryJob.ts"
import { printable, printNote } from "./print.ts"
import { add } from "./report.ts"

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

const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

const eraseLine = "\r\u001b[2K"

/** A line of standard error that each `show` replaces; on a terminal only, elsewhere nothing is shown. */
export const transientLine = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  const isTerminal = yield* stdio.stderrIsTerminal
  const write = (text: string) =>
    isTerminal ? Effect.ignore(Stream.run(Stream.succeed(text), stdio.stderr())) : Effect.void
  return { isTerminal, show: (text: string) => write(eraseLine + printable(text)), erase: write(eraseLine) }
})

/** Runs what reports its progress. `doing` is shown until a job has a state. */
export const withProgress = Effect.fnUntraced(function* <A, E, R>(
  doing: string,
  use: (progress: Progress) => Effect.Effect<A, E, R>
) {
  const line = yield* transientLine
  const started = yield* Clock.currentTimeMillis
  const state = yield* Ref.make(doing)
  const elapsed = Effect.map(Clock.currentTimeMillis, (now) => now - started)

  const animation = Effect.gen(function* () {
    const millis = yield* elapsed
    yield* line.show(
      `${spinner[Math.floor(millis / 100) % spinner.length]} ${seconds(millis)}  ${yield* Ref.get(state)}`
    )
    yield* Effect.sleep("100 millis")
  }).pipe(Effect.forever, Effect.ensuring(line.erase))
  const note = (text: string) => Effect.andThen(line.erase, printNote(text))
  const changed = Effect.fnUntraced(function* (job: Job.Job) {
    yield* Ref.set(state, job.status)
    yield* note(`${seconds(yield* elapsed).padStart(8)}  ${job.status.padEnd(5)} the job ${meanings[job._tag]}`)
  })

  const used = use({ note, changed })
  return yield* line.isTerminal ? Effect.raceFirst(used, animation) : used
})

const seconds = (millis: number) => `${(millis / 1000).toFixed(1)} s`

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
