/** The commands by which a person goes on with a job, in this terminal or another, and when they are told. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as shell from "../internal/shell.ts"
import type * as Job from "../job/Job.ts"
import type { Connection } from "./options.ts"
import { printNote } from "./print.ts"
import { add, type Report } from "./report.ts"

/** The flags without which a command goes elsewhere, or as somebody else. */
export type Way = Pick<Connection, "endpoint" | "profile">

export const wayFlags = ({ endpoint, profile }: Way) =>
  [["--endpoint", endpoint] as const, ["--profile", profile] as const]
    .flatMap(([name, value]) => (Option.isSome(value) ? [` ${name} ${shell.word(value.value)}`] : []))
    .join("")

/** Names a job where it was submitted: `wait ID --kind pro --region …`. */
const command = (name: string, { jobId, kind, region }: Job.JobTicket, way: Way) =>
  `hunyuan3d ${name} ${jobId} --kind ${shell.word(kind.toLowerCase())} --region ${shell.word(region)}${wayFlags(way)}`

export const waitCommand = (ticket: Job.JobTicket, flags: Way): string => command("wait", ticket, flags)

/** Waits for a job of the journal and downloads its files. */
export const resumeCommand = ({ jobId }: Job.JobTicket, way: Way, directory: string): string =>
  `hunyuan3d resume ${jobId} --out ${shell.word(directory)}${wayFlags(way)}`

const downloadCommand = (ticket: Job.JobTicket, flags: Way, directory: string): string =>
  `${command("download", ticket, flags)} --out ${shell.word(directory)}`

/** Says what comes next for a job in this state. Of a job that failed, its failure says it. */
export const showNext = Effect.fnUntraced(function* (job: Job.Job, ticket: Job.JobTicket, flags: Way) {
  if (job._tag === "Failed") return
  if (job._tag !== "Done") return yield* printNote(`To wait for it: ${waitCommand(ticket, flags)}`)
  const now = yield* DateTime.now
  const isThere = job.files.some(
    ({ expiresAt, url }) => url !== undefined && (expiresAt === undefined || DateTime.isGreaterThan(expiresAt, now))
  )
  if (isThere) yield* printNote(`To download: ${downloadCommand(ticket, flags, "models")}`)
})

/**
 * For a run on the fake: says that there is nothing to go on with when it is interrupted. What the library warns of then
 * is true of jobs that outlive the program.
 */
export const endsWithProgram = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  self.pipe(
    Effect.updateService(References.MinimumLogLevel, (level) =>
      LogLevel.isGreaterThan(level, "Debug") ? "Error" : level
    ),
    Effect.onInterrupt(() =>
      printNote("Interrupted. The fake ended with this program, and its job too. There is nothing to pay.")
    )
  )

/** Says how to download the rest when a download is interrupted. */
export const resumableDownload =
  (ticket: Job.JobTicket, flags: Way, directory: string) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | Report> => {
    const next = downloadCommand(ticket, flags, directory)
    return Effect.onInterrupt(Effect.andThen(add({ ticket, next }), self), () =>
      printNote(`Interrupted. What has arrived is kept; to download the rest: ${next}`)
    )
  }
