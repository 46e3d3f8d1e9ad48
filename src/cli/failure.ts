/**
 * Every failure ends as one sentence on standard error and an exit code, and with
 * `--json` as the `error` of the object on standard output.
 */
import * as Cause from "effect/Cause"
import * as CliError from "effect/cli/CliError"
import * as Data from "effect/Data"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Runtime from "effect/Runtime"
import { ApiError, isRefusal } from "../cloud/ApiError.ts"
import { CredentialsError } from "../cloud/CredentialsError.ts"
import type * as DownloadError from "../files/DownloadError.ts"
import { JobFailed, WaitTimeout } from "../job/QueryJob.ts"
import { failedJob, inFlags } from "./advice.ts"

/** What scripts rely on: docs/cli.md says what each means, and a test compares the two. */
export const exitCodes = {
  done: 0,
  other: 1,
  jobFailed: 2,
  timePassed: 3,
  refused: 4,
  unclear: 5,
  broken: 6,
  unsure: 7,
  // Set by the runtime.
  interrupted: 130
} as const

type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** What a person is told, what a script is told, and the exit code of the program. */
export class Failure extends Data.TaggedError("Failure")<{
  readonly message: string
  readonly exitCode: ExitCode
  /** Names it for scripts, so that it must not change. */
  readonly code: string
  readonly requestId?: string | undefined
  /** Whether it may succeed later, and buys nothing twice then. */
  readonly retryable: boolean
  /** Of a submission: whether its job may exist. */
  readonly mayHaveRun?: boolean | undefined
}> {
  override readonly [Runtime.errorExitCode] = this.exitCode
}

/** Something on the command line cannot be used, or something else that repeating does not change. */
export const usage = (message: string, code = "Usage"): Failure =>
  new Failure({ message, exitCode: exitCodes.other, code, retryable: false })

/** The failure of a submission that brought no ticket. */
export const fromSubmission = (error: ApiError): Failure => {
  const { code, isRetryable, mayHaveRun, requestId } = error
  const exitCode = mayHaveRun ? exitCodes.unclear : exitCodeOf(error)
  return new Failure({
    message: inFlags(error),
    exitCode,
    code,
    requestId,
    retryable: isRetryable && !mayHaveRun,
    mayHaveRun
  })
}

/** Any other failure. */
export const fromError = (error: Error): Failure => {
  if (error instanceof Failure) return error
  const { message } = error
  if (error instanceof JobFailed) {
    const { errorCode, requestId } = error.job
    return new Failure({
      message: failedJob(error),
      exitCode: exitCodes.jobFailed,
      code: errorCode || "JobFailed",
      requestId: requestId || undefined,
      retryable: false
    })
  }
  if (error instanceof WaitTimeout) {
    return new Failure({ message, exitCode: exitCodes.timePassed, code: "WaitTimeout", retryable: true })
  }
  if (error instanceof ApiError) {
    const { code, isRetryable, requestId } = error
    return new Failure({
      message: inFlags(error),
      exitCode: exitCodeOf(error),
      code,
      requestId,
      retryable: isRetryable
    })
  }
  if (isDownloadError(error)) {
    const { isRetryable, reason } = error
    const requestId = reason._tag === "NoLinks" ? reason.requestId || undefined : undefined
    return new Failure({ message, exitCode: exitCodes.other, code: reason._tag, requestId, retryable: isRetryable })
  }
  if (CliError.isCliError(error)) {
    return usage(error._tag === "ShowHelp" ? error.errors.map((each) => each.message).join(" ") : message)
  }
  if (error instanceof CredentialsError) {
    const { isRetryable } = error
    return new Failure({ message, exitCode: exitCodes.other, code: "Client.NoCredentials", retryable: isRetryable })
  }
  return usage(message, "_tag" in error ? String(error._tag) : error.name)
}

/** How a run failed: by an error, an interruption or a bug. */
export const fromCause = (cause: Cause.Cause<Error>): Failure => {
  if (Cause.hasInterruptsOnly(cause)) {
    return new Failure({
      message: "Interrupted.",
      exitCode: exitCodes.interrupted,
      code: "Interrupted",
      retryable: false
    })
  }
  const error = Cause.findErrorOption(cause)
  if (Option.isSome(error)) return fromError(error.value)
  const defect = Cause.squash(cause)
  return isRecordingError(defect)
    ? fromError(defect)
    : usage("This is a bug, please report it with what standard error says.", "Bug")
}

// By their tags, since their modules are loaded only when they are needed.
const isDownloadError = (error: Error): error is DownloadError.DownloadError =>
  Predicate.isTagged(error, "DownloadError")

/** A recording that cannot be written has no other way to say so than a defect. */
export const isRecordingError = (defect: unknown): defect is Error =>
  defect instanceof Error && Predicate.isTagged(defect, "RecordingError")

const exitCodeOf = ({ reason }: ApiError) => (isRefusal(reason) ? exitCodes.refused : exitCodes.other)
