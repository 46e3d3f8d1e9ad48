/**
 * What a person sees of a job: its changes while they happen, on standard error,
 * and its result files at the end, on standard output.
 *
 * On a terminal a line below the changes shows that time goes by; elsewhere there
 * are only the changes, one line each.
 */
import * as ByteSize from "effect/ByteSize"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as ResultFiles from "../files/ResultFiles.ts"
import * as Job from "../job/Job.ts"
import * as QueryJob from "../job/QueryJob.ts"

const meanings: Readonly<Record<Job.Job["_tag"], string>> = {
  Waiting: "waits for a task slot",
  Running: "is being computed",
  Done: "is done",
  Failed: "failed",
  Unrecognized: "is in a state that this program does not know"
}

const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

const eraseLine = "\r\u001b[2K"

/** Shows each change of a job with the time since the start, and answers with the job when it is done. */
export const showChanges = Effect.fnUntraced(function* <E, R>(changes: Stream.Stream<Job.Job, E, R>) {
  const stdio = yield* Stdio.Stdio
  const animated = yield* stdio.stderrIsTerminal
  const started = yield* Clock.currentTimeMillis
  const status = yield* Ref.make("asking")
  const write = (text: string) => Effect.ignore(Stream.run(Stream.succeed(text), stdio.stderr()))
  const elapsed = Effect.map(Clock.currentTimeMillis, (now) => now - started)

  const animation = Effect.gen(function* () {
    const millis = yield* elapsed
    const frame = spinner[Math.floor(millis / 100) % spinner.length]
    yield* write(`${eraseLine}${frame} ${seconds(millis)}  ${yield* Ref.get(status)}`)
    yield* Effect.sleep("100 millis")
  }).pipe(Effect.forever, Effect.ensuring(write(eraseLine)))
  const show = (job: Job.Job) =>
    Effect.gen(function* () {
      yield* Ref.set(status, job.status)
      const line = `${seconds(yield* elapsed).padStart(8)}  ${job.status.padEnd(5)} the job ${meanings[job._tag]}\n`
      yield* write(animated ? eraseLine + line : line)
    })

  const shown = changes.pipe(Stream.tap(show), Stream.runLast)
  const last = Option.getOrUndefined(yield* animated ? Effect.raceFirst(shown, animation) : shown)
  if (last?._tag === "Failed") return yield* new QueryJob.JobFailed({ job: last })
  if (last?._tag === "Done") return last
  return yield* Effect.die(new Error("a watch ended before its job did"))
})

const seconds = (millis: number) => `${(millis / 1000).toFixed(1)} s`

/** The result files as a table: type, host of the link, and when the link expires. */
export const showFiles = Effect.fnUntraced(function* ({ files }: Job.Job) {
  if (files.length === 0) return yield* Console.log("The job has no result files.")
  const now = yield* DateTime.now
  yield* showTable(
    ["TYPE", "HOST", "LINK EXPIRES"],
    files.map((file) => [
      file.type ?? "(no type)",
      hostOf((file.url ?? file.previewUrl)?.href),
      file.expiresAt === undefined ? "(not said)" : expiry(file.expiresAt, now)
    ])
  )
})

/** Downloads the files of a job, shows how far they have come, and lists them. */
export const showDownload = Effect.fnUntraced(function* (
  job: Job.Done,
  directory: string,
  options: ResultFiles.Options & { readonly json?: boolean }
) {
  const stdio = yield* Stdio.Stdio
  const animated = yield* stdio.stderrIsTerminal
  const write = (text: string) => Effect.ignore(Stream.run(Stream.succeed(text), stdio.stderr()))
  const files = yield* ResultFiles.progress(job, directory, options).pipe(
    Stream.tap((event) => (animated ? write(eraseLine + bar(event)) : Effect.void)),
    Stream.map(({ finished }) => finished),
    Stream.filter(Predicate.isNotUndefined),
    Stream.runCollect,
    Effect.ensuring(animated ? write(eraseLine) : Effect.void)
  )
  yield* showTable(
    ["FILE", "SIZE", ""],
    files.map(({ path, size, kept, unpacked }) => [
      path,
      ByteSize.format(ByteSize.bytes(size)),
      [kept ? "was there already" : "", unpacked === undefined ? "" : `unpacked to ${unpacked}`]
        .filter(Boolean)
        .join(", ")
    ]),
    // Standard output then belongs to the JSON.
    options.json === true ? Console.error : Console.log
  )
})

const bar = ({ name, received, total }: ResultFiles.Progress) => {
  if (total === undefined || total === 0) return `${name} ${ByteSize.format(ByteSize.bytes(received))}`
  const filled = Math.round((received / total) * 20)
  return `${name} ${"█".repeat(filled)}${"░".repeat(20 - filled)} ${Math.round((received / total) * 100)} %`
}

/** A value as one line of JSON, as its schema writes it. Unlike `JSON.stringify` this keeps a job's whole links. */
export const showJson = <A>(schema: Schema.ConstraintCodec<A, unknown>, value: A) =>
  Effect.flatMap(Effect.orDie(Schema.encodeEffect(schema)(value)), (encoded) => Console.log(JSON.stringify(encoded)))

/** With `--json`, also the job that failed, or the last state before the time passed, is printed as JSON. */
export const showEnd =
  (flags: { readonly json: boolean }) =>
  <E, R>(self: Effect.Effect<Job.Done, E | QueryJob.JobFailed | QueryJob.WaitTimeout, R>) => {
    if (!flags.json) return self
    return self.pipe(
      Effect.tap((job) => showJson(Job.Job, job)),
      Effect.tapError((error) => {
        if (error instanceof QueryJob.JobFailed) return showJson(Job.Job, error.job)
        if (error instanceof QueryJob.WaitTimeout && error.last !== undefined) return showJson(Job.Job, error.last)
        return Effect.void
      })
    )
  }

/** The command that goes on waiting for a job, where it was submitted. */
export const resumeCommand = (
  { jobId, kind, region }: Job.JobTicket,
  { endpoint }: { readonly endpoint: Option.Option<string> }
) =>
  `hunyuan3d wait ${jobId} --kind ${kind.toLowerCase()} --region ${region}` +
  (Option.isSome(endpoint) ? ` --endpoint ${endpoint.value}` : "")

const showTable = Effect.fnUntraced(function* (
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  print: typeof Console.log = Console.log
) {
  const { canColor } = yield* TerminalCapabilities.TerminalCapabilities
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? "").length)))
  const line = (row: ReadonlyArray<string>) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()
  yield* print([canColor ? `\u001b[1m${line(head)}\u001b[0m` : line(head), ...rows.map(line)].join("\n"))
})

const hostOf = (link: string | undefined) =>
  link !== undefined && URL.canParse(link) ? new URL(link).host : "(no link)"

const expiry = (at: DateTime.Utc, now: DateTime.Utc) => {
  const left = DateTime.distance(now, at)
  const day = DateTime.formatIso(at).slice(0, 16).replace("T", " ")
  return Duration.isPositive(left) ? `${day} UTC, in ${roughly(left)}` : `${day} UTC, which is over`
}

const roughly = (duration: Duration.Duration) => {
  const { days, hours, minutes } = Duration.parts(duration)
  return `${days * 24 + hours} h ${minutes} min`
}
