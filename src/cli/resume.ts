/**
 * `hunyuan3d resume`: waits for jobs of the journal and downloads their files. It submits nothing, so it costs nothing.
 *
 * With `--all` one job comes after another. That takes no longer, since the service computes them meanwhile, and a job
 * that fails does not stop the others.
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Endpoint from "../cloud/Endpoint.ts"
import * as Hunyuan from "../job/Hunyuan.ts"
import type * as Job from "../job/Job.ts"
import * as Journal from "../job/Journal.ts"
import { isUnfinished } from "../workbench/entry.ts"
import { jobs, readEndpoint } from "./connection.ts"
import { Failure, fromError, usage } from "./failure.ts"
import { changesOf, timedOut } from "./follow.ts"
import { resumableDownload, resumeCommand, type Way } from "./goOn.ts"
import { journal } from "./journal.ts"
import {
  connectionFlags,
  type DownloadFlags,
  downloadFlags,
  outFlag,
  polling,
  type PollingFlags,
  pollingFlags
} from "./options.ts"
import { checkOut } from "./outDirectory.ts"
import { printFailure, printLine, printNote } from "./print.ts"
import { showChanges, withProgress } from "./progress.ts"
import { add, collected, result } from "./report.ts"
import { showDownload } from "./results.ts"
import { jobArgument, readJournaledTicket } from "./ticket.ts"

export const resume = Command.make(
  "resume",
  {
    ...jobArgument,
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("Resume every job that is not downloaded, did not fail, and is not expired"),
      Flag.withDefault(false)
    ),
    out: outFlag("this directory").pipe(Flag.withDefault(".")),
    ...downloadFlags,
    ...pollingFlags,
    endpoint: connectionFlags.endpoint,
    profile: connectionFlags.profile,
    requestTimeout: connectionFlags.requestTimeout
  },
  Effect.fnUntraced(function* ({ all, job, last, ...flags }) {
    if (all === (last || Option.isSome(job))) {
      return yield* usage("Give one job or operation, --last, or --all. To see what there is: hunyuan3d jobs")
    }
    // A ticket has a region of its own.
    const { region } = yield* Endpoint.Endpoint
    const { endpoint, profile, requestTimeout } = flags
    const connection = { transport: "live", endpoint, profile, region, requestTimeout }
    const { host = Hunyuan.product.host } = yield* readEndpoint(connection)
    yield* Effect.gen(function* () {
      const tickets = all ? yield* unfinished(host) : [yield* readJournaledTicket({ ...connection, job, last })]
      yield* resumeAll(tickets, flags)
    }).pipe(Effect.provide(Layer.provideMerge(jobs(connection), journal)))
  })
).pipe(
  Command.withDescription(
    "Wait for jobs of the journal and download their files. Nothing is submitted, nothing is paid."
  ),
  Command.withExamples([
    { command: "hunyuan3d resume --all --out models", description: "Whatever is unfinished" },
    { command: "hunyuan3d resume order-17 --out models", description: "The job of one operation" }
  ])
)

/** The tickets of what is unfinished, the oldest first, since it expires first. */
const unfinished = Effect.fnUntraced(function* (host: string) {
  const now = yield* DateTime.now
  const { entries } = yield* Journal.Journal.use(({ list }) => list)
  const all = entries.filter((entry) => isUnfinished(entry, now)).toReversed()
  const elsewhere = new Set(all.map(({ endpoint }) => endpoint).filter((endpoint) => endpoint !== host))
  if (elsewhere.size > 0) {
    yield* printNote(
      `Some unfinished jobs were submitted elsewhere: ${[...elsewhere].join(", ")}. To resume them, give --endpoint.`
    )
  }
  return all.flatMap(({ endpoint, ticket }) => (ticket === undefined || endpoint !== host ? [] : [ticket]))
})

interface Flags extends DownloadFlags, PollingFlags, Way {
  readonly out: string
}

const resumeAll = Effect.fnUntraced(function* (tickets: ReadonlyArray<Job.JobTicket>, flags: Flags) {
  if (tickets.length === 0) return yield* result({ results: [] }, printLine("Nothing is unfinished."))
  yield* checkOut(flags.out)
  const failures: Array<Failure> = []
  for (const ticket of tickets) {
    yield* Effect.catch(collected(resumeOne(ticket, flags)), (error) => {
      const failure = fromError(error)
      failures.push(failure)
      // The failure of a single job ends the program, which tells it.
      return tickets.length === 1 ? Effect.fail(failure) : printFailure(failure.message)
    })
  }
  const [first] = failures
  if (first !== undefined) {
    return yield* new Failure({
      message: `${failures.length} of ${tickets.length} jobs were not downloaded.`,
      exitCode: first.exitCode,
      code: "NotDownloaded",
      retryable: failures.some(({ retryable }) => retryable)
    })
  }
})

/** Waits for a job and downloads its files. */
const resumeOne = Effect.fnUntraced(function* (ticket: Job.JobTicket, flags: Flags) {
  yield* add({ ticket, next: resumeCommand(ticket, flags, flags.out) })
  const done = yield* withProgress("querying", (progress) =>
    Effect.andThen(
      progress.note(`Job ${ticket.jobId}:`),
      showChanges(ticket, changesOf(ticket, polling(flags)), progress)
    )
  ).pipe(
    timedOut(flags),
    Effect.onInterrupt(() =>
      printNote(`Interrupted. The job goes on; to resume it: ${resumeCommand(ticket, flags, flags.out)}`)
    )
  )
  yield* showDownload(ticket, done, flags.out, flags).pipe(resumableDownload(ticket, flags, flags.out))
})
