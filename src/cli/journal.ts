/**
 * The journal as the program has it: where it is kept, which flags steer it, and what
 * it refuses, in the words of the command line.
 */
import * as Flag from "effect/cli/Flag"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import type * as Job from "../job/Job.ts"
import * as Journal from "../job/Journal.ts"
import { exitCodes, Failure, usage } from "./failure.ts"
import { flagOf } from "./fields.ts"
import { add } from "./report.ts"

/** The layer of the journal: files of the user. Tests keep it in memory. */
export const Kept = Context.Reference<Layer.Layer<Journal.Journal, never, FileSystem.FileSystem | Path.Path>>(
  "effect-hunyuan3d/cli/journal/Kept",
  { defaultValue: () => Journal.layerFiles }
)

export const journal = Layer.unwrap(Kept)

export interface JournalFlags {
  readonly transport: string
  readonly noJournal?: boolean
}

/** The jobs of the fake and of a recording are not bought. */
export const isJournaled = ({ noJournal = false, transport }: JournalFlags) =>
  !noJournal && transport !== "fake" && !transport.startsWith("replay:")

/** The journal of a command, if its flags leave one. */
export const journalOf = (flags: JournalFlags): Layer.Layer<never, never, FileSystem.FileSystem | Path.Path> =>
  isJournaled(flags) ? journal : Layer.empty

export const operationFlags = {
  operationId: Flag.String("operation-id").pipe(
    Flag.withMetavar("ID"),
    Flag.filter(Schema.is(Journal.OperationId), () => "1 to 64 letters, digits, dots, dashes and underscores"),
    Flag.withDescription(
      "A name of your own for this job, such as the number of an order: given again, it finds the job and never buys a second one (default: a random one)"
    ),
    Flag.optional
  ),
  again: Flag.Boolean("again").pipe(
    Flag.withDescription("Submit even where it is unknown if the operation has a job, and maybe pay twice"),
    Flag.withDefault(false)
  ),
  noJournal: Flag.Boolean("no-journal").pipe(
    Flag.withoutNegation,
    Flag.withDescription("Keep no record of the submission: whoever loses the JobId loses the job"),
    Flag.withDefault(false)
  )
}

export interface OperationFlags extends JournalFlags {
  readonly operationId: Option.Option<string>
  readonly again: boolean
}

/** What the flags say about the operation of a submission. */
export const readOperation = Effect.fnUntraced(function* (flags: OperationFlags) {
  const { again, operationId } = flags
  if (again && Option.isNone(operationId)) {
    return yield* usage("--again needs --operation-id, which says what to submit again. For the ids: hunyuan3d jobs")
  }
  if (!isJournaled(flags)) {
    if (Option.isNone(operationId)) return {}
    return yield* usage(
      "--operation-id needs the journal. Leave --no-journal out, and choose --transport live: other transports buy nothing."
    )
  }
  const operation = Option.isSome(operationId) ? operationId.value : yield* Journal.makeOperationId
  yield* add({ operation })
  return { operation, again }
})

export const places: Readonly<Record<string, string>> = { kind: "--kind", region: "--region", endpoint: "--endpoint" }

/** Why the journal let nothing be submitted. */
export const notSubmitted = (error: Journal.NotSubmitted): Failure => {
  switch (error._tag) {
    case "JournalError":
      return usage(
        error.cause === undefined
          ? error.message
          : `${error.message} XDG_STATE_HOME says where it is kept; --no-journal submits without it.`,
        error._tag
      )
    case "OperationConflict": {
      const differing = [...new Set(error.fields.map((field) => places[field] ?? flagOf(field)))]
      return usage(
        `Nothing was submitted: --operation-id ${error.entry.operation} stands for another request, which differs in ` +
          `${differing.join(", ")}. Choose another id, or repeat the request unchanged.`,
        error._tag
      )
    }
    case "SubmissionUnknown":
      return submissionUnknown("Nothing was submitted", error.entry)
  }
}

/** There is nothing to go on with, since nobody knows whether the operation has a job. */
export const submissionUnknown = (consequence: string, entry: Journal.Entry): Failure =>
  new Failure({
    message: `${consequence}: ${unknown(entry)}`,
    exitCode: exitCodes.unclear,
    code: "SubmissionUnknown",
    retryable: false,
    mayHaveRun: true
  })

/** What is to be done about an operation of which nobody knows whether it has a job. */
const unknown = ({ operation, outcome, startedAt }: Journal.Entry): string =>
  outcome._tag === "Unknown"
    ? `operation ${operation} was submitted at ${DateTime.formatIso(startedAt)} without a clear answer (${outcome.code}). ` +
      (outcome.jobId === undefined
        ? "Its job may exist and be paid for: look at the console. "
        : `The answer named job ${outcome.jobId}, which is paid for: wait for that. `) +
      `To submit the same request and maybe pay twice, give --operation-id ${operation} --again.`
    : `operation ${operation} is being submitted since ${DateTime.formatIso(startedAt)}. ` +
      "Try again in 2 minutes: it counts as unknown if it has no answer then."

/** Whether the journal says that nobody knows what came of a submission. */
export const isUnclear = Effect.fnUntraced(function* (operation: string | undefined) {
  const journal = yield* Effect.serviceOption(Journal.Journal)
  if (Option.isNone(journal) || operation === undefined) return undefined
  const entry = yield* Effect.orElseSucceed(journal.value.find(operation), () => Option.none())
  return Option.exists(entry, ({ outcome }) => ["Sending", "Unknown"].includes(outcome._tag))
})

/** Records where the files of a job are, where there is a journal. */
export const downloaded = Effect.fnUntraced(function* (jobId: Job.JobId, paths: ReadonlyArray<string>) {
  const journal = yield* Effect.serviceOption(Journal.Journal)
  if (Option.isNone(journal)) return
  yield* Effect.catch(journal.value.downloaded(jobId, paths), (error) =>
    Effect.logWarning(`The download of job ${jobId} is not recorded. ${error.message}`, error)
  )
})
