/**
 * Every failure ends as one sentence on standard error and an exit code, which
 * scripts rely on:
 *
 * - 0 done, or the help was wanted
 * - 1 anything that has no code of its own
 * - 2 the job failed
 * - 3 the time passed
 * - 4 the API refused: authentication, permission, not found, quota and so on
 * - 5 a submission has no clear answer: the job may exist and be paid for
 * - 130 interrupted, which the runtime sets
 */
import * as Data from "effect/Data"
import * as Runtime from "effect/Runtime"
import { ApiError, isRefusal } from "../cloud/ApiError.ts"
import { JobFailed, WaitTimeout } from "../job/QueryJob.ts"
import { failedJob, inFlags } from "./advice.ts"

/** What a person is told, and the exit code of the program. */
export class Failure extends Data.TaggedError("Failure")<{ readonly message: string; readonly exitCode: number }> {
  override readonly [Runtime.errorExitCode] = this.exitCode
}

/** Something on the command line cannot be used. */
export const usage = (message: string): Failure => new Failure({ message, exitCode: 1 })

/** The failure of a submission that brought no ticket. */
export const fromSubmission = (error: ApiError): Failure =>
  error.mayHaveRun ? new Failure({ message: inFlags(error), exitCode: 5 }) : fromError(error)

/** Any other failure. */
export const fromError = (error: Error): Failure =>
  error instanceof Failure ? error : new Failure({ message: message(error), exitCode: exitCode(error) })

const message = (error: Error): string => {
  if (error instanceof ApiError) return inFlags(error)
  if (error instanceof JobFailed) return failedJob(error)
  return error.message
}

const exitCode = (error: Error): number => {
  if (error instanceof JobFailed) return 2
  if (error instanceof WaitTimeout) return 3
  if (error instanceof ApiError) return isRefusal(error.reason) ? 4 : 1
  return 1
}
