/** What the workflow takes and how it ends. All of it is written into the engine's storage. */
import * as Schema from "effect/Schema"
import * as ApiError from "../../../cloud/ApiError.ts"
import * as DownloadError from "../../../files/DownloadError.ts"
import * as GenerateJob from "../../../job/GenerateJob.ts"
import * as Job from "../../../job/Job.ts"
import * as Journal from "../../../job/Journal.ts"
import * as QueryJob from "../../../job/QueryJob.ts"

/**
 * One paid job that is to be made.
 *
 * @category models
 * @since 0.1.0
 */
export const Payload = Schema.Struct({
  /** The id of the operation in the `Journal`: 1 to 64 letters, digits, dots, dashes and underscores. */
  operation: Journal.OperationId,
  /** The name of the kind, such as `Pro`. It must be one of the setting `Kinds` of the runners. */
  kind: Schema.String,
  /** The request as it is sent, with the API's own field names. */
  request: Schema.Json,
  /** Where the runner writes the result files. Without it nothing is downloaded. */
  directory: Schema.optionalKey(Schema.String),
  /** Another number runs an operation again that has ended with an error. 1 by default. */
  attempt: Schema.optionalKey(Schema.Int)
})

/**
 * The type of {@link Payload}.
 *
 * @category models
 * @since 0.1.0
 */
export type Payload = typeof Payload.Type

/**
 * A job that is done.
 *
 * @category models
 * @since 0.1.0
 */
export class Result extends Schema.Class<Result>("effect-hunyuan3d/JobWorkflow/Result")({
  ticket: Job.JobTicket,
  job: Job.Done,
  /** Where its files are, if a directory was given. */
  paths: Schema.Array(Schema.String)
}) {}

/** How a submission fails. */
export const NotSubmitted = Schema.Union([
  ApiError.ApiError,
  Journal.JournalError,
  Journal.OperationConflict,
  Journal.SubmissionUnknown
])

/** How a wait fails. */
export const NotDone = Schema.Union([QueryJob.JobFailed, QueryJob.WaitTimeout, GenerateJob.WaitFailed])

/**
 * How a workflow fails.
 *
 * **Details**
 *
 * Without a job: `ApiError`, `JournalError`, `OperationConflict`. Maybe with one:
 * `SubmissionUnknown`, and an `ApiError` whose `mayHaveRun` is true. With one:
 * `JobFailed`, `WaitTimeout`, `WaitFailed`, `DownloadError`.
 *
 * @category errors
 * @since 0.1.0
 */
export const WorkflowError = Schema.Union([NotSubmitted, NotDone, DownloadError.DownloadError])

/**
 * The type of {@link WorkflowError}.
 *
 * @category errors
 * @since 0.1.0
 */
export type WorkflowError = typeof WorkflowError.Type
