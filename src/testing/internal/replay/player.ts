/** The transport that answers from a cassette. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as Scope from "effect/Scope"
import { toBytes } from "./body.ts"
import type { Cassette, Recording } from "./cassette.ts"
import { describe, differences, fieldsOf, keyOf, type Fields } from "./comparing.ts"
import { ReplayMismatch, UnusedRecordings } from "./errors.ts"
import { fromRequest, toClientResponse } from "./exchange.ts"

/** The recordings of one request, in order, and which of them is next. */
interface Track {
  readonly fields: Fields
  readonly recordings: Array<readonly [index: number, recording: Recording]>
  next: number
}

const toTracks = ({ recordings }: Cassette): ReadonlyMap<string, Track> => {
  const tracks = new Map<string, Track>()
  for (const entry of recordings.entries()) {
    const fields = fieldsOf(entry[1].request)
    const key = keyOf(fields)
    const track = tracks.get(key) ?? { fields, recordings: [], next: 0 }
    track.recordings.push(entry)
    tracks.set(key, track)
  }
  return tracks
}

const clip = (value: string | undefined) =>
  value === undefined || value.length <= 100 ? value : `${value.slice(0, 100)}…`

const exhausted = (request: string, { recordings }: Track) =>
  new ReplayMismatch({
    message: `All ${recordings.length} recordings of ${request} have been answered. Record again, or let the last one repeat.`
  })

const mismatch = (request: string, fields: Fields, tracks: ReadonlyMap<string, Track>): ReplayMismatch => {
  const [nearest] = [...tracks.values()]
    .flatMap(({ fields: recorded, recordings: [first] }) =>
      first === undefined ? [] : [{ recording: first[0], recorded, names: differences(recorded, fields) }]
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

const unusedRecordings = ({ recordings }: Cassette, unused: ReadonlyArray<number>) => {
  const listed = unused.slice(0, 5).flatMap((index) => {
    const recording = recordings[index]
    return recording === undefined ? [] : [`recordings[${index}] (${describe(recording.request)})`]
  })
  return new UnusedRecordings({
    unused,
    message:
      `${unused.length} of ${recordings.length} recordings were not used: ${listed.join(", ")}` +
      `${unused.length > listed.length ? ", …" : ""}. Remove them, or set allowUnused.`
  })
}

const transportError = (
  reason: ConstructorParameters<typeof HttpClientError.TransportError>[0]
): Effect.Effect<never, HttpClientError.HttpClientError> =>
  Effect.fail(new HttpClientError.HttpClientError({ reason: new HttpClientError.TransportError(reason) }))

export const makePlayer = Effect.fnUntraced(function* (
  cassette: Cassette,
  allowUnused: boolean
): Effect.fn.Return<HttpClient.HttpClient, never, Scope.Scope> {
  const tracks = toTracks(cassette)
  const used = new Set<number>()

  yield* Effect.addFinalizer((exit) => {
    const unused = [...cassette.recordings.keys()].filter((index) => !used.has(index))
    return Exit.isFailure(exit) || allowUnused || unused.length === 0
      ? Effect.void
      : Effect.die(unusedRecordings(cassette, unused))
  })

  return HttpClient.make((request, url) => {
    const requested = fromRequest(request, url)
    const fields = fieldsOf(requested)
    const track = tracks.get(keyOf(fields))
    const entry = track?.recordings[track.next]
    if (track === undefined || entry === undefined) {
      const name = describe(requested)
      const cause = track === undefined ? mismatch(name, fields, tracks) : exhausted(name, track)
      return transportError({ request, cause, description: cause.message })
    }
    const [index, { response, failure, repeat }] = entry
    used.add(index)
    if (repeat !== true) track.next += 1
    if (response !== undefined) return Effect.succeed(toClientResponse(request, toBytes(response), response))
    return failure === "timeout"
      ? Effect.never
      : // The request was sent when this was recorded, so it may have been carried out.
        transportError({ request, description: "the recorded request lost its connection" })
  })
})
