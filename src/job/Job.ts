/**
 * The domain: what a 3D job is, apart from how it is queried.
 *
 * A `Job` is a tagged union by state. All states carry the same fields, because
 * the service answers all of them in every state, and `extra` keeps the fields
 * that the service has and this library does not know. `fromResponse` builds a
 * `Job` from the service's answer; the `Job` schema itself is for storing one.
 *
 * **Gotchas**
 *
 * - The link of a result file grants access to it, so a `File3D` prints its links
 *   without their query. `file.url.href` holds the whole link, and so does what the
 *   schema encodes.
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SignedLink from "../cloud/SignedLink.ts"

/**
 * The id of a job: a string of digits, 19 of them today.
 *
 * **Gotchas**
 *
 * The number is larger than 2^53. As a JavaScript number it would silently become
 * another job's id, so numbers are refused. The service forgets an id after 24
 * hours, and knows it only in the region where the job was submitted.
 *
 * **Example** (From a text to a JobId)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Schema } from "effect"
 * import * as Job from "effect-hunyuan3d/Job"
 *
 * const decode = Schema.decodeUnknownEffect(Job.JobId)
 * assert.equal(await Effect.runPromise(decode("1375367755519696896")), "1375367755519696896")
 * const error = await Effect.runPromise(Effect.flip(decode("my-job")))
 * assert.match(error.message, /string of digits/)
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export const JobId = Schema.String.check(
  // Room on either side of 19: a longer id must never make a paid job unreachable.
  Schema.isPattern(/^[0-9]{10,32}$/, { expected: "a JobId, which is a string of digits such as 1375367755519696896" })
).pipe(Schema.brand("effect-hunyuan3d/JobId"))

/**
 * The type of {@link JobId}.
 *
 * @category models
 * @since 0.1.0
 */
export type JobId = typeof JobId.Type

const Extra = Schema.Record(Schema.String, Schema.Json)

// Printing takes the queries from these links too. Checked where a job is read, since the service may answer anything.
const StoredExtra = Extra.check(
  Schema.makeFilter((extra: typeof Extra.Type) => !SignedLink.hasLostQuery(JSON.stringify(extra)), {
    message:
      "A link in here has lost its query, and is dead: store a job with Schema.encodeEffect(Job), not JSON.stringify."
  })
).pipe(Schema.decodeTo(Extra))

/**
 * One result file of a job.
 *
 * **Details**
 *
 * `type` is open (`OBJ`, `GLB`, `IMAGE`, `Image`, …): compare it without case. An
 * `OBJ` is usually a zip of the mesh, its materials and textures. `url` and
 * `previewUrl` are valid for 24 hours; each field may be missing.
 *
 * **Gotchas**
 *
 * `url.href` is the whole link. Printing, logging and `JSON.stringify` leave out
 * its query, so that logs grant no access: use `Schema.encodeEffect(Job)` to store
 * a job, or to answer a browser with it.
 *
 * @category models
 * @since 0.1.0
 */
export class File3D extends Schema.Class<File3D>("effect-hunyuan3d/File3D")({
  type: Schema.optionalKey(Schema.String),
  url: Schema.optionalKey(SignedLink.FromString),
  previewUrl: Schema.optionalKey(SignedLink.FromString),
  extra: StoredExtra.pipe(Schema.withConstructorDefault(Effect.succeed({})))
}) {
  /** When the link expires, if it says so. */
  get expiresAt(): DateTime.Utc | undefined {
    return (this.url ?? this.previewUrl)?.expiresAt
  }
  toJSON(): unknown {
    return JSON.parse(SignedLink.withoutQueries(JSON.stringify({ ...this })))
  }
  override toString(): string {
    return `File3D(${JSON.stringify(this)})`
  }
  [Symbol.for("nodejs.util.inspect.custom")](): unknown {
    return this.toJSON()
  }
}

const defaultTo = <S extends Schema.Top & Schema.WithoutConstructorDefault>(schema: S, value: S["~type.make.in"]) =>
  schema.pipe(Schema.withConstructorDefault(Effect.succeed(value)))

/** What a job cost, as far as the service reports it. */
const Consumed = Schema.Struct({
  /** In credits. */
  consumed: Schema.Finite,
  /** What each charge cost, such as `FaceCount` 10; the service's own text where it does not say it in this form. */
  details: Schema.optionalKey(Schema.Union([Schema.Record(Schema.String, Schema.Finite), Schema.String]))
})

/** What the service answers in every state. */
class Fields extends Schema.Class<Fields>("effect-hunyuan3d/Job")({
  id: JobId,
  /** Why a job failed: an open string, empty while it has not. */
  errorCode: defaultTo(Schema.String, ""),
  errorMessage: defaultTo(Schema.String, ""),
  files: defaultTo(Schema.Array(File3D), []),
  /** Names this answer in a question to Tencent Cloud's support. */
  requestId: defaultTo(Schema.String, ""),
  /** What the job cost. Many kinds do not report it; `Credits.estimate` says what a request costs. */
  credits: Schema.optionalKey(Consumed),
  /** Response fields that this library does not know. */
  extra: defaultTo(StoredExtra, {})
}) {
  toJSON(): unknown {
    return JSON.parse(SignedLink.withoutQueries(JSON.stringify({ ...this })))
  }
  [Symbol.for("nodejs.util.inspect.custom")](): unknown {
    return this.toJSON()
  }
}

// A class that extends another prints itself again in its own way.
const printed = (job: Fields): string => `Job(${JSON.stringify(job)})`

// `status` is the service's own word for the state, such as `RUN`.
const state = <Tag extends string>(tag: Tag, status: string) => ({
  _tag: Schema.tag(tag),
  status: defaultTo(Schema.String, status)
})

/**
 * The job waits for one of the account's task slots (`WAIT`).
 *
 * @category models
 * @since 0.1.0
 */
export class Waiting extends Fields.extend<Waiting>("effect-hunyuan3d/Job/Waiting")(state("Waiting", "WAIT")) {
  override toString(): string {
    return printed(this)
  }
}

/**
 * The job is being computed (`RUN`).
 *
 * @category models
 * @since 0.1.0
 */
export class Running extends Fields.extend<Running>("effect-hunyuan3d/Job/Running")(state("Running", "RUN")) {
  override toString(): string {
    return printed(this)
  }
}

/**
 * The job has ended and `files` holds its results (`DONE`).
 *
 * @category models
 * @since 0.1.0
 */
export class Done extends Fields.extend<Done>("effect-hunyuan3d/Job/Done")(state("Done", "DONE")) {
  override toString(): string {
    return printed(this)
  }
}

/**
 * The job has ended without a result (`FAIL`); `errorCode` and `errorMessage` say why.
 *
 * @category models
 * @since 0.1.0
 */
export class Failed extends Fields.extend<Failed>("effect-hunyuan3d/Job/Failed")(state("Failed", "FAIL")) {
  override toString(): string {
    return printed(this)
  }
}

/**
 * The service answered a `status` that this library does not know. The job is
 * taken to go on.
 *
 * @category models
 * @since 0.1.0
 */
export class Unrecognized extends Fields.extend<Unrecognized>("effect-hunyuan3d/Job/Unrecognized")(
  state("Unrecognized", "UNRECOGNIZED")
) {
  override toString(): string {
    return printed(this)
  }
}

/**
 * A job as one look showed it.
 *
 * @category models
 * @since 0.1.0
 */
export const Job = Schema.Union([Waiting, Running, Done, Failed, Unrecognized])

/**
 * The type of {@link Job}.
 *
 * @category models
 * @since 0.1.0
 */
export type Job = typeof Job.Type

/**
 * Whether the job has ended and no later look can show anything else.
 *
 * @category guards
 * @since 0.1.0
 */
export const isEnded = (job: Job): job is Done | Failed => job._tag === "Done" || job._tag === "Failed"

/**
 * A handle on a submitted job that survives the process: store it encoded, decode
 * it elsewhere and go on waiting.
 *
 * **Details**
 *
 * `kind` names the kind of job, such as `Pro`, and `region` where it was
 * submitted, since the service knows a job nowhere else. `submittedAt` is missing
 * when only the id was known.
 *
 * **Example** (Through a database and back)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Schema } from "effect"
 * import * as Job from "effect-hunyuan3d/Job"
 *
 * const ticket = new Job.JobTicket({
 *   jobId: Job.JobId.make("1375367755519696896"),
 *   kind: "Pro",
 *   region: "ap-singapore"
 * })
 * const text = JSON.stringify(await Effect.runPromise(Schema.encodeEffect(Job.JobTicket)(ticket)))
 * const again = await Effect.runPromise(Schema.decodeUnknownEffect(Job.JobTicket)(JSON.parse(text)))
 * assert.deepEqual(again, ticket)
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export class JobTicket extends Schema.Class<JobTicket>("effect-hunyuan3d/JobTicket")({
  jobId: JobId,
  kind: Schema.String,
  region: Schema.String,
  submittedAt: Schema.optionalKey(Schema.DateTimeUtcFromString)
}) {}

const OptionalText = Schema.optional(Schema.NullOr(Schema.String))

const ResponseFile = Schema.StructWithRest(
  Schema.Struct({ Type: OptionalText, Url: OptionalText, PreviewImageUrl: OptionalText }),
  [Extra]
)

/**
 * The service's answer to a query, as it stands on the wire. Only `Status` and
 * `RequestId` must be there.
 *
 * **Details**
 *
 * The credits, `ResultCreditConsumed` and `ResultCreditDetails`, may have any form, so
 * that a job is never unreadable because of them. In another form than the documented
 * one they are in the `extra` of the job.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Response = Schema.StructWithRest(
  Schema.Struct({
    Status: Schema.String,
    ErrorCode: OptionalText,
    ErrorMessage: OptionalText,
    ResultFile3Ds: Schema.optional(Schema.NullOr(Schema.Array(ResponseFile))),
    RequestId: Schema.String
  }),
  [Extra]
)

const states = { WAIT: Waiting, RUN: Running, DONE: Done, FAIL: Failed }

/**
 * Reads the service's answer about the job `id`.
 *
 * **Example** (A job that runs)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import * as Job from "effect-hunyuan3d/Job"
 *
 * const job = Job.fromResponse(Job.JobId.make("1375367755519696896"), {
 *   Status: "RUN",
 *   ErrorCode: "",
 *   ErrorMessage: "",
 *   ResultFile3Ds: [],
 *   RequestId: "e7c1aa24-7bcc-405e-9dce-c6047b9f6688"
 * })
 * assert.equal(job._tag, "Running")
 * assert.equal(Job.isEnded(job), false)
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromResponse = (id: JobId, response: typeof Response.Type): Job => {
  const { Status, ErrorCode, ErrorMessage, ResultFile3Ds, RequestId, ...others } = response
  const State = isKnown(Status) ? states[Status] : Unrecognized
  return new State({
    id,
    status: Status,
    errorCode: ErrorCode ?? "",
    errorMessage: ErrorMessage ?? "",
    files: (ResultFile3Ds ?? []).map(fromResponseFile),
    requestId: RequestId,
    ...fromOtherFields(others)
  })
}

const fromOtherFields = (others: typeof Extra.Type): Pick<Fields, "credits" | "extra"> => {
  const { ResultCreditConsumed, ResultCreditDetails, ...extra } = others
  const consumed = ResultCreditConsumed ?? undefined
  const details = ResultCreditDetails ?? ""
  if (consumed === undefined && details === "") return { extra }
  if (typeof consumed !== "number" || typeof details !== "string") return { extra: others }
  return { credits: { consumed, ...(details === "" ? {} : { details: fromDetails(details) }) }, extra }
}

const decodeDetails = Schema.decodeOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Finite)))

// The service documents the text as "Generate-Normal：20", and answers JSON text.
const fromDetails = (details: string) => Option.getOrElse(decodeDetails(details), () => details)

const isKnown = (status: string): status is keyof typeof states => Object.hasOwn(states, status)

const fromResponseFile = ({ Type, Url, PreviewImageUrl, ...extra }: typeof ResponseFile.Type): File3D =>
  new File3D({
    ...(Type ? { type: Type } : {}),
    ...(Url ? { url: SignedLink.make(Url) } : {}),
    ...(PreviewImageUrl ? { previewUrl: SignedLink.make(PreviewImageUrl) } : {}),
    extra
  })
