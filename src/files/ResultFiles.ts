/**
 * The result files of a job that is done, from the service's links to the disk.
 *
 * `download` fetches them into a directory; `progress` is the same as a stream that
 * tells how far each file has come. Both go through whatever `HttpClient`,
 * `FileSystem` and `Path` are provided, so they run on the in-memory model as on
 * the real storage.
 *
 * A file streams into `<name>.<etag>.part` and gets its own name, by a rename, when
 * all of it is there and its bytes are what its type says. Whatever ends a download
 * before, a lost connection, an interruption or a kill, leaves that part behind;
 * the next attempt, in this process or another, asks only for the rest, and only if
 * the file is still the same one. A finished file is kept and not asked for again.
 *
 * What surprises: names come from the job and the declared types, never from the
 * links, and extensions from the bytes, so that an `OBJ` is mostly a `.zip`. One
 * file that fails does not stop the others: the error comes when all have ended.
 * Links live 24 hours and grant access, so no error or span holds their query.
 *
 * @since 0.1.0
 */
import * as ByteSize from "effect/ByteSize"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Zip from "effect/encoding/Zip"
import * as FileSystem from "effect/FileSystem"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type * as PlatformError from "effect/PlatformError"
import * as Predicate from "effect/Predicate"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { isAllowed, why } from "../internal/transport.ts"
import * as Job from "../job/Job.ts"
import * as content from "./internal/content.ts"
import * as fileName from "./internal/fileName.ts"

/**
 * The link was valid for 24 hours, and they are over.
 *
 * @category reasons
 * @since 0.1.0
 */
export class LinkExpired extends Schema.TaggedError<LinkExpired>("effect-hunyuan3d/ResultFiles/LinkExpired")(
  "LinkExpired",
  {
    /** How long the link has been invalid, when it says until when it was valid. */
    since: Schema.optional(Schema.DurationFromMillis)
  }
) {
  readonly isRetryable = false
  override get message(): string {
    const when =
      this.since === undefined
        ? ""
        : ` ${Duration.format(Duration.minutes(Math.ceil(Duration.toMinutes(this.since))))} ago`
    return (
      `The link expired${when}. Query the job again for a new one, ` +
      `within 24 hours of its submit; after that its results are gone and it has to be submitted again.`
    )
  }
}

/**
 * The link is not one that may be asked: https, or http to a loopback host, and
 * without user name and password.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidLink extends Schema.TaggedError<InvalidLink>("effect-hunyuan3d/ResultFiles/InvalidLink")(
  "InvalidLink",
  {}
) {
  readonly isRetryable = false
  override get message(): string {
    return "The link is not an https link without credentials. Check where the job was asked for."
  }
}

/**
 * The storage answered with a status that brings no file. Redirects are among them:
 * none is followed.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Refused extends Schema.TaggedError<Refused>("effect-hunyuan3d/ResultFiles/Refused")("Refused", {
  /** The HTTP status. */
  status: Schema.Int,
  /** The storage's own code, such as `NoSuchKey`. */
  code: Schema.optional(Schema.String)
}) {
  /** Whether the status is one of a server in trouble, or of too many requests. */
  get isRetryable(): boolean {
    return this.status >= 500 || this.status === 408 || this.status === 429
  }
  override get message(): string {
    const code = this.code === undefined ? "" : ` ${this.code}`
    return (
      `The storage refused the file (HTTP ${this.status}${code}). ` +
      (this.isRetryable ? "Download again later." : "Query the job again for a new link.")
    )
  }
}

/**
 * The answer contradicts itself or the request: bytes are missing or too many, or
 * they are from another place of the file.
 *
 * @category reasons
 * @since 0.1.0
 */
export class MalformedResponse extends Schema.TaggedError<MalformedResponse>(
  "effect-hunyuan3d/ResultFiles/MalformedResponse"
)("MalformedResponse", {
  description: Schema.String
}) {
  readonly isRetryable = true
  override get message(): string {
    return `The file did not arrive as announced: ${this.description}. Download again.`
  }
}

/**
 * The storage could not be reached, or the connection was lost.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Transport extends Schema.TaggedError<Transport>("effect-hunyuan3d/ResultFiles/Transport")("Transport", {
  description: Schema.String,
  /** `false` when the transport says of itself that trying again is of no use, as a replay mismatch does. */
  isRetryable: Schema.Boolean
}) {
  override get message(): string {
    return `The connection failed (${this.description}). Check the network and download again: what has arrived is kept.`
  }
}

/**
 * No byte came for the time allowed.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Timeout extends Schema.TaggedError<Timeout>("effect-hunyuan3d/ResultFiles/Timeout")("Timeout", {
  timeout: Schema.DurationFromMillis
}) {
  readonly isRetryable = true
  override get message(): string {
    return `Nothing arrived for ${Duration.format(this.timeout)}. Check the network and download again: what has arrived is kept.`
  }
}

/**
 * The file, or what an archive unpacks to, is larger than allowed.
 *
 * @category reasons
 * @since 0.1.0
 */
export class TooLarge extends Schema.TaggedError<TooLarge>("effect-hunyuan3d/ResultFiles/TooLarge")("TooLarge", {
  /** In bytes. */
  maxSize: Schema.Number
}) {
  readonly isRetryable = false
  override get message(): string {
    return `It is larger than ${ByteSize.format(ByteSize.bytes(this.maxSize))}. Allow more by maxSize if that can be right.`
  }
}

/**
 * The bytes are not those of a file of the declared type.
 *
 * @category reasons
 * @since 0.1.0
 */
export class UnexpectedContent extends Schema.TaggedError<UnexpectedContent>(
  "effect-hunyuan3d/ResultFiles/UnexpectedContent"
)("UnexpectedContent", {
  description: Schema.String
}) {
  readonly isRetryable = false
  override get message(): string {
    return `What arrived is not the file: ${this.description}. Query the job again for a new link.`
  }
}

/**
 * The archive is broken, encrypted, or one that would write where it must not.
 *
 * @category reasons
 * @since 0.1.0
 */
export class InvalidArchive extends Schema.TaggedError<InvalidArchive>("effect-hunyuan3d/ResultFiles/InvalidArchive")(
  "InvalidArchive",
  {
    description: Schema.String
  }
) {
  readonly isRetryable = false
  override get message(): string {
    return `The archive was not unpacked: ${this.description}. It is there as it came.`
  }
}

/**
 * A file or directory could not be read or written.
 *
 * @category reasons
 * @since 0.1.0
 */
export class Disk extends Schema.TaggedError<Disk>("effect-hunyuan3d/ResultFiles/Disk")("Disk", {
  path: Schema.String,
  cause: Schema.Defect()
}) {
  readonly isRetryable = false
  override get message(): string {
    return `${this.path} could not be used: ${diskTrouble(this.cause)} and download again: what has arrived is kept.`
  }
}

const diskTrouble = (cause: unknown): string => {
  if (Predicate.hasProperty(cause, "cause") && Predicate.hasProperty(cause.cause, "code")) {
    if (cause.cause.code === "ENOSPC" || cause.cause.code === "EDQUOT") return "the disk is full. Free some space"
    if (cause.cause.code === "EROFS") return "the disk is read-only. Choose another directory"
  }
  return Predicate.hasProperty(cause, "reason") && Predicate.isTagged(cause.reason, "PermissionDenied")
    ? "access was denied. Change its permissions or choose another directory"
    : `${why(cause)}. Mend that`
}

/**
 * All reasons for which a download fails.
 *
 * @category reasons
 * @since 0.1.0
 */
export const Reason = Schema.Union([
  LinkExpired,
  InvalidLink,
  Refused,
  MalformedResponse,
  Transport,
  Timeout,
  TooLarge,
  UnexpectedContent,
  InvalidArchive,
  Disk
])

/**
 * The type of {@link Reason}.
 *
 * @category reasons
 * @since 0.1.0
 */
export type Reason = typeof Reason.Type

/**
 * One file could not be downloaded.
 *
 * **Details**
 *
 * `file` is its name without the extension. Downloading again asks only for what
 * is missing, whatever the `reason`.
 *
 * **Example** (Handling one reason)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect } from "effect"
 * import * as Job from "effect-hunyuan3d/Job"
 * import { DownloadError, LinkExpired } from "effect-hunyuan3d/ResultFiles"
 *
 * const jobId = Job.JobId.make("1375367755519696896")
 * const download = Effect.fail(new DownloadError({ jobId, file: `${jobId}-glb`, reason: new LinkExpired({}) }))
 * const handled = download.pipe(
 *   Effect.catchReason("DownloadError", "LinkExpired", () => Effect.succeed("query the job again"))
 * )
 * assert.equal(await Effect.runPromise(handled), "query the job again")
 * ```
 *
 * @category errors
 * @since 0.1.0
 */
export class DownloadError extends Schema.TaggedError<DownloadError>("effect-hunyuan3d/DownloadError")(
  "DownloadError",
  {
    jobId: Job.JobId,
    file: Schema.String,
    reason: Reason
  }
) {
  /** Whether the same download may succeed later. It has already been tried several times by the time it fails. */
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }
  override get message(): string {
    return `${this.file}: ${this.reason.message}`
  }
}

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
  /** Whether files that are there already are downloaded again. `false` by default: they are kept. */
  readonly overwrite?: boolean | undefined
  /** The largest file, and the most that an archive may unpack to. 1 GiB by default. */
  readonly maxSize?: ByteSize.Input | undefined
  /** How long a connection may be silent before it is given up and tried again. 60 seconds by default. */
  readonly idleTimeout?: Duration.Input | undefined
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
  /** Whether it was there already, so that nothing was asked for. */
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
 * MP4, PNG, STL, USDZ, WEBP, ZIP), else from the link, else from the type.
 *
 * Three files are under way at a time. Transient failures are tried eight times
 * more, over about 45 seconds. No credentials, cookies or trace headers are sent and
 * no redirect is followed.
 *
 * With `unpack`, `<name>.zip` is also unpacked into `<name>/`, which appears as a
 * whole or not at all. Refused are archives with paths that lead out of it or that
 * are not the same on every system, with encrypted or repeated files, with more
 * than 10 000 entries, or that unpack to more than 100 times their size. A symbolic
 * link comes out as a small file that holds its target.
 *
 * **Gotchas**
 *
 * A file of the job without a link is left out. A process that is killed while it
 * unpacks leaves a directory `<name>.unpacking-…` behind.
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
) => Effect.Effect<ReadonlyArray<DownloadedFile>, DownloadError, Services> = Effect.fn("ResultFiles.download")(
  function* (job: Job.Done, directory: string, options?: Options) {
    yield* Effect.annotateCurrentSpan({ jobId: job.id })
    return yield* downloadAll(job, directory, options ?? {}, () => Effect.void)
  }
)

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

const defaultMaxSize = ByteSize.gibibytes(1)

const retries = Schedule.min([Schedule.exponential("250 millis"), Schedule.spaced("15 seconds")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ times: 8 })
)

type Report = (event: Progress) => Effect.Effect<unknown>

const downloadAll = Effect.fnUntraced(function* (job: Job.Done, directory: string, options: Options, report: Report) {
  const results = yield* Effect.forEach(
    fileName.targets(job, options.previews ?? false),
    (target) =>
      downloadOne(target, directory, options, report).pipe(
        Effect.mapError((reason) => new DownloadError({ jobId: job.id, file: target.name, reason })),
        Effect.result
      ),
    { concurrency }
  )
  return yield* Effect.fromResult(Result.all(results))
})

/** A file that is on the disk as a whole. */
interface Whole {
  readonly path: string
  readonly size: number
  readonly extension: string
}

/** One file: kept if it is there, else fetched, then unpacked if that is wanted. */
const downloadOne = Effect.fnUntraced(function* (
  target: fileName.Target,
  directory: string,
  options: Options,
  report: Report
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { file, preview, name } = target
  const maxSize = Number(options.maxSize === undefined ? defaultMaxSize : ByteSize.fromInputUnsafe(options.maxSize))
  const overwrite = options.overwrite ?? false

  yield* onDisk(directory, fs.makeDirectory(directory, { recursive: true }))
  const before = overwrite ? undefined : yield* findWhole(target, directory)
  const whole =
    before ??
    (yield* fetchFile(
      target,
      directory,
      { maxSize, idleTimeout: Duration.fromInputUnsafe(options.idleTimeout ?? "60 seconds") },
      report
    ))

  const unpacked = options.unpack === true && whole.extension === "zip" ? path.join(directory, name) : undefined
  if (unpacked !== undefined && (overwrite || !(yield* onDisk(unpacked, fs.exists(unpacked))))) {
    yield* unpack(whole, unpacked, maxSize)
  }
  const finished = { file, preview, path: whole.path, size: whole.size, kept: before !== undefined, unpacked }
  yield* report({ name, received: whole.size, total: whole.size, finished })
  return finished
})

/** The file, if it is there already. */
const findWhole = Effect.fnUntraced(function* (target: fileName.Target, directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const entries = new Set(yield* onDisk(directory, fs.readDirectory(directory)))
  for (const extension of [...content.extensions, fileName.fallbackExtension(target)]) {
    const entry = `${target.name}.${extension}`
    if (!entries.has(entry)) continue
    const place = path.join(directory, entry)
    const whole: Whole = { path: place, size: yield* sizeOf(place), extension }
    return whole
  }
  return undefined
})

/** Fetches a file by as many attempts as it takes, each from where the last one ended. */
const fetchFile = Effect.fnUntraced(function* (
  target: fileName.Target,
  directory: string,
  limits: { readonly maxSize: number; readonly idleTimeout: Duration.Duration },
  report: Report
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const client = yield* HttpClient.HttpClient
  const fetchOptions = yield* Effect.serviceOption(FetchHttpClient.RequestInit)
  const { file, preview, url, name } = target
  const { maxSize, idleTimeout } = limits
  const at = (entry: string) => path.join(directory, entry)
  const remove = (place: string) => onDisk(place, fs.remove(place, { force: true }))

  if (!isAllowed(url)) return yield* new InvalidLink()
  const now = yield* DateTime.now
  if (file.expiresAt !== undefined && DateTime.isLessThanOrEqualTo(file.expiresAt, now)) {
    return yield* new LinkExpired({ since: DateTime.distance(file.expiresAt, now) })
  }

  /** What has arrived so far, with the ETag that it was sent with. */
  const parts = Effect.gen(function* () {
    const found: Array<{ readonly path: string; readonly etag: string | undefined; readonly size: number }> = []
    for (const entry of yield* onDisk(directory, fs.readDirectory(directory))) {
      const match = entry.startsWith(`${name}.`) ? partSuffix.exec(entry.slice(name.length)) : null
      if (match !== null) found.push({ path: at(entry), etag: match[1], size: yield* sizeOf(at(entry)) })
    }
    return found
  })

  /** Gives a part its own name, if its bytes are what they should be. `isAll` when the storage says that no more exist. */
  const finish = Effect.fnUntraced(function* (part: string, size: number, isAll: boolean) {
    const sample = (offset: number) =>
      onDisk(part, Stream.mkUint8Array(fs.stream(part, { offset, bytesToRead: content.sampleSize })))
    const finding = content.inspect(preview ? "image" : file.type, {
      head: yield* sample(0),
      tail: yield* sample(Math.max(0, size - content.sampleSize)),
      size
    })
    if (finding._tag === "CutOff" && !isAll) {
      return yield* new MalformedResponse({ description: `${finding.description}, and ${size} bytes arrived` })
    }
    if (finding._tag !== "Accepted") {
      yield* remove(part)
      return yield* new UnexpectedContent({ description: finding.description })
    }
    const extension = finding.extension ?? fileName.fallbackExtension(target)
    const whole: Whole = { path: at(`${name}.${extension}`), size, extension }
    yield* onDisk(whole.path, fs.rename(part, whole.path))
    for (const other of yield* parts) yield* remove(other.path)
    return whole
  })

  const bytes = (response: HttpClientResponse.HttpClientResponse) =>
    response.stream.pipe(
      Stream.mapError(fromHttpClientError),
      Stream.timeoutOrElse({
        duration: idleTimeout,
        orElse: () => Stream.fail(new Timeout({ timeout: idleTimeout }))
      })
    )

  /** Writes a body to the disk from `offset` on, and says how many bytes there are then. */
  const write = Effect.fnUntraced(function* (
    response: HttpClientResponse.HttpClientResponse,
    place: string,
    offset: number,
    total: number | undefined
  ) {
    // Never emptied first: should another process download the same file, both write the same bytes.
    yield* onDisk(place, Effect.scoped(fs.open(place, { flag: "a" })))
    const open = yield* onDisk(place, fs.open(place, { flag: "r+" }))
    yield* onDisk(place, open.seek(BigInt(offset), "start"))
    let received = offset
    yield* report({ name, received, total })
    yield* Stream.runForEach(bytes(response), (chunk) =>
      Effect.gen(function* () {
        received += chunk.length
        if (total !== undefined && received > total) {
          return yield* new MalformedResponse({ description: `more than the announced ${total} bytes came` })
        }
        if (received > maxSize) {
          yield* remove(place)
          return yield* new TooLarge({ maxSize })
        }
        yield* onDisk(place, open.writeAll(chunk))
        yield* report({ name, received, total })
      })
    )
    if (total !== undefined && received < total) {
      return yield* new MalformedResponse({ description: `${received} of ${total} bytes came` })
    }
    yield* onDisk(place, Effect.andThen(open.truncate(received), open.sync))
    return received
  }, Effect.scoped)

  const attempt = Effect.gen(function* () {
    const part = (yield* parts).find(({ etag }) => etag !== undefined)
    const response = yield* client
      .get(url, {
        headers: {
          // Any other would make lengths and places in the file mean something else.
          "accept-encoding": "identity",
          ...(part === undefined ? {} : { range: `bytes=${part.size}-`, "if-range": `"${part.etag}"` })
        }
      })
      .pipe(
        Effect.mapError(fromHttpClientError),
        Effect.timeoutOrElse({
          duration: idleTimeout,
          orElse: () => Effect.fail(new Timeout({ timeout: idleTimeout }))
        })
      )
    const { status, headers } = response
    const [, first, size] = /^bytes (?:([0-9]+)-[0-9]+|\*)\/([0-9]+|\*)$/.exec(headers["content-range"] ?? "") ?? []
    const etag = /^"([a-zA-Z0-9-]{1,100})"$/.exec(headers["etag"] ?? "")?.[1]

    const resumed = part !== undefined && (status === 206 || status === 416)
    if (resumed) {
      if (status === 416 && Number(size) === part.size) return yield* finish(part.path, part.size, true)
      if (status === 416 || Number(first) !== part.size || etag !== part.etag) {
        yield* remove(part.path)
        return yield* new MalformedResponse({ description: "another part of the file came than was asked for" })
      }
    } else if (status !== 200) {
      const text = yield* Stream.limitBytes(bytes(response), maxRefusal, () => Stream.empty).pipe(
        Stream.mkUint8Array,
        Effect.map((body) => new TextDecoder().decode(body)),
        Effect.orElseSucceed(() => "")
      )
      return yield* status === 403 && /\bexpired\b/i.test(text)
        ? new LinkExpired({})
        : new Refused({ status, code: /<Code>([A-Za-z.]{1,64})<\/Code>/.exec(text)?.[1] })
    }
    if (!["", "identity"].includes(headers["content-encoding"] ?? "")) {
      return yield* new UnexpectedContent({ description: "it is compressed, which was not asked for" })
    }

    const offset = resumed ? part.size : 0
    const length = /^[0-9]{1,15}$/.exec(headers["content-length"] ?? "")?.[0]
    const announced = length === undefined ? undefined : offset + Number(length)
    const total = resumed && size !== "*" ? Number(size) : announced
    if (total !== undefined && total > maxSize) return yield* new TooLarge({ maxSize })

    const place = at(etag === undefined ? `${name}.part` : `${name}.${etag}.part`)
    if (part !== undefined && part.path !== place) yield* remove(part.path)
    return yield* finish(place, yield* write(response, place, offset, total), false)
  })

  return yield* Effect.retry(attempt, { schedule: retries, while: (reason) => reason.isRetryable }).pipe(
    // The client's own spans hold the whole link.
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true),
    Effect.provideService(FetchHttpClient.RequestInit, {
      ...Option.getOrUndefined(fetchOptions),
      credentials: "omit",
      headers: {},
      redirect: "manual"
    })
  )
})

// A refusal says why in a few hundred bytes of XML.
const maxRefusal = ByteSize.kibibytes(16)

// A file that has not arrived, with the ETag that a later request can resume it by.
const partSuffix = /^\.(?:([a-zA-Z0-9-]+)\.)?part$/

// Text of a model compresses to a fifth, so there is room enough below these.
const maxRatio = 100
const maxEntries = 10_000

/** Unpacks an archive into a directory that is then there as a whole or not at all. */
const unpack = Effect.fnUntraced(function* (archive: Whole, directory: string, maxSize: number) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const refuse = (description: string) => new InvalidArchive({ description })
  const fromDecoder = (error: Zip.ZipError | PlatformError.PlatformError) =>
    Zip.isZipError(error) ? refuse(error.message.slice(0, 500)) : new Disk({ path: archive.path, cause: error })

  const temporary = yield* onDisk(
    directory,
    fs.makeTempDirectoryScoped({ directory: path.dirname(directory), prefix: `${path.basename(directory)}.unpacking-` })
  )
  // Inside, since a temporary directory itself can be read by nobody else.
  const root = path.join(temporary, "files")
  yield* onDisk(root, fs.makeDirectory(root))
  // However small an archive is, 16 MiB do no harm.
  const ratioSize = Math.max(archive.size * maxRatio, 16 * 1024 * 1024)
  const read = fileName.makePathReader()
  let entries = 0
  let size = 0

  const unpackEntry = Effect.fnUntraced(function* ({
    header,
    body
  }: Zip.Entry<Zip.ZipError | PlatformError.PlatformError>) {
    const named = JSON.stringify(header.path.slice(0, 200))
    if (++entries > maxEntries) return yield* refuse(`it has more than ${maxEntries} entries`)
    const parts = read(header.path, header.type)
    if (typeof parts === "string") return yield* refuse(`the path ${named} ${parts}`)
    const place = path.join(root, ...parts)
    const parent = header.type === "Directory" ? place : path.dirname(place)
    yield* onDisk(parent, fs.makeDirectory(parent, { recursive: true }))
    const open = header.type === "File" ? yield* onDisk(place, fs.open(place, { flag: "wx" })) : undefined
    yield* Stream.runForEach(Stream.mapError(body, fromDecoder), (chunk) =>
      Effect.gen(function* () {
        size += chunk.length
        if (size > maxSize) return yield* new TooLarge({ maxSize })
        if (size > ratioSize) return yield* refuse(`it unpacks to more than ${maxRatio} times its size`)
        if (open === undefined) return yield* refuse(`the directory ${named} has bytes`)
        yield* onDisk(place, open.writeAll(chunk))
      })
    )
  }, Effect.scoped)

  yield* fs
    .stream(archive.path)
    .pipe(Stream.pipeThroughChannel(Zip.decode()), Stream.mapError(fromDecoder), Stream.runForEach(unpackEntry))
  // There only when it is to be overwritten.
  yield* onDisk(directory, fs.remove(directory, { force: true, recursive: true }))
  yield* onDisk(directory, fs.rename(root, directory))
}, Effect.scoped)

const onDisk = <A, R>(path: string, effect: Effect.Effect<A, PlatformError.PlatformError, R>) =>
  Effect.mapError(effect, (cause) => new Disk({ path, cause }))

const sizeOf = (path: string) =>
  FileSystem.FileSystem.use((fs) =>
    onDisk(
      path,
      Effect.map(fs.stat(path), (info) => Number(info.size))
    )
  )

const fromHttpClientError = ({ reason }: HttpClientError.HttpClientError) => {
  if (reason._tag === "EmptyBodyError") return new MalformedResponse({ description: "it has no body" })
  // From a client that was told to fail on these.
  if (reason._tag === "StatusCodeError") return new Refused({ status: reason.response.status })
  return new Transport({
    description: (why(reason.cause) || (reason.description ?? reason._tag)).replaceAll(/\?\S*/g, "?…"),
    isRetryable: !(Predicate.hasProperty(reason.cause, "isRetryable") && reason.cause.isRetryable === false)
  })
}
