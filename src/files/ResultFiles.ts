/**
 * The result files of a job that is done, from the service's links to the disk.
 *
 * `download` fetches them into a directory; `progress` is the same as a stream that
 * tells how far each file has come. Both go through whatever `HttpClient`,
 * `FileSystem` and `Path` are provided, so they run over the in-memory fake as over
 * the real storage.
 *
 * A file arrives in a part, `<name>.<etag>.<random>.part`. It gets its own name, by a
 * rename, when all of it is there and its bytes are what its type says. A lost
 * connection, an interruption or a kill leaves the part behind. The next download,
 * in this process or another, requests only the rest, and only if the file is still
 * the same. A finished file is kept and not requested again.
 *
 * **Gotchas**
 *
 * - Names come from the job and the declared types, never from the links. Extensions
 *   come from the bytes, so that an `OBJ` is mostly a `.zip`.
 * - One file that fails does not stop the others: the error comes when all have ended.
 * - Links live 24 hours and grant access, so no error and no span holds their query.
 * - Links to this machine are opened only when `Endpoint` is on this machine too. If
 *   you provide an `Endpoint` for jobs, provide it for downloads as well.
 *
 * @since 0.1.0
 */
import * as ByteSize from "effect/ByteSize"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type * as HttpClient from "effect/http/HttpClient"
import * as Path from "effect/Path"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { makeDirectory } from "../internal/makeDirectory.ts"
import { withSpan } from "../internal/span.ts"
import type * as Job from "../job/Job.ts"
import { DownloadError, NoLinks } from "./DownloadError.ts"
import { onDisk } from "./internal/disk.ts"
import { type Target, targets } from "./internal/fileName.ts"
import { measuredDownload } from "./internal/metrics.ts"
import { transfer } from "./internal/transfer.ts"
import { isUnpacked, unpack } from "./internal/unpack.ts"
import * as whole from "./internal/whole.ts"

/**
 * How files are downloaded.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** Whether the preview images are downloaded too. `false` by default. */
  readonly previews?: boolean | undefined
  /** Whether zip archives are unpacked into a directory beside them. `false` by default. */
  readonly unpack?: boolean | undefined
  /** Whether files that are there already are downloaded again. `false` by default: whole files are kept. */
  readonly overwrite?: boolean | undefined
  /** The largest file, and the most that an archive may unpack to. 1 GiB by default. */
  readonly maxSize?: ByteSize.Input | undefined
  /** How long a connection may be silent before it is closed and the request retried. 60 seconds by default. */
  readonly idleTimeout?: Duration.Input | undefined
  /**
   * The fewest bytes a second, on average over a minute, before the connection is closed and the request retried.
   * 1 KiB by default; 0 allows any speed.
   */
  readonly minSpeed?: ByteSize.Input | undefined
}

/**
 * A file that is on the disk as a whole.
 *
 * @category models
 * @since 0.1.0
 */
export interface DownloadedFile {
  /** What it was downloaded for. */
  readonly file: Job.File3D
  /** Whether it is the preview of `file`. */
  readonly preview: boolean
  readonly path: string
  /** In bytes. */
  readonly size: number
  /** Whether it was there already, so that nothing was requested. */
  readonly kept: boolean
  /** The directory with the archive's files, when it was unpacked. */
  readonly unpacked?: string | undefined
}

/**
 * How far one file has come.
 *
 * @category models
 * @since 0.1.0
 */
export interface Progress {
  /** The file's name without its extension, which shows at its end only. */
  readonly name: string
  /** The bytes on the disk, those of earlier attempts included. */
  readonly received: number
  /** The size of the file, if the storage says it. */
  readonly total?: number | undefined
  /** Set by the last event of each file. */
  readonly finished?: DownloadedFile | undefined
}

type Services = HttpClient.HttpClient | FileSystem.FileSystem | Path.Path

/**
 * Downloads the result files of a job into a directory, which is created when it
 * is not there.
 *
 * **Details**
 *
 * Names are `<job id>-<type>.<extension>`, such as `1375367755519696896-glb.glb`,
 * with `-2`, `-3` for a type that comes several times and `-preview` for a preview.
 * Extensions come from the bytes where they are recognised (FBX, GIF, GLB, JPEG,
 * MP4, PNG, STL, USDZ, WEBP, ZIP), else from the link or the type if they name a
 * format of models, pictures or archives; otherwise the extension is `.bin`.
 *
 * Three files are under way at a time. Transient failures are retried eight times,
 * over about 45 seconds. No credentials, cookies or trace headers are sent and no
 * redirect is followed.
 *
 * A file is whole when the storage states its size and that many bytes arrived, or
 * when its body has an end that the transport checks, or when its format shows its
 * end. Where nothing of this holds, it fails with `MalformedResponse`.
 *
 * With `unpack`, `<name>.zip` is also unpacked into `<name>/`, which appears as a
 * whole or not at all. Refused are archives with paths that lead out of it or that
 * are not the same on every system, with encrypted or repeated files or symbolic
 * links, with more than 10 000 entries, or that unpack to more than 100 times their
 * size. Unpacking needs Node, Bun or Deno; elsewhere archives are refused.
 *
 * It fails with the `DownloadError` of the first file that failed, and with the
 * reason `NoLinks` when there is no link at all.
 *
 * **Gotchas**
 *
 * A file without a link is left out when others have one. A process that is killed
 * while it unpacks leaves a directory `<name>.unpacking-…` behind. Two downloads of
 * the same file at the same time both fetch it.
 *
 * **Example** (From the job to the disk)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { NodeServices } from "@effect/platform-node"
 * import { Effect, FileSystem, Layer } from "effect"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as Job from "effect-hunyuan3d/Job"
 * import * as QueryJob from "effect-hunyuan3d/QueryJob"
 * import * as ResultFiles from "effect-hunyuan3d/ResultFiles"
 *
 * const id = Job.JobId.make("1375367755519696896")
 * const program = Effect.gen(function* () {
 *   const fs = yield* FileSystem.FileSystem
 *   const directory = yield* fs.makeTempDirectoryScoped()
 *   const done = yield* QueryJob.QueryJob.use((jobs) => jobs.wait(id))
 *   const [first] = yield* ResultFiles.download(done, directory)
 *   assert.match(first?.path ?? "", /1375367755519696896-glb\.glb$/)
 *   assert.equal(first?.kept, false)
 *
 *   const [again] = yield* ResultFiles.download(done, directory)
 *   assert.equal(again?.kept, true)
 * })
 *
 * const Test = Layer.mergeAll(
 *   QueryJob.layer.pipe(Layer.provideMerge(Fake.layer({ jobs: [{ id, run: 0 }] }))),
 *   NodeServices.layer
 * )
 * await Effect.runPromise(Effect.scoped(Effect.provide(program, Test)))
 * ```
 *
 * @category downloading
 * @since 0.1.0
 */
export const download: (
  job: Job.Done,
  directory: string,
  options?: Options
) => Effect.Effect<ReadonlyArray<DownloadedFile>, DownloadError, Services> = (job, directory, options) =>
  downloadAll(job, directory, options ?? {}, () => Effect.void)

/**
 * Downloads as {@link download} does, and streams how far each file has come. The
 * stream ends when all files are there, or fails when one of them cannot be had.
 *
 * **Example** (Showing what arrives)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { NodeServices } from "@effect/platform-node"
 * import { Effect, FileSystem, Layer, Stream } from "effect"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as Job from "effect-hunyuan3d/Job"
 * import * as QueryJob from "effect-hunyuan3d/QueryJob"
 * import * as ResultFiles from "effect-hunyuan3d/ResultFiles"
 *
 * const id = Job.JobId.make("1375367755519696896")
 * const program = Effect.gen(function* () {
 *   const fs = yield* FileSystem.FileSystem
 *   const directory = yield* fs.makeTempDirectoryScoped()
 *   const done = yield* QueryJob.QueryJob.use((jobs) => jobs.wait(id))
 *   const lines = yield* ResultFiles.progress(done, directory).pipe(
 *     Stream.map(({ name, received, total }) => `${name}: ${received} of ${total}`),
 *     Stream.runCollect
 *   )
 *   assert.match(lines.at(-1) ?? "", /^1375367755519696896-glb: (\d+) of \1$/)
 * })
 *
 * const Test = Layer.mergeAll(
 *   QueryJob.layer.pipe(Layer.provideMerge(Fake.layer({ jobs: [{ id, run: 0 }] }))),
 *   NodeServices.layer
 * )
 * await Effect.runPromise(Effect.scoped(Effect.provide(program, Test)))
 * ```
 *
 * @category downloading
 * @since 0.1.0
 */
export const progress = (
  job: Job.Done,
  directory: string,
  options?: Options
): Stream.Stream<Progress, DownloadError, Services> =>
  Stream.callback<Progress, DownloadError, Services>(
    (queue) =>
      downloadAll(job, directory, options ?? {}, (event) => Queue.offer(queue, event)).pipe(
        Effect.andThen(Queue.end(queue))
      ),
    // A slow consumer slows the downloads down.
    { bufferSize: 16, strategy: "suspend" }
  )

// How many files are under way at a time.
const concurrency = 3

type Report = (event: Progress) => Effect.Effect<unknown>

const spanOfJob = <A, E, R>(self: Effect.Effect<A, E, R>, { id: jobId }: Job.Done) =>
  withSpan("ResultFiles.download", { jobId })(self)

const spanOfFile = ({ id: jobId }: Job.Done, { name, preview }: Target) =>
  withSpan("ResultFiles.file", { jobId, name, preview }, ({ kept, size }: DownloadedFile) => ({ kept, size }))

const downloadAll = Effect.fnUntraced(function* (job: Job.Done, directory: string, options: Options, report: Report) {
  const all = targets(job, options.previews ?? false)
  if (all.length === 0) {
    return yield* new DownloadError({
      jobId: job.id,
      file: job.id,
      reason: new NoLinks({ requestId: job.requestId })
    })
  }
  const results = yield* Effect.forEach(
    all,
    (target) =>
      downloadOne(target, directory, options, report).pipe(
        measuredDownload,
        spanOfFile(job, target),
        Effect.mapError((reason) => new DownloadError({ jobId: job.id, file: target.name, reason })),
        Effect.result
      ),
    { concurrency }
  )
  return yield* Effect.fromResult(Result.all(results))
}, spanOfJob)

const inBytes = (size: ByteSize.Input | undefined, byDefault: ByteSize.ByteSize) =>
  Number(size === undefined ? byDefault : ByteSize.fromInputUnsafe(size))

/** One file: kept if it is there, else fetched, then unpacked if that is wanted. */
const downloadOne = Effect.fnUntraced(function* (target: Target, directory: string, options: Options, report: Report) {
  const path = yield* Path.Path
  const { file, preview, name } = target
  const maxSize = inBytes(options.maxSize, ByteSize.gibibytes(1))
  const overwrite = options.overwrite ?? false

  yield* onDisk(directory, makeDirectory(directory))
  const before = overwrite ? undefined : yield* whole.find(target, directory)
  const fetched =
    before ??
    (yield* transfer({
      target,
      directory,
      maxSize,
      pace: {
        idleTimeout: Duration.fromInputUnsafe(options.idleTimeout ?? "60 seconds"),
        minSpeed: inBytes(options.minSpeed, ByteSize.kibibytes(1))
      },
      report: (received, total) => report({ name, received, total })
    }))

  const unpacked = options.unpack === true && fetched.extension === "zip" ? path.join(directory, name) : undefined
  if (unpacked !== undefined && (overwrite || !(yield* isUnpacked(unpacked)))) {
    yield* unpack(fetched, unpacked, { overwrite, maxSize })
  }
  const { size } = fetched
  const finished = { file, preview, path: fetched.path, size, kept: before !== undefined, unpacked }
  yield* report({ name, received: size, total: size, finished })
  return finished
})
