/** `hunyuan3d generate`: the whole way from a prompt or an image to the files. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Function from "effect/Function"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import type * as Job from "../job/Job.ts"
import type * as JobKind from "../job/JobKind.ts"
import type * as Polling from "../job/Polling.ts"
import * as QueryJob from "../job/QueryJob.ts"
import type * as SubmitJob from "../job/SubmitJob.ts"
import { jobs } from "./connection.ts"
import { announced, checkMaxCredits, costFlags, estimated } from "./cost.ts"
import { showDryRun } from "./dryRun.ts"
import { usage } from "./failure.ts"
import { timedOut } from "./follow.ts"
import { endsWithProgram, resumableDownload, resumeCommand, showNext, waitCommand } from "./goOn.ts"
import { Sections } from "./help.ts"
import { isJournaled, operationFlags, readOperation } from "./journal.ts"
import {
  type Connection,
  connectionFlags,
  downloadFlags,
  kindFlag,
  outFlag,
  outlivesProgram,
  polling,
  pollingFlags
} from "./options.ts"
import { checkOut } from "./outDirectory.ts"
import { showChanges, withProgress } from "./progress.ts"
import { add, unlessJson } from "./report.ts"
import { readRequest, requestFlags, requestSection } from "./request.ts"
import { showCredits, showDownload, showFiles } from "./results.ts"
import { submitWith } from "./submission.ts"

export const generate = Command.make(
  "generate",
  {
    kind: kindFlag,
    out: outFlag("nothing is downloaded").pipe(Flag.optional),
    ...requestFlags,
    ...operationFlags,
    ...costFlags,
    ...downloadFlags,
    ...pollingFlags,
    ...connectionFlags
  },
  Effect.fnUntraced(function* (flags) {
    const request = yield* readRequest(flags.kind, flags)
    if (
      Option.isNone(flags.out) &&
      (flags.unpack || flags.previews || flags.overwrite || Option.isSome(flags.maxSize))
    ) {
      return yield* usage("--unpack, --previews, --overwrite and --max-size need --out, where the files go.")
    }
    yield* estimated(flags.kind, request)
    if (flags.dryRun) return yield* showDryRun(flags.kind, request, flags)
    yield* checkMaxCredits(flags.kind, request, flags)
    const options = { ...polling(flags), ...(yield* readOperation(flags)) }
    // The journal finds the job by its id, and has it until its files are there.
    const goOn = (ticket: Job.JobTicket) =>
      Option.isSome(flags.out) && isJournaled(flags)
        ? resumeCommand(ticket, flags, flags.out.value)
        : waitCommand(ticket, flags)
    yield* Effect.gen(function* () {
      // The keys are there: they are read before this runs.
      if (Option.isSome(flags.out)) yield* checkOut(flags.out.value)
      const [ticket, job] = yield* generateAndShow(flags.kind, request, options, flags, goOn).pipe(timedOut(flags))
      if (Option.isSome(flags.out)) {
        const download = showDownload(ticket, job, flags.out.value, flags)
        yield* outlivesProgram(flags.transport) ? resumableDownload(ticket, flags, flags.out.value)(download) : download
      } else {
        yield* unlessJson(showFiles(job))
      }
      yield* unlessJson(showCredits(job))
      if (Option.isNone(flags.out) && outlivesProgram(flags.transport)) yield* unlessJson(showNext(job, ticket, flags))
    }).pipe(flags.transport === "fake" ? endsWithProgram : Function.identity, Effect.provide(jobs(flags)))
  })
).pipe(
  Command.withDescription("Submit a job, which is paid for, wait for it, and download its files."),
  Command.annotate(Sections, [
    requestSection,
    ["COST AND JOURNAL", { ...costFlags, ...operationFlags }],
    ["WAITING", pollingFlags],
    ["DOWNLOADING", downloadFlags],
    ["CONNECTION", connectionFlags]
  ]),
  Command.withExamples([
    { command: 'hunyuan3d generate "a brass teapot" --out models', description: "From a prompt" },
    {
      command: 'hunyuan3d generate "a brass teapot" --enable-pbr --dry-run',
      description: "What it costs; sends nothing"
    },
    { command: "hunyuan3d generate --kind rapid --image teapot.png --json", description: "From an image, as JSON" }
  ])
)

/**
 * Submits a job and shows what becomes of it. Its ticket is told first, so that
 * nobody loses a paid job.
 */
export const generateAndShow = <Request extends Schema.ConstraintCodec<unknown, unknown>>(
  kind: JobKind.JobKind<Request>,
  request: Request["Type"],
  options: Polling.PollingOptions & SubmitJob.Options,
  connection: Pick<Connection, "transport" | "endpoint" | "profile">,
  goOn: (ticket: Job.JobTicket) => string = (ticket) => waitCommand(ticket, connection)
) =>
  withProgress("submitting", (progress) =>
    submitWith(
      kind,
      request,
      connection,
      Effect.fnUntraced(function* (ticket, told) {
        if (outlivesProgram(connection.transport)) {
          yield* add({ next: goOn(ticket) })
          yield* progress.note(`${told} If this program stops: ${goOn(ticket)}`)
        } else {
          yield* progress.note(told)
        }
        const jobs = yield* QueryJob.QueryJob
        return [ticket, yield* showChanges(ticket, jobs.watch(ticket, options), progress)] as const
      }),
      options
    ).pipe(announced(kind, request, connection, progress.note))
  )
