/** What the storage's answer to a request for a file, or for the rest of one, means. */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import { LinkExpired, Refused, TooLarge, UnexpectedContent } from "../DownloadError.ts"
import { type Pace, receive } from "./receive.ts"

/** What is there of a file already, and which version of the file that is. */
export interface Held {
  readonly etag: string
  readonly size: number
}

/** Bytes of the file. */
export interface Body {
  readonly _tag: "Body"
  readonly response: HttpClientResponse.HttpClientResponse
  /** The version of the file; undefined when a later request cannot name it. */
  readonly etag: string | undefined
  /** Where in the file the bytes begin. */
  readonly offset: number
  /** The size of the file, if the answer states it. */
  readonly total: number | undefined
  /** Whether the answer shows where the file ends, by its size or by a body with an end that the transport checks. */
  readonly hasEnd: boolean
}

export type Answer =
  | Body
  /** What is held is all of the file. */
  | { readonly _tag: "NothingMore" }
  /** The bytes do not continue what is held. */
  | { readonly _tag: "Elsewhere" }

/** Reads the head of an answer to a request for the rest of what is held, or for all of the file. */
export const readAnswer = Effect.fnUntraced(function* (
  response: HttpClientResponse.HttpClientResponse,
  held: Held | undefined,
  pace: Pace,
  maxSize: number
) {
  const { status, headers } = response
  const [, first, size] = /^bytes (?:([0-9]+)-[0-9]+|\*)\/([0-9]+|\*)$/.exec(headers["content-range"] ?? "") ?? []
  const etag = /^"([a-zA-Z0-9-]{1,100})"$/.exec(headers["etag"] ?? "")?.[1]

  const isRest = held !== undefined && (status === 206 || status === 416)
  if (isRest && status === 416 && Number(size) === held.size) return nothingMore
  if (isRest && (status === 416 || Number(first) !== held.size || etag !== held.etag)) return elsewhere
  if (!isRest && status !== 200) return yield* readRefusal(response, pace)
  if (!["", "identity"].includes(headers["content-encoding"] ?? "")) {
    return yield* new UnexpectedContent({ description: "it is compressed, which was not requested" })
  }

  const offset = isRest ? held.size : 0
  const length = /^[0-9]{1,15}$/.exec(headers["content-length"] ?? "")?.[0]
  const announced = length === undefined ? undefined : offset + Number(length)
  const total = isRest && size !== "*" ? Number(size) : announced
  if (total !== undefined && total > maxSize) return yield* new TooLarge({ maxSize })
  const isChunked = /\bchunked$/i.test(headers["transfer-encoding"] ?? "")
  // Of the rest the storage may send less than all, and then states the size of the file.
  const hasEnd = isRest ? size !== "*" : announced !== undefined || isChunked
  const body: Body = { _tag: "Body", response, etag, offset, total, hasEnd }
  return body
})

const nothingMore: Answer = { _tag: "NothingMore" }
const elsewhere: Answer = { _tag: "Elsewhere" }

// A refusal says why in a few hundred bytes of XML.
const maxRefusal = ByteSize.kibibytes(16)

const readRefusal = Effect.fnUntraced(function* (response: HttpClientResponse.HttpClientResponse, pace: Pace) {
  const text = yield* Stream.limitBytes(receive(response, pace), maxRefusal, () => Stream.empty).pipe(
    Stream.mkUint8Array,
    Effect.map((body) => new TextDecoder().decode(body)),
    Effect.orElseSucceed(() => "")
  )
  return yield* response.status === 403 && /\bexpired\b/i.test(text)
    ? new LinkExpired({})
    : new Refused({ status: response.status, code: /<Code>([A-Za-z.]{1,64})<\/Code>/.exec(text)?.[1] })
})
