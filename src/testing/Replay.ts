/**
 * Recordings as a transport: an ordinary `HttpClient` layer that answers from a
 * cassette instead of the network.
 *
 * `layerRecord` wraps the transport below it and writes what passed to a
 * cassette, a JSON file made to be read and kept under version control. `layer`
 * and `layerFile` answer from one, and bring stand-in `Credentials`, so that they
 * need nothing else. Whatever is built on `HttpClient`, `QueryJob` above all,
 * runs unchanged on either side.
 *
 * A request is known by its method, URL without query, action, version, region
 * and body, compared as JSON. Everything volatile (signature, timestamp, token,
 * trace ids, language) is neither stored nor compared. Equal requests get their
 * answers in the order of the file, so the three looks of a poll that saw WAIT,
 * RUN and DONE replay as that poll.
 *
 * What surprises: a request without a recording fails as a transport error, since
 * an `HttpClient` has no other; its cause is a {@link ReplayMismatch}, which
 * `TencentCloud` does not retry. Recordings that nobody asked for are a defect
 * when the layer closes, because closing a layer cannot fail with a typed error.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Credentials from "../cloud/Credentials.ts"
import * as internal from "./internal/cassette.ts"

/**
 * The schema of a cassette file.
 *
 * **Details**
 *
 * `recordings` are in the order in which the answers came. Each has a `request`
 * and either a `response` or a `failure`: `"timeout"` (no answer, ever) or
 * `"dropped"` (the connection broke). `"repeat": true` makes the last of equal
 * requests answer for ever.
 *
 * A `body` is the JSON that was sent; a string is text as it was sent. Bytes that
 * are neither stand in `base64`. Links keep host and path; their query is
 * `redacted`, but for the `q-sign-time` that holds their expiry. Of a response's
 * headers only `content-type`, `date` and `retry-after` are recorded; a cassette
 * written by hand may have any.
 *
 * **Example** (A cassette written by hand)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Schema } from "effect"
 * import * as Replay from "effect-hunyuan3d/Replay"
 *
 * const cassette = Schema.decodeUnknownSync(Replay.Cassette)({
 *   version: 1,
 *   recordings: [
 *     {
 *       request: {
 *         method: "POST",
 *         url: "https://hunyuan.intl.tencentcloudapi.com/",
 *         action: "QueryHunyuanTo3DProJob",
 *         version: "2023-09-01",
 *         region: "ap-singapore",
 *         body: { JobId: "1375367755519696896" }
 *       },
 *       failure: "dropped"
 *     }
 *   ]
 * })
 * assert.equal(cassette.recordings[0]?.failure, "dropped")
 * ```
 *
 * @category schemas
 * @since 0.1.0
 */
export const Cassette = internal.Cassette

/**
 * What a cassette file holds.
 *
 * @category models
 * @since 0.1.0
 */
export type Cassette = typeof Cassette.Type

/**
 * The cassette cannot be used: it cannot be read, is not JSON, is of an unknown
 * version, or has not the form of {@link Cassette}.
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
 * a replay that goes wrong should do so at once.
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
}

/**
 * Recordings that were not asked for when the layer closed. It is a defect, not
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

/**
 * How a cassette is replayed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Whether recordings may be left over when the layer closes. By default they may not. */
  readonly allowUnused?: boolean | undefined
}

const standIn = Credentials.layer({ secretId: "AKIDREPLAY", secretKey: Redacted.make("replay") })

/**
 * Answers requests from a cassette: a JSON value, imported or written in place.
 *
 * **Details**
 *
 * A recorded `timeout` replays as a request that is never answered, so that the
 * caller's own timeout decides, in virtual time under `TestClock`; `dropped`
 * replays as a transport error. The recorded `date` is replayed as it was, so a
 * repaired clock replays too. Requests whose body is a form or a stream are
 * compared without it.
 *
 * **Gotchas**
 *
 * The layer keeps count of what it has answered. One layer value provided in two
 * builds starts afresh in each.
 *
 * When the layer closes and recordings are left over, it dies with
 * {@link UnusedRecordings}, unless `allowUnused` is set or the scope closes with
 * a failure anyway. A recording with `repeat` counts as used after one answer.
 *
 * **Example** (A poll sequence)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect } from "effect"
 * import { HttpClient, HttpClientRequest } from "effect/http"
 * import * as Replay from "effect-hunyuan3d/Replay"
 *
 * const request = {
 *   method: "POST",
 *   url: "https://hunyuan.intl.tencentcloudapi.com/",
 *   action: "QueryHunyuanTo3DProJob",
 *   body: { JobId: "1375367755519696896" }
 * }
 * const looks = ["WAIT", "RUN", "DONE"].map((Status) => ({
 *   request,
 *   response: { status: 200, body: { Response: { Status } } }
 * }))
 *
 * const look = HttpClientRequest.post(request.url, { headers: { "x-tc-action": request.action } }).pipe(
 *   HttpClientRequest.bodyJsonUnsafe(request.body),
 *   HttpClient.execute,
 *   Effect.flatMap((response) => response.json)
 * )
 * const seen = await Effect.all([look, look, look]).pipe(
 *   Effect.provide(Replay.layer({ version: 1, recordings: looks })),
 *   Effect.runPromise
 * )
 * assert.deepEqual(seen[2], { Response: { Status: "DONE" } })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  cassette: unknown,
  options?: Options
): Layer.Layer<HttpClient.HttpClient | Credentials.Credentials, CassetteError> =>
  Layer.merge(Layer.effect(HttpClient.HttpClient, replay(cassette, undefined, options)), standIn)

/**
 * Answers requests from a cassette file, as {@link layer} does from a value.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerFile = (
  path: string,
  options?: Options
): Layer.Layer<HttpClient.HttpClient | Credentials.Credentials, CassetteError, FileSystem.FileSystem> =>
  Layer.merge(
    Layer.effect(
      HttpClient.HttpClient,
      Effect.flatMap(readJson(path), (json) => replay(json, path, options))
    ),
    standIn
  )

/**
 * Wraps the transport below it and writes what passes to a cassette file.
 *
 * **Details**
 *
 * The file is written when the layer closes, after a failure or an interruption
 * too: to a temporary file beside it, then renamed, so that an old cassette stays
 * until the new one is whole. When nothing passed, nothing is written.
 *
 * A transport error is recorded as `dropped`. A request that was interrupted
 * before its answer came is recorded as `timeout`: a timeout interrupts, and no
 * other reason to interrupt looks different from here.
 *
 * Links lose their query in the file, but not for the caller. Then the whole text
 * is searched for secrets: the secret id and token that were sent, the vendor's
 * key and signature shapes, and fields such as `TmpSecretKey` or `Token`. A text
 * that holds one is not written.
 *
 * What goes wrong when the layer closes is a defect, a {@link RecordingError};
 * when the scope closes with a failure it is only logged, so as not to bury that.
 *
 * **Gotchas**
 *
 * An answer is read to its end before the caller sees it. A downloaded model goes
 * into the file whole. `HttpClient.filterStatusOk` belongs above this layer: below
 * it, an error status is no answer and is not recorded.
 *
 * **Example** (Record, then replay)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { ConfigProvider, Effect, FileSystem, Layer } from "effect"
 * import { HttpClient, HttpClientResponse } from "effect/http"
 * import * as Replay from "effect-hunyuan3d/Replay"
 *
 * const files = new Map<string, string>()
 * const Files = FileSystem.layerNoop({
 *   readFileString: (path) => Effect.sync(() => files.get(path) ?? ""),
 *   writeFileString: (path, text) => Effect.sync(() => void files.set(path, text)),
 *   rename: (from, to) => Effect.sync(() => void files.set(to, files.get(from) ?? ""))
 * })
 * const Network = Layer.succeed(
 *   HttpClient.HttpClient,
 *   HttpClient.make((request) => Effect.succeed(HttpClientResponse.fromWeb(request, Response.json({ fine: true }))))
 * )
 * const NotInCI = ConfigProvider.layer(ConfigProvider.fromUnknown({}))
 *
 * const program = Effect.flatMap(HttpClient.get("https://example.com/"), (response) => response.json)
 * const recorded = await program.pipe(
 *   Effect.provide(Replay.layerRecord("example.json").pipe(Layer.provide([Network, Files, NotInCI]))),
 *   Effect.runPromise
 * )
 * const replayed = await program.pipe(
 *   Effect.provide(Replay.layerFile("example.json").pipe(Layer.provide(Files))),
 *   Effect.runPromise
 * )
 * assert.deepEqual(replayed, recorded)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerRecord = (
  path: string
): Layer.Layer<HttpClient.HttpClient, RecordingError, HttpClient.HttpClient | FileSystem.FileSystem> =>
  Layer.effect(HttpClient.HttpClient, record(path))

// -----------------------------------------------------------------------------
// Replaying
// -----------------------------------------------------------------------------

const readJson = Effect.fnUntraced(
  function* (path: string) {
    const fs = yield* FileSystem.FileSystem
    const text = yield* fs.readFileString(path)
    return yield* Effect.try({ try: (): unknown => JSON.parse(text), catch: (cause) => cause })
  },
  (effect, path) => Effect.mapError(effect, (cause) => unusable(path, cause))
)

const unusable = (path: string | undefined, cause: unknown) =>
  new CassetteError({ path, description: String(cause).replace(/\s+/g, " "), cause })

/** The recordings of one request, in order, and which of them is next. */
interface Track {
  readonly fields: internal.Fields
  readonly recordings: Array<readonly [index: number, recording: internal.Recording]>
  next: number
}

const toTracks = ({ recordings }: Cassette): ReadonlyMap<string, Track> => {
  const tracks = new Map<string, Track>()
  for (const entry of recordings.entries()) {
    const fields = internal.fields(entry[1].request)
    const key = JSON.stringify([...fields])
    const track = tracks.get(key) ?? { fields, recordings: [], next: 0 }
    track.recordings.push(entry)
    tracks.set(key, track)
  }
  return tracks
}

const replay = Effect.fnUntraced(function* (input: unknown, path: string | undefined, options: Options | undefined) {
  const cassette = yield* Schema.decodeUnknownEffect(Cassette, { onExcessProperty: "error" })(input).pipe(
    Effect.mapError((cause) => unusable(path, cause))
  )
  const tracks = toTracks(cassette)
  const used = new Set<number>()

  yield* Effect.addFinalizer((exit) => {
    const unused = [...cassette.recordings.keys()].filter((index) => !used.has(index))
    return Exit.isFailure(exit) || options?.allowUnused === true || unused.length === 0
      ? Effect.void
      : Effect.die(new UnusedRecordings({ unused, message: unusedMessage(cassette, unused) }))
  })

  return HttpClient.make((request, url) => {
    const asked = internal.fromRequest(request, url)
    const fields = internal.fields(asked)
    const track = tracks.get(JSON.stringify([...fields]))
    const entry = track?.recordings[track.next]
    if (track === undefined || entry === undefined) {
      const cause = mismatch(internal.describe(asked), fields, track, tracks)
      return transportError({ request, cause, description: cause.message })
    }
    const [index, recording] = entry
    used.add(index)
    if (recording.repeat !== true) track.next += 1
    if (recording.response !== undefined) {
      return Effect.succeed(HttpClientResponse.fromWeb(request, internal.toWeb(recording.response)))
    }
    return recording.failure === "timeout"
      ? Effect.never
      : transportError({ request, description: "the recorded request lost its connection" })
  })
})

const transportError = (
  reason: ConstructorParameters<typeof HttpClientError.TransportError>[0]
): Effect.Effect<never, HttpClientError.HttpClientError> =>
  Effect.fail(new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError(reason) }))

const mismatch = (
  request: string,
  fields: internal.Fields,
  exhausted: Track | undefined,
  tracks: ReadonlyMap<string, Track>
): ReplayMismatch => {
  if (exhausted !== undefined) {
    const count = exhausted.recordings.length
    return new ReplayMismatch({
      message: `All ${count} recordings of ${request} have been answered. Record again, or let the last one repeat.`
    })
  }
  const [nearest] = [...tracks.values()]
    .flatMap(({ fields: recorded, recordings: [first] }) =>
      first === undefined ? [] : [{ recording: first[0], recorded, names: internal.differences(recorded, fields) }]
    )
    .toSorted((a, b) => a.names.length - b.names.length)
  const field = nearest?.names[0]
  if (nearest === undefined || field === undefined) {
    return new ReplayMismatch({ message: `The cassette is empty: it has no answer to ${request}. Record again.` })
  }
  const recorded = clip(nearest.recorded.get(field))
  const requested = clip(fields.get(field))
  return new ReplayMismatch({
    message:
      `No recording answers ${request}. The nearest, recordings[${nearest.recording}], has another ${field}: ` +
      `${recorded ?? "nothing"}, but the request has ${requested ?? "nothing"}. Record again, or correct the request.`,
    nearest: { recording: nearest.recording, field, recorded, requested }
  })
}

const clip = (value: string | undefined) =>
  value === undefined || value.length <= 100 ? value : `${value.slice(0, 100)}…`

const unusedMessage = ({ recordings }: Cassette, unused: ReadonlyArray<number>) => {
  const listed = unused.slice(0, 5).flatMap((index) => {
    const recording = recordings[index]
    return recording === undefined ? [] : [`recordings[${index}] (${internal.describe(recording.request)})`]
  })
  return (
    `${unused.length} of ${recordings.length} recordings were not asked for: ${listed.join(", ")}` +
    `${unused.length > listed.length ? ", …" : ""}. Remove them, or set allowUnused.`
  )
}

// -----------------------------------------------------------------------------
// Recording
// -----------------------------------------------------------------------------

const record = Effect.fnUntraced(function* (path: string) {
  const CI = yield* Config.String("CI").pipe(
    Config.withDefault(""),
    Effect.orElseSucceed(() => "unreadable")
  )
  if (!["", "0", "false"].includes(CI.toLowerCase())) {
    return yield* new RecordingError({
      reason: "ContinuousIntegration",
      path,
      message: `The cassette ${path} is not recorded, because the environment says CI=${CI}. Record it elsewhere and commit it.`
    })
  }
  const fs = yield* FileSystem.FileSystem
  const client = yield* HttpClient.HttpClient
  const recordings: Array<internal.Recording> = []
  const secrets = new Set<string>()

  const unwritable = (cause: unknown) =>
    new RecordingError({
      reason: "Write",
      path,
      message: `The cassette ${path} cannot be written. Check that its folder exists and is writable. (${String(cause)})`,
      cause
    })
  const temporary = `${path}.${(yield* Random.nextIntBetween(0, 0xffffffff)).toString(16)}.tmp`

  const write = Effect.gen(function* () {
    const { text, found } = yield* Effect.try({
      try: () => {
        const text = `${JSON.stringify({ version: 1, recordings }, null, 2)}\n`
        return { text, found: internal.findSecret(text, secrets) }
      },
      catch: unwritable
    })
    if (found !== undefined) {
      return yield* new RecordingError({
        reason: "Secret",
        path,
        message: `The cassette ${path} is not written, because ${found} holds a secret. Keep that call out of the recording.`
      })
    }
    yield* fs.writeFileString(temporary, text).pipe(Effect.mapError(unwritable))
    return yield* fs.rename(temporary, path).pipe(Effect.mapError(unwritable))
  })

  // The temporary file is made at once: a folder that is missing should not show after an hour of paid jobs.
  yield* Effect.acquireRelease(fs.writeFileString(temporary, "").pipe(Effect.mapError(unwritable)), (_, exit) =>
    (recordings.length === 0 ? Effect.void : write).pipe(
      Effect.ensuring(Effect.ignore(fs.remove(temporary, { force: true }))),
      Effect.catch((error) => (Exit.isFailure(exit) ? Effect.logError(error.message) : Effect.die(error)))
    )
  )

  return HttpClient.transform(client, (effect, request) => {
    const url = HttpClientRequest.toUrl(request)
    if (Option.isNone(url)) return effect
    for (const secret of internal.credentialIn(request.headers)) secrets.add(secret)
    return Effect.flatMap(effect, (response) => buffered(request, response)).pipe(
      Effect.onExit((exit) =>
        Effect.sync(() => {
          const outcome = toOutcome(exit)
          if (outcome !== undefined) recordings.push({ request: internal.fromRequest(request, url.value), ...outcome })
        })
      ),
      Effect.map(({ response }) => response)
    )
  })
})

/** Reads an answer to its end, so that it can be both recorded and handed on. */
const buffered = Effect.fnUntraced(function* (
  request: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse
) {
  const bytes = new Uint8Array(yield* response.arrayBuffer)
  const { status, headers } = response
  return yield* Effect.try({
    try: () => ({
      recorded: internal.fromResponse(status, headers, bytes),
      response: HttpClientResponse.fromWeb(
        request,
        new Response(bytes.length === 0 ? null : bytes, { status, headers })
      )
    }),
    catch: (cause) =>
      new HttpClientError.HttpClientError({
        reason: new HttpClientError.DecodeError({
          request,
          response,
          cause,
          description: "the status or the headers cannot be recorded"
        })
      })
  })
})

/** What of a request's end goes into the file: nothing when the request never left. */
const toOutcome = (
  exit: Exit.Exit<{ readonly recorded: internal.RecordedResponse }, HttpClientError.HttpClientError>
): Pick<internal.Recording, "response" | "failure"> | undefined => {
  if (Exit.isSuccess(exit)) return { response: exit.value.recorded }
  if (Cause.hasInterrupts(exit.cause)) return { failure: "timeout" }
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  return error?.reason._tag === "TransportError" || error?.reason._tag === "DecodeError"
    ? { failure: "dropped" }
    : undefined
}
