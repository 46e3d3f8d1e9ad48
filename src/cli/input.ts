/** What flags read: a text or an image, from a file or, where `-` is given, from standard input. */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Image from "../files/Image.ts"
import { why } from "../internal/transport.ts"
import type * as Hunyuan from "../job/Hunyuan.ts"
import { usage } from "./failure.ts"

/** Whether a flag's value means standard input. */
export const isStandardInput = (value: string): boolean => value === "-"

// The most that the API takes as one request.
const maxSize = ByteSize.megabytes(10)

const limit = ByteSize.format(maxSize, { unit: "MB" })

const readStandardInput = Effect.fnUntraced(function* (typed: string) {
  const { stdin } = yield* Stdio.Stdio
  return yield* stdin.pipe(
    Stream.mapError((cause) => usage(`${typed}: Standard input cannot be read. (${cause.message})`)),
    Stream.limitBytes(maxSize, () =>
      Stream.fail(usage(`${typed}: Standard input is larger than ${limit}, the most that a request may be. Give less.`))
    ),
    Stream.mkUint8Array
  )
})

/** A text from standard input, without the line feed at its end. */
export const readText = Effect.fnUntraced(function* (typed: string) {
  const bytes = yield* readStandardInput(typed)
  return yield* Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes).replace(/\r?\n$/, ""),
    catch: () => usage(`${typed}: Standard input is not text in UTF-8. Convert it.`)
  })
})

/** A text from a file or from standard input. */
export const readTextFile = Effect.fnUntraced(function* (typed: string, path: string) {
  if (isStandardInput(path)) return yield* readText(typed)
  return yield* FileSystem.FileSystem.use((fs) => fs.readFileString(path)).pipe(
    Effect.mapError(({ reason }) =>
      usage(
        reason._tag === "NotFound"
          ? `${typed}: There is no such file. Correct its name.`
          : `${typed}: The file cannot be read: ${why(reason)}. Correct this.`
      )
    )
  )
})

/** An image from a file or from standard input, checked. `typed` is the flag with its value. */
export const readImage = Effect.fnUntraced(
  function* (typed: string, path: string, limits: Hunyuan.ImageLimits) {
    return isStandardInput(path)
      ? yield* Image.fromBytes(yield* readStandardInput(typed), limits)
      : yield* Image.fromFile(path, limits)
  },
  (effect, typed) =>
    Effect.mapError(effect, (error) =>
      error instanceof Image.ImageError ? usage(`${typed}: ${error.reason.message}`) : error
    )
)
