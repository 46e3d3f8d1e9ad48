/** The bytes of a file, as far as it takes to judge it: its beginning, its end, and any others by reading them. */
import * as Effect from "effect/Effect"

/** How many bytes of the beginning and of the end are at hand. */
const sampleSize = 66_000

export interface Bytes<E, R> {
  readonly size: number
  readonly head: Uint8Array
  /** The beginning, with one character for each byte. */
  readonly headText: string
  /** The end, with one character for each byte. */
  readonly tailText: string
  /** As many bytes from an offset as there are, up to a length. */
  readonly read: (offset: number, length: number) => Effect.Effect<Uint8Array, E, R>
}

export const make = Effect.fnUntraced(function* <E, R>(size: number, read: Bytes<E, R>["read"]) {
  const head = yield* read(0, sampleSize)
  const tail = size <= sampleSize ? head : yield* read(size - sampleSize, sampleSize)
  const bytes: Bytes<E, R> = { size, head, headText: latin1(head), tailText: latin1(tail), read }
  return bytes
})

export const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

// `TextDecoder` has no encoding with one character for each byte, but one with two bytes for each character.
export const latin1 = (bytes: Uint8Array) => new TextDecoder("utf-16le").decode(new Uint16Array(bytes))
