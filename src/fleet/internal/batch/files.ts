/** The files of a batch's jobs, in one directory. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as HttpClient from "effect/http/HttpClient"
import * as Path from "effect/Path"
import type { DownloadError } from "../../../files/DownloadError.ts"
import * as ResultFiles from "../../../files/ResultFiles.ts"
import type * as Job from "../../../job/Job.ts"

export interface Files<R> {
  /** Whether files that were downloaded before are still in the directory. */
  readonly areThere: (paths: ReadonlyArray<string>) => Effect.Effect<boolean, never, R>
  readonly download: (job: Job.Done) => Effect.Effect<ReadonlyArray<ResultFiles.DownloadedFile>, DownloadError, R>
}

export const make = (
  directory: string,
  options: ResultFiles.Options
): Files<HttpClient.HttpClient | FileSystem.FileSystem | Path.Path> => ({
  areThere: Effect.fnUntraced(function* (paths) {
    if (options.overwrite === true || paths.length === 0) return false
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const place = path.resolve(directory)
    return yield* Effect.forEach(paths, (file) =>
      path.dirname(path.resolve(file)) === place
        ? Effect.orElseSucceed(fs.exists(file), () => false)
        : Effect.succeed(false)
    ).pipe(Effect.map((are) => are.every((is) => is)))
  }),
  download: (job) => ResultFiles.download(job, directory, options)
})
