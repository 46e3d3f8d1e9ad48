/**
 * The files of a job on the disk: their digests, and the manifest beside them,
 * `<JobId>-manifest.json`. Jobs that are downloaded into one directory have one each,
 * as their files do. It holds no links.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { DownloadedFile } from "../files/ResultFiles.ts"
import { makeHasher } from "../internal/sha256.ts"
import { why } from "../internal/transport.ts"
import * as Job from "../job/Job.ts"
import { usage } from "./failure.ts"
import { OutputFile } from "./output.ts"

const { kept, preview, sha256, size, type } = OutputFile.fields

export const Manifest = Schema.Struct({
  version: Schema.Literal(1),
  ticket: Job.JobTicket,
  /** The service's own word, such as `DONE`. */
  status: Schema.String,
  /** When the files were downloaded, or found to be there. */
  date: Schema.DateTimeUtcFromString,
  /** `name` is relative to the directory of the manifest. */
  files: Schema.Array(Schema.Struct({ name: Schema.String, type, preview, size, sha256, kept }))
})

const encode = Schema.encodeEffect(Manifest)

/** The digest of a file, which may be larger than the memory. */
export const digestOf = (path: string) =>
  FileSystem.FileSystem.use((fs) => {
    const hasher = makeHasher()
    return fs.stream(path).pipe(
      Stream.runForEach((bytes) => Effect.sync(() => hasher.update(bytes))),
      Effect.map(() => hasher.digest())
    )
  })

/** What scripts are told of a file. */
export const described = Effect.fnUntraced(function* ({ file, kept, preview, size, ...downloaded }: DownloadedFile) {
  const path = yield* Path.Path
  const sha256 = yield* Effect.mapError(digestOf(downloaded.path), (cause) =>
    usage(`${downloaded.path} was downloaded, and cannot be read (${why(cause)}). Download again.`, "Disk")
  )
  const described: typeof OutputFile.Type = {
    path: path.resolve(downloaded.path),
    ...(file.type === undefined ? {} : { type: file.type }),
    preview,
    size,
    sha256,
    kept,
    ...(downloaded.unpacked === undefined ? {} : { unpacked: path.resolve(downloaded.unpacked) })
  }
  return described
})

/** Writes the manifest as a whole, by a rename, and answers with its path. */
export const writeManifest = Effect.fnUntraced(function* (
  ticket: Job.JobTicket,
  job: Job.Job,
  directory: string,
  files: ReadonlyArray<typeof OutputFile.Type>
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const place = path.resolve(directory, `${ticket.jobId}-manifest.json`)
  const temporary = `${place}.${(yield* Random.nextIntBetween(36 ** 7, 36 ** 8 - 1)).toString(36)}.tmp`
  const manifest = yield* Effect.orDie(
    encode({
      version: 1,
      ticket,
      status: job.status,
      date: yield* DateTime.now,
      files: files.map(({ path: whole, ...file }) => ({ name: path.relative(directory, whole), ...file }))
    })
  )
  yield* fs.writeFileString(temporary, `${JSON.stringify(manifest, undefined, 2)}\n`).pipe(
    Effect.andThen(fs.rename(temporary, place)),
    Effect.ensuring(Effect.ignore(fs.remove(temporary, { force: true }))),
    Effect.mapError((cause) =>
      usage(
        `The files are there, but ${place} cannot be written (${why(cause)}). Correct this, then download again.`,
        "Disk"
      )
    )
  )
  return place
})
