/** What comes of a job in the end: its result files as a table or on the disk, and what it cost. */
import * as ByteSize from "effect/ByteSize"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { DownloadError } from "../files/DownloadError.ts"
import type * as Job from "../job/Job.ts"
import { showArrival } from "./arrival.ts"
import { type Failure, usage } from "./failure.ts"
import { downloaded } from "./journal.ts"
import { loadResultFiles } from "./load.ts"
import { described, writeManifest } from "./manifest.ts"
import type { DownloadFlags } from "./options.ts"
import type { OutputFile } from "./output.ts"
import { printLine, printTable } from "./print.ts"
import { add, unlessJson } from "./report.ts"

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
  const { days, hours, minutes, seconds } = Duration.parts(duration)
  if (days + hours > 0) return `${days * 24 + hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min` : `${seconds} s`
}

/** Downloads the files of a job, shows how much has arrived, lists them, and writes their manifest. Gives the files. */
export const showDownload = Effect.fnUntraced(function* (
  ticket: Job.JobTicket,
  job: Job.Done,
  directory: string,
  flags: DownloadFlags
) {
  const ResultFiles = yield* loadResultFiles
  const options = { ...flags, maxSize: Option.getOrUndefined(flags.maxSize) }
  let files: ReadonlyArray<typeof OutputFile.Type> = []
  const arriving = ResultFiles.progress(job, directory, options).pipe(
    Stream.tap(
      Effect.fnUntraced(function* ({ finished }) {
        if (finished === undefined) return
        const file = yield* described(finished)
        files = [...files, file].toSorted((one, other) => (one.path < other.path ? -1 : 1))
        yield* add({ files })
      })
    )
  )
  const finished = yield* Effect.mapError(showArrival(arriving), downloadInFlags)
  yield* downloaded(
    job.id,
    files.map(({ path }) => path)
  )
  const listed = printTable(
    ["FILE", "SIZE", ""],
    finished.map(({ path, size, kept, unpacked }) => [
      path,
      ByteSize.format(ByteSize.bytes(size)),
      [kept ? "kept, not downloaded again" : "", unpacked === undefined ? "" : `unpacked to ${unpacked}`]
        .filter(Boolean)
        .join(", ")
    ])
  )
  yield* unlessJson(listed)
  yield* add({ manifest: yield* writeManifest(ticket, job, directory, files) })
  return files
})

/** A download that failed, in the words of the command line. */
export const downloadInFlags = (error: DownloadError | Failure) =>
  error._tag === "DownloadError" && error.reason._tag === "TooLarge"
    ? usage(
        `${error.file}: It is larger than ${ByteSize.format(ByteSize.bytes(error.reason.maxSize))}. Allow more with --max-size.`,
        error.reason._tag
      )
    : error
