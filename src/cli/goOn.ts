/** The commands by which a person goes on with a job, in this terminal or another, and when they are told. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Job from "../job/Job.ts"
import { printNote } from "./print.ts"
import { add, type Report } from "./report.ts"
import * as shell from "./shell.ts"

/** Names a job where it was submitted: `wait ID --kind pro --region …`. */
const command = (
  name: string,
  { jobId, kind, region }: Job.JobTicket,
  { endpoint }: { readonly endpoint: Option.Option<string> }
) =>
  `hunyuan3d ${name} ${jobId} --kind ${shell.word(kind.toLowerCase())} --region ${shell.word(region)}` +
  (Option.isSome(endpoint) ? ` --endpoint ${shell.word(endpoint.value)}` : "")

export const waitCommand = (ticket: Job.JobTicket, flags: { readonly endpoint: Option.Option<string> }): string =>
  command("wait", ticket, flags)

/** Waits for a job of the journal and downloads its files. */
export const resumeCommand = (
  { jobId }: Job.JobTicket,
  { endpoint }: { readonly endpoint: Option.Option<string> },
  directory: string
): string =>
  `hunyuan3d resume ${jobId} --out ${shell.word(directory)}` +
  (Option.isSome(endpoint) ? ` --endpoint ${shell.word(endpoint.value)}` : "")

const downloadCommand = (
  ticket: Job.JobTicket,
  flags: { readonly endpoint: Option.Option<string> },
  directory: string
): string => `${command("download", ticket, flags)} --out ${shell.word(directory)}`

/** Says what comes next for a job in this state. Of a job that failed, its failure says it. */
export const showNext = Effect.fnUntraced(function* (
  job: Job.Job,
  ticket: Job.JobTicket,
  flags: { readonly endpoint: Option.Option<string> }
) {
  if (job._tag === "Failed") return
  if (job._tag !== "Done") return yield* printNote(`To wait for it: ${waitCommand(ticket, flags)}`)
  const now = yield* DateTime.now
  const isThere = job.files.some(
    ({ expiresAt, url }) => url !== undefined && (expiresAt === undefined || DateTime.isGreaterThan(expiresAt, now))
  )
  if (isThere) yield* printNote(`To download: ${downloadCommand(ticket, flags, "models")}`)
})

/** Says how to download the rest when a download is interrupted. */
export const resumableDownload =
  (ticket: Job.JobTicket, flags: { readonly endpoint: Option.Option<string> }, directory: string) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | Report> => {
    const next = downloadCommand(ticket, flags, directory)
    return Effect.onInterrupt(Effect.andThen(add({ ticket, next }), self), () =>
      printNote(`Interrupted. What has arrived is kept; to download the rest: ${next}`)
    )
  }
