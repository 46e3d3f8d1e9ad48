/** What a person or a script gets of a job in the end: its result files as a table or on the disk, or the job as JSON. */
import * as ByteSize from "effect/ByteSize"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import * as Predicate from "effect/Predicate"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as DownloadError from "../files/DownloadError.ts"
import type * as ResultFiles from "../files/ResultFiles.ts"
import * as Job from "../job/Job.ts"
import * as QueryJob from "../job/QueryJob.ts"
import { Failure } from "./failure.ts"
import { downloaded } from "./journal.ts"
import { loadResultFiles } from "./load.ts"
import type { DownloadFlags } from "./options.ts"
import { printJson, printLine, printTable } from "./print.ts"
import { Screen } from "./screen.ts"

/** The result files as a table: type, host of the link, and when the link expires. */
export const showFiles = Effect.fnUntraced(function* ({ files }: Job.Job) {
  if (files.length === 0) return yield* printLine("The job has no result files.")
  const now = yield* DateTime.now
  yield* printTable(
    ["TYPE", "HOST", "LINK EXPIRES"],
    files.map((file) => {
      const link = file.url ?? file.previewUrl
      return [
        file.type ?? "unknown",
        link === undefined ? "no link" : URL.canParse(link.href) ? new URL(link.href).host : "invalid link",
        file.expiresAt !== undefined ? expiry(file.expiresAt, now) : link === undefined ? "" : "unknown"
      ]
    })
  )
  if (files.every((file) => file.url === undefined)) {
    yield* printLine("The service gave no link to a result file, so nothing can be downloaded.")
  }
})

/** What the service says that the job cost, where it says it. */
export const showCredits = ({ credits }: Job.Job): Effect.Effect<void> => {
  if (credits === undefined) return Effect.void
  const { consumed, details } = credits
  const charges = typeof details === "object" ? Object.entries(details).map((charge) => charge.join(" ")) : [details]
  return printLine(`Credits: ${consumed}${details === undefined ? "" : ` (${charges.join(", ")})`}`)
}

const expiry = (at: DateTime.Utc, now: DateTime.Utc) => {
  const left = DateTime.distance(now, at)
  const day = DateTime.formatIso(at).slice(0, 16).replace("T", " ")
  return Duration.isPositive(left) ? `${day} UTC, in ${roughly(left)}` : `${day} UTC, expired`
}

export const roughly = (duration: Duration.Duration) => {
  const { days, hours, minutes } = Duration.parts(duration)
  return `${days * 24 + hours} h ${minutes} min`
}

/** Downloads the files of a job, shows how much has arrived, and lists them. */
export const showDownload = Effect.fnUntraced(function* (
  job: Job.Done,
  directory: string,
  flags: DownloadFlags & { readonly json?: boolean }
) {
  const ResultFiles = yield* loadResultFiles
  const screen = yield* Screen
  const arrived = yield* Ref.make("downloading")
  const options = { ...flags, maxSize: Option.getOrUndefined(flags.maxSize) }
  const files = yield* ResultFiles.progress(job, directory, options).pipe(
    Stream.tap((event) => Ref.set(arrived, bar(event))),
    Stream.map(({ finished }) => finished),
    Stream.filter(Predicate.isNotUndefined),
    Stream.runCollect,
    screen.during(Ref.get(arrived)),
    Effect.mapError(inFlags)
  )
  const path = yield* Path.Path
  yield* downloaded(
    job.id,
    files.map((file) => path.resolve(file.path))
  )
  yield* printTable(
    ["FILE", "SIZE", ""],
    files.map(({ path, size, kept, unpacked }) => [
      path,
      ByteSize.format(ByteSize.bytes(size)),
      [kept ? "kept, not downloaded again" : "", unpacked === undefined ? "" : `unpacked to ${unpacked}`]
        .filter(Boolean)
        .join(", ")
    ]),
    // With --json, standard output is for the JSON.
    flags.json === true ? Console.error : Console.log
  )
})

const inFlags = (error: DownloadError.DownloadError) =>
  error.reason._tag === "TooLarge"
    ? new Failure({
        message: `${error.file}: It is larger than ${ByteSize.format(ByteSize.bytes(error.reason.maxSize))}. Allow more with --max-size.`,
        exitCode: 1
      })
    : error

const bar = ({ name, received, total }: ResultFiles.Progress) => {
  if (total === undefined || total === 0) return `${name} ${ByteSize.format(ByteSize.bytes(received))}`
  const filled = Math.round((received / total) * 20)
  return `${name} ${"█".repeat(filled)}${"░".repeat(20 - filled)} ${Math.round((received / total) * 100)} %`
}

/** A job as one line of JSON. Unlike `JSON.stringify` this keeps the whole links, and says when each expires. */
export const printJob = (job: Job.Job) =>
  Effect.flatMap(Effect.orDie(Schema.encodeEffect(Job.Job)(job)), (encoded) =>
    printJson({
      ...encoded,
      files: job.files.map((file, index) => ({
        ...encoded.files?.[index],
        ...(file.expiresAt === undefined ? {} : { expiresAt: DateTime.formatIso(file.expiresAt) })
      }))
    })
  )

/** With `--json`, also the job that failed, or the last state before the time passed, is printed as JSON. */
export const printEnd =
  (flags: { readonly json: boolean }) =>
  <E, R>(self: Effect.Effect<Job.Done, E | QueryJob.JobFailed | QueryJob.WaitTimeout, R>) => {
    if (!flags.json) return self
    return self.pipe(
      Effect.tap(printJob),
      Effect.tapError((error) => {
        if (error instanceof QueryJob.JobFailed) return printJob(error.job)
        if (error instanceof QueryJob.WaitTimeout && error.last !== undefined) return printJob(error.last)
        return Effect.void
      })
    )
  }
