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
 * **Gotchas**
 *
 * - A request without a recording fails as a transport error, since an `HttpClient`
 *   has no other. Its cause is a {@link ReplayMismatch}, which `TencentCloud` does
 *   not retry.
 * - Recordings that no request used are a defect when the layer closes, because
 *   closing a layer cannot fail with a typed error.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Credentials from "../cloud/Credentials.ts"
import * as file from "./internal/replay/cassette.ts"
import type { CassetteError, RecordingError } from "./internal/replay/errors.ts"
import { makePlayer } from "./internal/replay/player.ts"
import { makeRecorder } from "./internal/replay/recorder.ts"

export { CassetteError, RecordingError, ReplayMismatch, UnusedRecordings } from "./internal/replay/errors.ts"

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
 * headers only `content-range`, `content-type`, `date`, `etag` and `retry-after` are
 * recorded; a cassette written by hand may have any. Such a cassette should say so in
 * its `note`.
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
 *   note: "Written by hand: no answer was ever recorded.",
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
export const Cassette = file.Cassette

/**
 * What a cassette file holds.
 *
 * @category models
 * @since 0.1.0
 */
export type Cassette = typeof Cassette.Type

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

const play = <R>(cassette: Effect.Effect<Cassette, CassetteError, R>, options: Options | undefined) =>
  Layer.merge(
    Layer.effect(
      HttpClient.HttpClient,
      Effect.flatMap(cassette, (cassette) => makePlayer(cassette, options?.allowUnused ?? false))
    ),
    standIn
  )

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
 * - The layer keeps count of what it has answered. One layer value provided in two
 *   builds starts afresh in each.
 * - When the layer closes and recordings are left over, it dies with
 *   {@link UnusedRecordings}, unless `allowUnused` is set or the scope closes with
 *   a failure anyway. A recording with `repeat` counts as used after one answer.
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
): Layer.Layer<HttpClient.HttpClient | Credentials.Credentials, CassetteError> => play(file.decode(cassette), options)

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
  play(file.readFile(path), options)

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
 * Links lose their query and fragment in the file, but not for the caller. Then the
 * whole text is searched for secrets: the secret id and token that were sent, the
 * forms of the vendor's keys and signatures, and what is called `TmpSecretKey`,
 * `Token` or the like. They are found as they are, in JSON inside of text, behind
 * the escapes of links, JSON and HTML, and in base64. A text that holds one is not
 * written.
 *
 * What goes wrong when the layer closes is a defect, a {@link RecordingError};
 * when the scope closes with a failure it is only logged, so as not to bury that.
 *
 * **Gotchas**
 *
 * - An answer is read to its end before the caller sees it. A downloaded model goes
 *   into the file whole.
 * - `HttpClient.filterStatusOk` belongs above this layer: below it, an error status
 *   is no answer and is not recorded.
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
  Layer.effect(HttpClient.HttpClient, makeRecorder(path))
