/** What each event of a batch changes, and how it is told. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Batch from "../../fleet/Batch.ts"
import { JobFailed } from "../../job/QueryJob.ts"
import { type Failure, fromError, usage } from "../failure.ts"
import { described, writeManifest } from "../manifest.ts"
import { printNote } from "../print.ts"
import { dim, type Part, styled } from "../style.ts"
import { fromLine } from "./failure.ts"
import { keptFiles } from "./keptFiles.ts"
import type { Known, States } from "./states.ts"

interface Shown {
  readonly states: States
  /** How many lines of each kind were bought and ended in this run. */
  readonly ended: Map<string, number>
  /** In milliseconds since 1970. */
  readonly started: number
  readonly out: string
  /** Whether a board shows the same, so that only failures are told. */
  readonly isBoard: boolean
}

type Event = Batch.Event<Failure>

const consumedOf = (error: Batch.LineError<Failure>) =>
  error instanceof JobFailed ? error.job.credits?.consumed : undefined

/** Describes files that were downloaded, and writes their manifest. */
const withDigests = Effect.fnUntraced(function* (
  { files, job, ticket }: Extract<Event, { _tag: "Downloaded" }>,
  out: string
) {
  const all = yield* Effect.forEach(files, described)
  return { files: all, manifest: yield* writeManifest(ticket, job, out, all) }
})

/** What several events have in common. */
const makeTelling = ({ ended, isBoard, started, states }: Shown) => {
  const tell = Effect.fnUntraced(function* (index: number, ...parts: ReadonlyArray<Part>) {
    const time = ((yield* Clock.currentTimeMillis) - started) / 1000
    yield* printNote(dim(`${time.toFixed(1)} s`.padStart(10)), `  line ${states.lines[index]?.number ?? 0}: `, ...parts)
  })
  return {
    /** Tells where there is no board. */
    told: (index: number, ...parts: ReadonlyArray<Part>) => (isBoard ? Effect.void : tell(index, ...parts)),
    failed: Effect.fnUntraced(function* (index: number, known: Partial<Known>, failure: Failure) {
      states.set(index, { ...states.of(index), ...known, state: "failed", failure })
      yield* tell(index, styled("red", "failed"), `: ${failure.message}`)
    }),
    /** Counts a job that was bought in this run. */
    endedNow: (index: number) => {
      const kind = states.lines[index]?.kind.name
      const { recorded, ticket } = states.of(index)
      if (kind !== undefined && ticket !== undefined && recorded !== true) ended.set(kind, (ended.get(kind) ?? 0) + 1)
    }
  }
}

/** Makes what takes the events of a batch. */
export const makeHandler = (shown: Shown) => {
  const { out, states } = shown
  const { endedNow, failed, told } = makeTelling(shown)
  return Effect.fnUntraced(function* (event: Event) {
    const { index } = event.line
    const known = states.of(index)
    switch (event._tag) {
      case "Waiting":
        return
      case "Submitted": {
        const { recorded, ticket } = event
        states.set(index, { state: "submitted", ticket, recorded })
        return yield* told(index, `submitted${recorded ? " before" : ""}, job ${ticket.jobId}`)
      }
      case "Running":
        return states.set(index, { ...known, state: "running" })
      case "Done":
        return states.set(index, { ...known, state: "done", consumed: event.job.credits?.consumed })
      case "Downloaded": {
        endedNow(index)
        const files = yield* Effect.result(withDigests(event, out))
        if (files._tag === "Failure") return yield* failed(index, {}, files.failure)
        states.set(index, { ...known, ...files.success, state: "downloaded" })
        return yield* told(index, styled("green", "downloaded"), `, job ${event.ticket.jobId}`)
      }
      case "Kept": {
        const { consumed, paths, ticket } = event
        const kept = yield* Effect.result(keptFiles(ticket, out, paths))
        if (kept._tag === "Failure") return yield* failed(index, { ticket }, fromError(kept.failure))
        states.set(index, { ...kept.success, state: "downloaded", ticket, consumed, recorded: true })
        return yield* told(index, `kept, downloaded before, job ${ticket.jobId}`)
      }
      case "Duplicate": {
        const sameAs = states.lines[event.of]?.number ?? 0
        states.set(index, { state: "duplicate", sameAs })
        return yield* told(index, `the same as line ${sameAs}, not bought again`)
      }
      case "OverLimit": {
        const failure = usage("It was not submitted: --max-credits does not allow it.", "MaxCredits")
        states.set(index, { state: "over limit", failure })
        return yield* told(index, styled("yellow", "over the limit"), ", not submitted")
      }
      case "Failed": {
        endedNow(index)
        const { error, ticket } = event
        return yield* failed(index, { ticket, consumed: consumedOf(error) }, fromLine(error))
      }
    }
  })
}
