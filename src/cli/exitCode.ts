/**
 * The exit codes of the program, which scripts rely on:
 *
 * - 0 done, or the help was asked for
 * - 1 anything that has no code of its own
 * - 2 the job failed
 * - 3 the deadline passed
 * - 4 the API refused: authentication, permission, not found, quota and so on
 * - 130 interrupted, which the runtime sets
 */
import * as Runtime from "effect/Runtime"
import { ApiError } from "../cloud/ApiError.ts"
import { JobFailed, WaitTimeout } from "../job/QueryJob.ts"

export const exitCode = (error: unknown): number => {
  if (error instanceof JobFailed) return 2
  if (error instanceof WaitTimeout) return 3
  // A code of this library's own says that there was no answer which could refuse anything.
  if (error instanceof ApiError) return error.code.startsWith("Client.") ? 1 : 4
  return Runtime.getErrorExitCode(error)
}
