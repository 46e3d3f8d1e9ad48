/**
 * One file from its link to the disk, by as many attempts as it takes.
 *
 * Each attempt requests what is missing of the part, appends it, and gives the part
 * the file's own name when all of it is there.
 *
 * **Gotchas**
 *
 * - All of it is there when the answer states the size, or its body has an end that
 *   the transport checks, or the file's format shows its end. Where none of these
 *   holds, an attempt fails. If the storage sent an ETag, the next one requests what
 *   comes after the last byte, and "nothing" is the proof.
 * - Another download of the same file may be quicker, and removes the parts. Its file
 *   is then this one's too.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Path from "effect/Path"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { logged } from "../../internal/retry.ts"
import { makeSend, type Send } from "../../internal/send.ts"
import { MalformedResponse, type Reason, TooLarge, UnexpectedContent } from "../DownloadError.ts"
import { type Answer, type Body, type Held, readAnswer } from "./answer.ts"
import { isMissing, makeBlock, makeWriter, onDisk } from "./disk.ts"
import { fallbackExtension, type Target } from "./fileName.ts"
import * as link from "./link.ts"
import * as parts from "./part.ts"
import { fromHttpClientError, inTime, type Pace, receive } from "./receive.ts"
import * as whole from "./whole.ts"

export interface Transfer {
  readonly target: Target
  readonly directory: string
  readonly pace: Pace
  /** In bytes. */
  readonly maxSize: number
  readonly report: (received: number, total: number | undefined) => Effect.Effect<unknown>
}

const retries = Schedule.min([Schedule.exponential("250 millis"), Schedule.spaced("15 seconds")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ times: 8 })
)

/** Fetches a file. */
export const transfer = Effect.fnUntraced(function* (self: Transfer) {
  const { target, directory } = self
  yield* link.check(target.url)
  const send = yield* makeSend
  let part = yield* parts.resume(directory, target.name)

  const attempt = Effect.gen(function* () {
    const size = part === undefined ? 0 : yield* parts.sizeOf(part)
    const held = part?.etag === undefined || size === 0 ? undefined : { etag: part.etag, size }
    const answer = yield* request(self, send, held)
    if (part !== undefined && !continues(part, answer)) {
      yield* parts.discard(part)
      part = undefined
    }
    if (answer._tag === "Elsewhere") {
      return yield* new MalformedResponse({ description: "the storage sent another part of it than was requested" })
    }
    let received = size
    let end: End = "all"
    if (answer._tag === "Body") {
      part ??= yield* parts.make(directory, target.name, answer.etag)
      received = yield* write(self, part, answer)
      end = answer.hasEnd ? "ended" : "unknown"
    }
    const found = part === undefined ? undefined : yield* finish(self, part, received, end)
    if (found !== undefined) return found
    part = undefined
    return yield* new MalformedResponse({ description: "another program removed what had arrived of it" })
  })
  return yield* Effect.retry(
    attempt,
    logged(retries, (reason: Reason) => reason.isRetryable, `${target.name}: `)
  )
}, Effect.scoped)

/** Whether an answer is about the version of the file that the part is of. */
const continues = (part: parts.Part, answer: Answer) =>
  answer._tag === "NothingMore" || (answer._tag === "Body" && part.etag !== undefined && part.etag === answer.etag)

/** Requests all of the file, or the rest of what is held. */
const request = Effect.fnUntraced(function* ({ target, pace, maxSize }: Transfer, send: Send, held: Held | undefined) {
  const get = HttpClientRequest.get(target.url.href, {
    headers: {
      // Any other would make lengths and places in the file mean something else.
      "accept-encoding": "identity",
      ...(held === undefined ? {} : { range: `bytes=${held.size}-`, "if-range": `"${held.etag}"` })
    }
  })
  const response = yield* inTime(Effect.mapError(send(get), fromHttpClientError), pace)
  return yield* readAnswer(response, held, pace, maxSize)
})

/** Writes a body to the part from its offset on, and says how many bytes there are then. */
const write = Effect.fnUntraced(function* (
  { pace, maxSize, report }: Transfer,
  part: parts.Part,
  { response, offset, total }: Body
) {
  const { path, file } = part
  const writer = makeWriter(file, makeBlock())
  let received = offset
  yield* onDisk(path, file.seek(BigInt(offset), "start"))
  yield* report(received, total)
  yield* Stream.runForEachArray(receive(response, pace), (chunks) =>
    Effect.gen(function* () {
      for (const chunk of chunks) received += chunk.length
      if (total !== undefined && received > total) {
        return yield* new MalformedResponse({ description: `more than the announced ${total} bytes arrived` })
      }
      if (received > maxSize) {
        yield* parts.discard(part)
        return yield* new TooLarge({ maxSize })
      }
      for (const chunk of chunks) yield* onDisk(path, writer.write(chunk))
      yield* onDisk(path, writer.flush)
      yield* report(received, total)
    })
  )
  if (total !== undefined && received < total) {
    return yield* new MalformedResponse({ description: `${received} of ${total} bytes arrived` })
  }
  yield* onDisk(path, Effect.andThen(file.truncate(received), file.sync))
  return received
})

/**
 * What is known of the end: the storage has said that no more than "all" exists, the body has "ended" as it should, or
 * the end is "unknown".
 */
type End = "all" | "ended" | "unknown"

/**
 * Gives a part the file's own name, if its bytes are what they should be. Undefined when the part is gone, and no other
 * download has finished the file.
 */
const finish = Effect.fnUntraced(
  function* ({ target, directory }: Transfer, part: parts.Part, size: number, end: End) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const finding = yield* onDisk(part.path, whole.inspect(target, part.path, size))
    if (finding._tag === "CutOff" && end !== "all") {
      return yield* new MalformedResponse({ description: `${finding.description}, and ${size} bytes arrived` })
    }
    if (finding._tag !== "Accepted") {
      yield* parts.discard(part)
      return yield* new UnexpectedContent({ description: finding.description })
    }
    if (!finding.isWhole && end === "unknown") {
      return yield* new MalformedResponse({
        description: `${size} bytes arrived, and neither the storage nor the file itself says where it ends`
      })
    }
    const extension = finding.extension ?? fallbackExtension(target)
    const found: whole.Whole = { path: path.join(directory, `${target.name}.${extension}`), size, extension }
    yield* onDisk(found.path, fs.rename(part.path, found.path))
    yield* parts.removeAll(directory, target.name)
    return found
  },
  (finished, { target, directory }, _part, size) =>
    Effect.catchTag(finished, "Disk", (error) =>
      isMissing(error.cause)
        ? Effect.map(whole.find(target, directory), (found) => (found?.size === size ? found : undefined))
        : Effect.fail(error)
    )
)
