/** Why a line of a batch failed, in the words of the command line. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import { ApiError } from "../../cloud/ApiError.ts"
import type * as Batch from "../../fleet/Batch.ts"
import type * as Journal from "../../job/Journal.ts"
import { exitCodes, Failure, fromError, fromSubmission, usage } from "../failure.ts"
import { places } from "../journal.ts"
import { downloadInFlags } from "../results.ts"

/** The failure of a line. */
export const fromLine = (error: Batch.LineError<Failure>): Failure => {
  if (error instanceof ApiError) return fromSubmission(error)
  switch (error._tag) {
    case "WaitFailed":
      return fromError(error.error)
    case "WaitTimeout":
      return new Failure({
        message: `Job ${error.ticket.jobId} had not ended after ${Duration.format(error.elapsed)}. It goes on: run the batch again.`,
        exitCode: exitCodes.timePassed,
        code: "WaitTimeout",
        retryable: true
      })
    case "JournalError":
      return usage(
        error.cause === undefined ? error.message : `${error.message} XDG_STATE_HOME says where it is kept.`,
        error._tag
      )
    case "OperationConflict":
      return conflict(error)
    case "SubmissionUnknown":
      return new Failure({
        message: unknown(error.entry),
        exitCode: exitCodes.unclear,
        code: "SubmissionUnknown",
        retryable: false,
        mayHaveRun: true
      })
    case "DownloadError":
      return fromError(downloadInFlags(error))
    default:
      return fromError(error)
  }
}

const conflict = ({ entry, fields, _tag }: Journal.OperationConflict) =>
  usage(
    `Operation ${entry.operation} stands for another request, which differs in ` +
      `${fields.map((field) => places[field] ?? field).join(", ")}. Give the line another operation id, or repeat it unchanged.`,
    _tag
  )

const unknown = ({ operation, outcome, startedAt }: Journal.Entry) => {
  const at = DateTime.formatIso(startedAt)
  if (outcome._tag !== "Unknown") {
    return `Operation ${operation} is being submitted since ${at}. Run the batch again in 2 minutes.`
  }
  return (
    `Operation ${operation} was submitted at ${at} without a clear answer (${outcome.code}). ` +
    (outcome.jobId === undefined
      ? "Its job may exist and be paid for: look at the console. "
      : `The answer named job ${outcome.jobId}, which is paid for: wait for that. `) +
    "To submit such lines again and maybe pay twice, give --again."
  )
}
