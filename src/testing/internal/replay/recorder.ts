/** The transport that writes to a cassette what passes through it. */
import * as Cause from "effect/Cause"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import { IsSecretRequest } from "../../../internal/secretRequest.ts"
import { checkResponse, type RecordedResponse, type Recording } from "./cassette.ts"
import { RecordingError } from "./errors.ts"
import { fromRequest, fromResponse, toClientResponse } from "./exchange.ts"
import { credentialIn, findSecret } from "./secrets.ts"

/** In continuous integration a recording would hide that the cassette is missing. */
const refuseInCI = Effect.fnUntraced(function* (path: string) {
  const CI = yield* Config.String("CI").pipe(
    Config.withDefault(""),
    Effect.orElseSucceed(() => "unreadable")
  )
  if (["", "0", "false"].includes(CI.toLowerCase())) return
  return yield* new RecordingError({
    reason: "ContinuousIntegration",
    path,
    message: `The cassette ${path} is not recorded, because the environment says CI=${CI}. Record it elsewhere and commit it.`
  })
})

const unwritable = (path: string) => (cause: unknown) =>
  new RecordingError({
    reason: "Write",
    path,
    message: `The cassette ${path} cannot be written. Check that its folder exists and is writable. (${String(cause)})`,
    cause
  })

/** The cassette takes the place of what has its name, which must be no device. */
const refuseOthers = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const there = yield* Effect.option(fs.stat(path))
  if (Option.exists(there, ({ type }) => type !== "File")) return yield* unwritable(path)("it is there, and no file")
})

/** The text of a cassette file, which holds no secret. */
const toText = Effect.fnUntraced(function* (
  path: string,
  recordings: ReadonlyArray<Recording>,
  secrets: ReadonlySet<string>
) {
  const { text, found } = yield* Effect.try({
    try: () => {
      const text = `${JSON.stringify({ version: 1, recordings }, null, 2)}\n`
      return { text, found: findSecret(text, secrets) }
    },
    catch: unwritable(path)
  })
  if (found === undefined) return text
  return yield* new RecordingError({
    reason: "Secret",
    path,
    message: `The cassette ${path} is not written, because ${found} holds a secret. Keep that call out of the recording.`
  })
})

/** Reads an answer to its end, so that it can be both recorded and handed on. */
const buffered = Effect.fnUntraced(function* (
  request: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse
) {
  const bytes = new Uint8Array(yield* response.arrayBuffer)
  const { status, headers } = response
  const recorded = fromResponse(status, headers, bytes)
  yield* Effect.mapError(
    Effect.fromResult(checkResponse(recorded)),
    (cause) =>
      new HttpClientError.HttpClientError({
        reason: new HttpClientError.DecodeError({
          request,
          response,
          cause,
          description: "the status or the headers cannot be recorded"
        })
      })
  )
  return { recorded, response: toClientResponse(request, bytes, response) }
})

/** What of a request's end goes into the file: nothing when the request never left. */
const toOutcome = (
  exit: Exit.Exit<{ readonly recorded: RecordedResponse }, HttpClientError.HttpClientError>
): Pick<Recording, "response" | "failure"> | undefined => {
  if (Exit.isSuccess(exit)) return { response: exit.value.recorded }
  if (Cause.hasInterrupts(exit.cause)) return { failure: "timeout" }
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  return error?.reason._tag === "TransportError" || error?.reason._tag === "DecodeError"
    ? { failure: "dropped" }
    : undefined
}

export const makeRecorder = Effect.fnUntraced(function* (path: string) {
  yield* refuseInCI(path)
  yield* refuseOthers(path)
  const fs = yield* FileSystem.FileSystem
  const client = yield* HttpClient.HttpClient
  const recordings: Array<Recording> = []
  const secrets = new Set<string>()

  const temporary = `${path}.${(yield* Random.nextIntBetween(0, 0xffffffff)).toString(16)}.tmp`
  const save = Effect.gen(function* () {
    const text = yield* toText(path, recordings, secrets)
    yield* fs
      .writeFileString(temporary, text)
      .pipe(Effect.andThen(fs.rename(temporary, path)), Effect.mapError(unwritable(path)))
  })

  // The temporary file is made at once: a folder that is missing should not show after an hour of paid jobs.
  yield* Effect.acquireRelease(fs.writeFileString(temporary, "").pipe(Effect.mapError(unwritable(path))), (_, exit) =>
    (recordings.length === 0 ? Effect.void : save).pipe(
      Effect.ensuring(Effect.ignore(fs.remove(temporary, { force: true }))),
      Effect.catch((error) => (Exit.isFailure(exit) ? Effect.logError(error.message) : Effect.die(error)))
    )
  )

  return HttpClient.transform(client, (effect, request) => {
    const url = HttpClientRequest.toUrl(request)
    if (Option.isNone(url)) return effect
    for (const secret of credentialIn(request.headers)) secrets.add(secret)
    const recorded = Effect.flatMap(effect, (response) => buffered(request, response)).pipe(
      Effect.onExit((exit) =>
        Effect.sync(() => {
          const outcome = toOutcome(exit)
          if (outcome !== undefined) recordings.push({ request: fromRequest(request, url.value), ...outcome })
        })
      ),
      Effect.map(({ response }) => response)
    )
    // A replay brings credentials of its own, so that it needs none of this.
    return Effect.flatMap(IsSecretRequest, (isSecret) => (isSecret ? effect : recorded))
  })
})
