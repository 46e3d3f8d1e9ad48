/**
 * Why a result file could not be downloaded.
 *
 * `ResultFiles` fails with a `DownloadError`. It names the file, and its tagged
 * `reason` says what happened and what to do. `isRetryable` says whether the same
 * download may succeed later; `ResultFiles` has retried it several times by then.
 *
 * **Gotchas**
 *
 * - Links grant access to the files, so no reason holds the query of a link.
 *
 * @since 0.1.0
 */
import * as ByteSize from "effect/ByteSize"
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { why } from "../internal/transport.ts"
import * as Job from "../job/Job.ts"

/**
 * The link has expired. Links are valid for 24 hours.
 *
 * @category reasons
 * @since 0.1.0
 */
export class LinkExpired extends Schema.TaggedError<LinkExpired>("effect-hunyuan3d/DownloadError/LinkExpired")(
  "LinkExpired",
  {
    /** How long ago the link expired, when the link says it. */
    since: Schema.optional(Schema.DurationFromMillis)
  }
) {
  readonly isRetryable = false
  override get message(): string {
    const when =
      this.since === undefined
        ? ""
        : ` ${Duration.format(Duration.minutes(Math.ceil(Duration.toMinutes(this.since))))} ago`
    return (
      `The link expired${when}. Query the job again to get a new link. ` +
      `The service forgets a job 24 hours after its submit; after that, submit the job again.`
    )
  }
}

/**
 * The link is not one that may be opened: https, or http to this machine when the
 * endpoint is on this machine too, and without user name and password.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidLink extends Schema.TaggedError<InvalidLink>("effect-hunyuan3d/DownloadError/InvalidLink")(
  "InvalidLink",
  {
    description: Schema.String
  }
) {
  readonly isRetryable = false
  override get message(): string {
    return `The link was not opened: ${this.description}. Check which endpoint the job comes from.`
  }
}

/**
 * The job is done, but the service gave no link to any of its files.
 *
 * @category reasons
 * @since 0.1.0
 */
export class NoLinks extends Schema.TaggedError<NoLinks>("effect-hunyuan3d/DownloadError/NoLinks")("NoLinks", {
  /** The request id of the answer that had no links. */
  requestId: Schema.String
}) {
  readonly isRetryable = false
  override get message(): string {
    const named = this.requestId === "" ? "" : `, with the request id ${this.requestId}`
    return (
      "The job is done, but it has no links to files. Query the job again. " +
      `If the links are still missing, ask Tencent Cloud's support${named}.`
    )
  }
}

/**
 * The storage answered with a status that brings no file. Redirects are among them:
 * none is followed.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Refused extends Schema.TaggedError<Refused>("effect-hunyuan3d/DownloadError/Refused")("Refused", {
  /** The HTTP status. */
  status: Schema.Int,
  /** The storage's own code, such as `NoSuchKey`. */
  code: Schema.optional(Schema.String)
}) {
  /** Whether the status is one of a server in trouble, or of too many requests. */
  get isRetryable(): boolean {
    return this.status >= 500 || this.status === 408 || this.status === 429
  }
  override get message(): string {
    const code = this.code === undefined ? "" : ` ${this.code}`
    return (
      `The storage refused the file (HTTP ${this.status}${code}). ` +
      (this.isRetryable ? "Download again later." : "Query the job again to get a new link.")
    )
  }
}

/**
 * The file did not arrive whole, or nothing shows that it did: bytes are missing or
 * too many, or they are from another place of the file, or neither the answer nor
 * the file's format says where the file ends.
 *
 * @category reasons
 * @since 0.1.0
 */
export class MalformedResponse extends Schema.TaggedError<MalformedResponse>(
  "effect-hunyuan3d/DownloadError/MalformedResponse"
)("MalformedResponse", {
  description: Schema.String
}) {
  readonly isRetryable = true
  override get message(): string {
    return `The file did not arrive whole: ${this.description}. Download again.`
  }
}

/**
 * The storage could not be reached, or the connection was lost.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Transport extends Schema.TaggedError<Transport>("effect-hunyuan3d/DownloadError/Transport")("Transport", {
  description: Schema.String,
  /** `false` when the transport says that a retry is of no use, as a replay mismatch does. */
  isRetryable: Schema.Boolean
}) {
  override get message(): string {
    return `The connection failed (${this.description}). Check the network, then download again.`
  }
}

/**
 * No byte arrived for as long as `idleTimeout` allows.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Timeout extends Schema.TaggedError<Timeout>("effect-hunyuan3d/DownloadError/Timeout")("Timeout", {
  timeout: Schema.DurationFromMillis
}) {
  readonly isRetryable = true
  override get message(): string {
    return `No data arrived for ${Duration.format(this.timeout)}. Check the network, then download again.`
  }
}

/**
 * Fewer bytes a second arrived than `minSpeed` allows.
 *
 * @category reasons
 * @since 0.1.0
 */
export class TooSlow extends Schema.TaggedError<TooSlow>("effect-hunyuan3d/DownloadError/TooSlow")("TooSlow", {
  /** In bytes a second. */
  minSpeed: Schema.Number,
  /** For how long the speed was measured. */
  window: Schema.DurationFromMillis
}) {
  readonly isRetryable = true
  override get message(): string {
    return (
      `Less than ${ByteSize.format(ByteSize.bytes(this.minSpeed))} a second arrived over ${Duration.format(this.window)}. ` +
      "Check the network, then download again, or set a lower minSpeed."
    )
  }
}

/**
 * The file, or what an archive unpacks to, is larger than `maxSize`.
 *
 * @category reasons
 * @since 0.1.0
 */
export class TooLarge extends Schema.TaggedError<TooLarge>("effect-hunyuan3d/DownloadError/TooLarge")("TooLarge", {
  /** In bytes. */
  maxSize: Schema.Number
}) {
  readonly isRetryable = false
  override get message(): string {
    const limit = ByteSize.format(ByteSize.bytes(this.maxSize))
    return `The file, or what it unpacks to, is larger than ${limit}. To allow it, set a higher maxSize.`
  }
}

/**
 * The bytes are not those of a file of the declared type.
 *
 * @category reasons
 * @since 0.1.0
 */
export class UnexpectedContent extends Schema.TaggedError<UnexpectedContent>(
  "effect-hunyuan3d/DownloadError/UnexpectedContent"
)("UnexpectedContent", {
  description: Schema.String
}) {
  readonly isRetryable = false
  override get message(): string {
    return `The storage sent a wrong file: ${this.description}. Query the job again to get a new link.`
  }
}

/**
 * The archive is broken, encrypted, or would write where it must not, or the runtime
 * cannot unpack.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidArchive extends Schema.TaggedError<InvalidArchive>("effect-hunyuan3d/DownloadError/InvalidArchive")(
  "InvalidArchive",
  {
    description: Schema.String
  }
) {
  readonly isRetryable = false
  override get message(): string {
    return `The archive was downloaded but not unpacked: ${this.description}. Open the .zip file yourself if you trust it.`
  }
}

/**
 * A file or directory could not be read or written.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Disk extends Schema.TaggedError<Disk>("effect-hunyuan3d/DownloadError/Disk")("Disk", {
  path: Schema.String,
  cause: Schema.Defect()
}) {
  readonly isRetryable = false
  override get message(): string {
    return `Cannot use ${this.path}: ${diskTrouble(this.cause)}, then download again.`
  }
}

const diskTrouble = (cause: unknown): string => {
  const system = Predicate.hasProperty(cause, "cause") ? cause.cause : undefined
  const code = Predicate.hasProperty(system, "code") ? system.code : undefined
  if (code === "ENOSPC" || code === "EDQUOT") return "the disk is full. Free some space"
  if (code === "EROFS") return "the disk is read-only. Choose another directory"
  if (code === "EISDIR") return "it is a directory. Move it away"
  return Predicate.hasProperty(cause, "reason") && Predicate.isTagged(cause.reason, "PermissionDenied")
    ? "access was denied. Change its permissions or choose another directory"
    : `${why(cause)}. Correct this`
}

/**
 * All reasons for which a download fails.
 *
 * @category reasons
 * @since 0.1.0
 */
export const Reason = Schema.Union([
  LinkExpired,
  InvalidLink,
  NoLinks,
  Refused,
  MalformedResponse,
  Transport,
  Timeout,
  TooSlow,
  TooLarge,
  UnexpectedContent,
  InvalidArchive,
  Disk
])

/**
 * The type of {@link Reason}.
 *
 * @category reasons
 * @since 0.1.0
 */
export type Reason = typeof Reason.Type

/**
 * One file could not be downloaded.
 *
 * **Details**
 *
 * `file` is its name without the extension, and the job's id for `NoLinks`.
 * Downloading again requests only what is missing, whatever the `reason`.
 *
 * **Example** (Handling one reason)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect } from "effect"
 * import { DownloadError, LinkExpired } from "effect-hunyuan3d/DownloadError"
 * import * as Job from "effect-hunyuan3d/Job"
 *
 * const jobId = Job.JobId.make("1375367755519696896")
 * const download = Effect.fail(new DownloadError({ jobId, file: `${jobId}-glb`, reason: new LinkExpired({}) }))
 * const handled = download.pipe(
 *   Effect.catchReason("DownloadError", "LinkExpired", () => Effect.succeed("query the job again"))
 * )
 * assert.equal(await Effect.runPromise(handled), "query the job again")
 * ```
 *
 * @category errors
 * @since 0.1.0
 */
export class DownloadError extends Schema.TaggedError<DownloadError>("effect-hunyuan3d/DownloadError")(
  "DownloadError",
  {
    jobId: Job.JobId,
    file: Schema.String,
    reason: Reason
  }
) {
  /** Whether the same download may succeed later. It has already been retried several times by the time it fails. */
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }
  override get message(): string {
    return `${this.file}: ${this.reason.message}`
  }
}
