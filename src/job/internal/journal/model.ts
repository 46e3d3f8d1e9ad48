/** What a journal holds, and the errors that tell why a submission was not made. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Operation from "../../../cloud/Operation.ts"
import * as Job from "../../Job.ts"
import type * as JobKind from "../../JobKind.ts"
import { randomId } from "./randomId.ts"

/** Far more than a submission takes: an attempt has ten seconds. */
export const timeToSend = Duration.minutes(2)

/**
 * The id of an operation, which the caller chooses: an order number, or a random one
 * from {@link makeOperationId}. One id stands for one paid job.
 *
 * @category models
 * @since 0.1.0
 */
export const OperationId = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9._-]{1,64}$/, {
    expected: "an operation id, which is 1 to 64 letters, digits, dots, dashes and underscores"
  })
)

/**
 * Draws a new operation id, a UUID, from Effect's `Random`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeOperationId: Effect.Effect<string> = randomId

/**
 * How a submission stands: it is being sent, or it was accepted or refused, or nobody
 * knows whether a job exists.
 *
 * **Details**
 *
 * `code` is that of the `ApiError`. `Client.Interrupted` is a submission that was
 * interrupted before it was sent, and `Client.NoOutcome` one whose process died, or has
 * had no outcome for two minutes.
 *
 * @category models
 * @since 0.1.0
 */
export const Outcome = Schema.TaggedUnion({
  Sending: {},
  Accepted: { ticket: Job.JobTicket, at: Schema.DateTimeUtcFromString },
  Refused: {
    code: Schema.String,
    requestId: Schema.optionalKey(Schema.String),
    at: Schema.DateTimeUtcFromString
  },
  Unknown: {
    code: Schema.String,
    /** This library's own words, never the service's, which may quote the request. */
    description: Schema.optionalKey(Schema.String),
    /** The id of the job, where it could be read in an answer that was none. */
    jobId: Schema.optionalKey(Schema.String),
    requestId: Schema.optionalKey(Schema.String),
    at: Schema.DateTimeUtcFromString
  }
})

/**
 * The type of {@link Outcome}.
 *
 * @category models
 * @since 0.1.0
 */
export type Outcome = typeof Outcome.Type

/**
 * One submission in the journal.
 *
 * **Details**
 *
 * `attempt` counts the submissions of one operation: a refused one may be followed by
 * another. `endpoint` is the host. `request` has a digest of each field of the request.
 *
 * @category models
 * @since 0.1.0
 */
export class Entry extends Schema.Class<Entry>("effect-hunyuan3d/Journal/Entry")({
  operation: OperationId,
  attempt: Schema.Int,
  kind: Schema.String,
  region: Schema.String,
  endpoint: Schema.String,
  request: Schema.Record(Schema.String, Schema.String),
  /** What the job costs in credits, as estimated before it was submitted, where the price list has a price for it. */
  estimate: Schema.optionalKey(Schema.Struct({ low: Schema.Finite, high: Schema.Finite })),
  startedAt: Schema.DateTimeUtcFromString,
  outcome: Outcome,
  /** How the job ended: `DONE`, or `FAIL` with the service's code. */
  ended: Schema.optionalKey(
    Schema.Struct({
      status: Schema.String,
      code: Schema.optionalKey(Schema.String),
      /** What the job did cost in credits, where the service reports it. */
      credits: Schema.optionalKey(Schema.Finite),
      /** When the first of its links expires, if they say so. */
      linksExpireAt: Schema.optionalKey(Schema.DateTimeUtcFromString),
      at: Schema.DateTimeUtcFromString
    })
  ),
  /** Where the job's files were last downloaded to. */
  files: Schema.optionalKey(Schema.Struct({ paths: Schema.Array(Schema.String), at: Schema.DateTimeUtcFromString }))
}) {
  /** The ticket of its job, if it was accepted. */
  get ticket(): Job.JobTicket | undefined {
    return this.outcome._tag === "Accepted" ? this.outcome.ticket : undefined
  }
}

/**
 * What stands in the journal and cannot be read: damaged, or of a newer version of this
 * library. `forget` removes it by its operation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Unreadable {
  /** The name of its file, or its key in the store. */
  readonly place: string
  readonly operation: string
  readonly description: string
}

/**
 * A submission that is to be made.
 *
 * @category models
 * @since 0.1.0
 */
export interface Submission<out Request extends Operation.Codec> {
  /** The {@link OperationId}. */
  readonly operation: string
  readonly kind: JobKind.JobKind<Request>
  readonly request: Request["Type"]
  readonly region: string
  /** The host. */
  readonly endpoint: string
  /** Whether to submit where it is unknown if a job exists, and maybe pay twice. `false` by default. */
  readonly again?: boolean | undefined
}

/**
 * The journal could not be read or written.
 *
 * @category errors
 * @since 0.1.0
 */
export class JournalError extends Schema.TaggedError<JournalError>("effect-hunyuan3d/Journal/JournalError")(
  "JournalError",
  {
    /** A path, or a key in the store. */
    place: Schema.String,
    /** What happened, and what to do. */
    description: Schema.String,
    cause: Schema.optional(Schema.Defect())
  }
) {
  override get message(): string {
    return this.description
  }
}

/**
 * The operation id stands for another request. Nothing was submitted.
 *
 * @category errors
 * @since 0.1.0
 */
export class OperationConflict extends Schema.TaggedError<OperationConflict>(
  "effect-hunyuan3d/Journal/OperationConflict"
)("OperationConflict", {
  /** What was recorded. */
  entry: Entry,
  /** What differs: fields of the request, such as `Prompt`, or `kind`, `region`, `endpoint`. */
  fields: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return (
      `Nothing was submitted: operation ${this.entry.operation} stands for another request, which differs in ` +
      `${this.fields.join(", ")}. Choose another operation id, or repeat the request unchanged.`
    )
  }
}

/** What is known of the job of a submission without a clear answer. */
const mayExist = (jobId: string | undefined): string =>
  jobId === undefined
    ? "Its job may exist and be paid for: look at the console."
    : `The answer named job ${jobId}, which is paid for: wait for that.`

/**
 * It is unknown whether the operation has a job already, which would be paid for.
 * Nothing was submitted now.
 *
 * @category errors
 * @since 0.1.0
 */
export class SubmissionUnknown extends Schema.TaggedError<SubmissionUnknown>(
  "effect-hunyuan3d/Journal/SubmissionUnknown"
)("SubmissionUnknown", {
  /** What was recorded: an `outcome` that is `Unknown`, or still `Sending`. */
  entry: Entry
}) {
  override get message(): string {
    const { operation, outcome, startedAt } = this.entry
    const since = DateTime.formatIso(startedAt)
    return outcome._tag === "Unknown"
      ? `Nothing was submitted: operation ${operation} was submitted at ${since} without a clear answer ` +
          `(${outcome.code}). ${mayExist(outcome.jobId)} To submit and maybe pay twice, set again to true.`
      : `Nothing was submitted: operation ${operation} is being submitted since ${since}. Try again in ` +
          `${Duration.format(timeToSend)}: it counts as unknown if it has no outcome then.`
  }
}

/**
 * Why `submit` submitted nothing.
 *
 * @category errors
 * @since 0.1.0
 */
export type NotSubmitted = JournalError | OperationConflict | SubmissionUnknown
