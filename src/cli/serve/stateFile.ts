/** The state of the fake in a file: read before `serve` listens, written when it ends. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Random from "effect/Random"
import { why } from "../../internal/transport.ts"
import type { Fake } from "../../testing/Fake.ts"
import { usage } from "../failure.ts"

const parse = (text: string) =>
  Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: () => usage("--state: The file is not JSON. Give one that serve has written, or remove it.")
  })

const unreadable = ({ reason }: PlatformError) =>
  usage(`--state: The file cannot be read: ${why(reason)}. Correct this.`)

/** Goes on from the state of the file, if there is one. */
export const restore = Effect.fnUntraced(function* (fake: Fake["Service"], file: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  if (yield* Effect.mapError(fs.exists(file), unreadable)) {
    const state = yield* Effect.flatMap(Effect.mapError(fs.readFileString(file), unreadable), parse)
    return yield* Effect.mapError(fake.restore(state), ({ message }) => usage(`--state: ${message}`, "InvalidState"))
  }
  // Rather now than when there is something to lose.
  yield* Effect.mapError(fs.access(path.dirname(path.resolve(file)), { writable: true }), ({ reason }) =>
    usage(`--state: The file cannot be written there: ${why(reason)}. Choose another place.`)
  )
})

/** Writes the state as a whole, by a rename. */
export const save = Effect.fnUntraced(function* (fake: Fake["Service"], file: string) {
  const fs = yield* FileSystem.FileSystem
  const temporary = `${file}.${(yield* Random.nextIntBetween(36 ** 7, 36 ** 8 - 1)).toString(36)}.tmp`
  const state = yield* fake.save
  yield* fs
    .writeFileString(temporary, `${JSON.stringify(state, undefined, 2)}\n`)
    .pipe(
      Effect.andThen(fs.rename(temporary, file)),
      Effect.ensuring(Effect.ignore(fs.remove(temporary, { force: true })))
    )
})
