/** The files of a job that were downloaded by an earlier run, as their manifest describes them. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import type * as Job from "../../job/Job.ts"
import { digestOf, Manifest } from "../manifest.ts"
import type { OutputFile } from "../output.ts"

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Manifest))

/** Read anew, where a run was stopped before it wrote the manifest. */
const describedAnew = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const described: typeof OutputFile.Type = {
    path: path.resolve(file),
    preview: false,
    size: Number((yield* fs.stat(file)).size),
    sha256: yield* digestOf(file),
    kept: true
  }
  return described
})

export const keptFiles = Effect.fnUntraced(function* (
  ticket: Job.JobTicket,
  directory: string,
  paths: ReadonlyArray<string>
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const place = path.resolve(directory, `${ticket.jobId}-manifest.json`)
  const manifest = decode(yield* Effect.orElseSucceed(fs.readFileString(place), () => ""))
  if (Option.isNone(manifest)) return { files: yield* Effect.forEach(paths, describedAnew) }
  const files = manifest.value.files.map(({ name, ...file }): typeof OutputFile.Type => ({
    ...file,
    path: path.resolve(directory, name),
    kept: true
  }))
  return { files, manifest: place }
})
