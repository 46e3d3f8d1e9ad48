/**
 * Inflating the data of an archive, and its CRC-32, by the zlib that Node, Bun and Deno hand out without an import.
 *
 * **Gotchas**
 *
 * - Browsers have no zlib. `DecompressionStream` is everywhere, but takes twice as long, and has no CRC-32.
 * - Where data ends before its bytes do, zlib never answers to the write of the others. So the work ends with what comes
 *   out, and the caller checks how many bytes were used.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Reason } from "../DownloadError.ts"

// How much comes out at once. A quarter of it takes half as long again, and more is no faster.
const chunkSize = 256 * 1024

// The little of zlib that is used here.
interface Inflater extends AsyncIterable<Uint8Array> {
  readonly bytesWritten: number
  write(bytes: Uint8Array, done: (error?: Error | null) => void): void
  end(): void
  destroy(): void
}

export interface Zlib {
  crc32(bytes: Uint8Array, before: number): number
  createInflateRaw(options: { readonly chunkSize: number }): Inflater
}

// The little of Node's global that is used here. Browsers have no such global, and older runtimes have less of it.
declare const process: { readonly getBuiltinModule?: (id: "node:zlib") => Zlib | undefined } | undefined

/** Undefined where there is none. */
export const findZlib = () => (typeof process === "undefined" ? undefined : process.getBuiltinModule?.("node:zlib"))

/** Takes some bytes. They may be overwritten when the effect has ended. */
export type Receive = (bytes: Uint8Array) => Effect.Effect<void, Reason>

/** Inflates what `feed` writes, hands it to `receive`, and tells how many of the compressed bytes were used. */
export const inflate = Effect.fnUntraced(function* (
  zlib: Zlib,
  feed: (write: Receive) => Effect.Effect<void, Reason>,
  receive: Receive,
  damaged: () => Reason
) {
  const inflater = yield* Effect.acquireRelease(
    Effect.sync(() => zlib.createInflateRaw({ chunkSize })),
    (it) => Effect.sync(() => it.destroy())
  )
  const write: Receive = (bytes) =>
    Effect.callback((resume) => {
      inflater.write(bytes, (error) => resume(error ? Effect.fail(damaged()) : Effect.void))
    })
  const pour = Stream.runForEach(Stream.fromAsyncIterable(inflater, damaged), receive)
  const fill = Effect.andThen(
    feed(write),
    Effect.sync(() => inflater.end())
  )
  yield* Effect.raceFirst(pour, Effect.andThen(fill, Effect.never))
  return inflater.bytesWritten
}, Effect.scoped)
