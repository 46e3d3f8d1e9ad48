/** What goes wrong with a cassette, a replay or a recording. */
import * as Schema from "effect/Schema"

/**
 * The cassette cannot be used: it cannot be read, is not JSON, is of an unknown
 * version, or has not the form of `Cassette`.
 *
 * @category errors
 * @since 0.1.0
 */
export class CassetteError extends Schema.TaggedError<CassetteError>("effect-hunyuan3d/Replay/CassetteError")(
  "CassetteError",
  {
    /** The file, when it came from one. */
    path: Schema.optional(Schema.String),
    /** What is wrong with it, and where. */
    description: Schema.String,
    cause: Schema.optional(Schema.Defect())
  }
) {
  override get message(): string {
    return `The cassette${this.path === undefined ? "" : ` ${this.path}`} cannot be used. Correct it or record it again. (${this.description})`
  }
}

/**
 * A request that the cassette has no answer for, as the cause of the transport
 * error that it travels in.
 *
 * **Details**
 *
 * `nearest` is the recording that differs in the fewest fields, and the first of
 * those with both values; there is none when the request was recorded but all
 * its answers are given, or when the cassette is empty. `isRetryable` is `false`:
 * a replay that goes wrong should do so at once. `mayHaveRun` is `false`, because
 * nothing was sent.
 *
 * **Example** (Which field is it?)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect } from "effect"
 * import { HttpClient } from "effect/http"
 * import * as Replay from "effect-hunyuan3d/Replay"
 *
 * const cassette = {
 *   version: 1,
 *   recordings: [{ request: { method: "GET", url: "https://example.com/a.glb" }, failure: "dropped" }]
 * }
 * const error = await HttpClient.get("https://example.com/b.glb").pipe(
 *   Effect.flip,
 *   Effect.provide(Replay.layer(cassette, { allowUnused: true })),
 *   Effect.runPromise
 * )
 * const mismatch = error.cause
 * assert(mismatch instanceof Replay.ReplayMismatch)
 * assert.deepEqual(mismatch.nearest, {
 *   recording: 0,
 *   field: "url",
 *   recorded: "https://example.com/a.glb",
 *   requested: "https://example.com/b.glb"
 * })
 * ```
 *
 * @category errors
 * @since 0.1.0
 */
export class ReplayMismatch extends Schema.TaggedError<ReplayMismatch>("effect-hunyuan3d/Replay/ReplayMismatch")(
  "ReplayMismatch",
  {
    message: Schema.String,
    nearest: Schema.optional(
      Schema.Struct({
        /** The index in `recordings`. */
        recording: Schema.Int,
        /** Such as `region` or `body.JobId`. */
        field: Schema.String,
        recorded: Schema.optional(Schema.String),
        requested: Schema.optional(Schema.String)
      })
    )
  }
) {
  readonly isRetryable = false
  readonly mayHaveRun = false
}

/**
 * Recordings that no request had used when the layer closed. It is a defect, not
 * a typed failure: closing a scope has no error channel.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnusedRecordings extends Schema.TaggedError<UnusedRecordings>("effect-hunyuan3d/Replay/UnusedRecordings")(
  "UnusedRecordings",
  {
    message: Schema.String,
    /** Their indices in `recordings`. */
    unused: Schema.Array(Schema.Int)
  }
) {}

/**
 * Nothing is recorded, and why.
 *
 * **Details**
 *
 * - `ContinuousIntegration`: the environment says `CI`, where a recording would
 *   hide that the cassette is missing. A failure of the layer.
 * - `Secret`: what was recorded holds a secret, at the path that the message
 *   names. A defect when the layer closes.
 * - `Write`: the file cannot be written. A failure of the layer when that shows
 *   at the start, else a defect when the layer closes.
 *
 * @category errors
 * @since 0.1.0
 */
export class RecordingError extends Schema.TaggedError<RecordingError>("effect-hunyuan3d/Replay/RecordingError")(
  "RecordingError",
  {
    reason: Schema.Literals(["ContinuousIntegration", "Secret", "Write"]),
    path: Schema.String,
    message: Schema.String,
    cause: Schema.optional(Schema.Defect())
  }
) {}
