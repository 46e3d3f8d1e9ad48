/**
 * Why there is no credential to sign with: a single tagged error with a tagged `reason`.
 *
 * A source of credentials says what it found. `NotConfigured` is that it found nothing;
 * `Credentials.layerDefault` then goes on to its next source, and stops at every other
 * reason, since something that is there and cannot be used is a mistake to be told.
 *
 * **Gotchas**
 *
 * - No reason repeats what was read, which may be a secret.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const flag = (value: boolean) => Schema.Boolean.pipe(Schema.withConstructorDefault(Effect.succeed(value)))

const cause = Schema.optional(Schema.Defect())

const line = Schema.optional(Schema.Int)

const where = (found: { readonly place: string; readonly line?: number | undefined }) =>
  found.line === undefined ? found.place : `${found.place}, line ${found.line}`

/**
 * No place has a credential.
 *
 * @category reasons
 * @since 0.1.0
 */
export class NotConfigured extends Schema.TaggedError<NotConfigured>("effect-hunyuan3d/CredentialsError/NotConfigured")(
  "NotConfigured",
  {
    /** The places that were looked at, in this order. */
    places: Schema.Array(Schema.String)
  }
) {
  readonly isRetryable = false
  override get message(): string {
    const places = this.places.join("; ")
    return `No credentials were found. These places were looked at, in this order: ${places}. Configure one of them.`
  }
}

/**
 * A place has only a part of a credential, such as a secret id without its key.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Incomplete extends Schema.TaggedError<Incomplete>("effect-hunyuan3d/CredentialsError/Incomplete")(
  "Incomplete",
  {
    place: Schema.String,
    /** The line of a file where they begin, from 1, where one is known. */
    line,
    /** The names of what is missing there, or empty. */
    missing: Schema.Array(Schema.String)
  }
) {
  readonly isRetryable = false
  override get message(): string {
    return `The credentials in ${where(this)} are not complete: set ${this.missing.join(" and ")} there.`
  }
}

/**
 * A file is there and cannot be read.
 *
 * @category reasons
 * @since 0.1.0
 */
export class UnreadableFile extends Schema.TaggedError<UnreadableFile>(
  "effect-hunyuan3d/CredentialsError/UnreadableFile"
)("UnreadableFile", { path: Schema.String, cause }) {
  readonly isRetryable = false
  override get message(): string {
    return `The file ${this.path} cannot be read. Check that it is a file of UTF-8 text that this user may read.`
  }
}

/**
 * What a place holds is not in the form that it must have.
 *
 * @category reasons
 * @since 0.1.0
 */
export class WrongFormat extends Schema.TaggedError<WrongFormat>("effect-hunyuan3d/CredentialsError/WrongFormat")(
  "WrongFormat",
  {
    place: Schema.String,
    /** The line of a file, from 1, where one is known. */
    line,
    /** What is wrong, and what to change; never what was read. */
    description: Schema.String
  }
) {
  readonly isRetryable = false
  override get message(): string {
    return `The credentials in ${where(this)} cannot be used: ${this.description}`
  }
}

/**
 * A server that hands out credentials did not answer in time, or its answer is none.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Unreachable extends Schema.TaggedError<Unreachable>("effect-hunyuan3d/CredentialsError/Unreachable")(
  "Unreachable",
  {
    /** Which server, such as `the metadata service of the CVM`. */
    server: Schema.String,
    /** What happened. */
    description: Schema.String,
    cause
  }
) {
  readonly isRetryable = true
  override get message(): string {
    return `No credentials came from ${this.server}: ${this.description}`
  }
}

/**
 * The Security Token Service refused to hand out a credential.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Refused extends Schema.TaggedError<Refused>("effect-hunyuan3d/CredentialsError/Refused")("Refused", {
  /** The service's code, such as `AuthFailure.UnauthorizedOperation`. */
  code: Schema.String,
  /** The service's own words, and what to do. */
  description: Schema.String,
  isRetryable: flag(false)
}) {
  override get message(): string {
    return `STS gave no credentials: ${this.description}`
  }
}

/**
 * The credential has expired, and its source has no newer one.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Expired extends Schema.TaggedError<Expired>("effect-hunyuan3d/CredentialsError/Expired")("Expired", {
  place: Schema.String,
  expiredAt: Schema.DateTimeUtcFromString,
  /** What to do. */
  remedy: Schema.optional(Schema.String)
}) {
  readonly isRetryable = false
  override get message(): string {
    const { place, expiredAt, remedy = "Put new ones there." } = this
    return `The credentials in ${place} expired at ${DateTime.formatIso(expiredAt)}. ${remedy}`
  }
}

/**
 * A source of your own failed.
 *
 * @category reasons
 * @since 0.1.0
 */
export class SourceFailed extends Schema.TaggedError<SourceFailed>("effect-hunyuan3d/CredentialsError/SourceFailed")(
  "SourceFailed",
  {
    /** What happened, and what to do. */
    description: Schema.String,
    /** Whether it may work later. The call is then retried, and a wait goes on. */
    isRetryable: flag(false),
    cause
  }
) {
  override get message(): string {
    return this.description
  }
}

/**
 * All reasons for which there is no credential.
 *
 * @category reasons
 * @since 0.1.0
 */
export const Reason = Schema.Union([
  NotConfigured,
  Incomplete,
  UnreadableFile,
  WrongFormat,
  Unreachable,
  Refused,
  Expired,
  SourceFailed
])

/**
 * The type of {@link Reason}.
 *
 * @category reasons
 * @since 0.1.0
 */
export type Reason = typeof Reason.Type

/**
 * There is no credential to sign with.
 *
 * **Details**
 *
 * `message` and `isRetryable` are those of the `reason`. A call whose credential fails
 * with a retryable reason is retried, and a wait goes on.
 *
 * **Example** (A source of your own that fails)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { CredentialsError, SourceFailed } from "effect-hunyuan3d/CredentialsError"
 *
 * const error = new CredentialsError({
 *   reason: new SourceFailed({ description: "The vault is sealed. Unseal it.", isRetryable: true })
 * })
 * assert.equal(error.message, "The vault is sealed. Unseal it.")
 * assert(error.isRetryable)
 * ```
 *
 * @category errors
 * @since 0.1.0
 */
export class CredentialsError extends Schema.TaggedError<CredentialsError>("effect-hunyuan3d/CredentialsError")(
  "CredentialsError",
  { reason: Reason }
) {
  /** Whether the same source may have a credential later. */
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }
  override get message(): string {
    return this.reason.message
  }
}
