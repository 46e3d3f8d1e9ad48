/**
 * Whether result files can be written into the directory of `--out`. That is tried
 * before a request is sent, so that no job is paid for whose files have no place.
 */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { makeDirectory } from "../internal/makeDirectory.ts"
import { why } from "../internal/transport.ts"
import { usage } from "./failure.ts"

// How large the files will be is not known yet. Only a disk that is full, or nearly so, is noticed.
const room = ByteSize.toNumberUnsafe(ByteSize.mebibytes(1))

/** Makes the directory, and writes a file that is removed again. */
export const checkOut = (directory: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    yield* makeDirectory(directory)
    const temporary = yield* fs.makeTempDirectoryScoped({ directory, prefix: ".hunyuan3d-" })
    yield* fs.writeFile(path.join(temporary, "probe"), new Uint8Array(room))
  }).pipe(
    Effect.scoped,
    Effect.mapError((cause) =>
      usage(
        `--out ${directory}: Nothing can be written there (${why(cause)}). Correct this, or choose another directory. Nothing was sent.`
      )
    )
  )
