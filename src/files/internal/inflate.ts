/**
 * Inflating the data of an archive, and its CRC-32, by the zlib that Node, Bun and Deno hand out without an import.
 *
 * **Gotchas**
 *
 * - Browsers have no zlib. Their `DecompressionStream` takes twice as long in Node, and there is no CRC-32 beside it.
 * - Data that ends early leaves bytes behind, and zlib then answers nothing more to who writes them. So what ends the
 *   work is the end of what comes out, and how much was used is for the caller to check.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Reason } from "../DownloadError.ts"

// How much comes out at once. More is not much faster, and costs memory.
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
