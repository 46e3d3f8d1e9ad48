/** `hunyuan3d download <JobId>`: the result files of a job that is done, to the disk. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as QueryJob from "../job/QueryJob.ts"
import { jobs } from "./connection.ts"
import { exitCodes, Failure } from "./failure.ts"
import { resumableDownload, waitCommand } from "./goOn.ts"
import { connectionFlags, downloadFlags, kindFlag, outFlag } from "./options.ts"
import { checkOut } from "./outDirectory.ts"
import { withProgress } from "./progress.ts"
import { add } from "./report.ts"
import { showDownload } from "./results.ts"
import { jobArgument, readTicket } from "./ticket.ts"

export const download = Command.make(
  "download",
  {
    ...jobArgument,
    kind: kindFlag,
    out: outFlag("this directory").pipe(Flag.withDefault(".")),
    ...downloadFlags,
    ...connectionFlags
  },
  Effect.fnUntraced(function* (flags) {
    const ticket = yield* readTicket(flags)
    yield* add({ ticket })
    yield* Effect.gen(function* () {
      yield* checkOut(flags.out)
      const job = yield* withProgress("querying", () => QueryJob.QueryJob.use((jobs) => jobs.query(ticket)))
      yield* add({ job })
      if (job._tag === "Failed") return yield* new QueryJob.JobFailed({ job, ticket })
      if (job._tag !== "Done") {
        const next = waitCommand(ticket, flags)
        yield* add({ next })
        const message = `Job ${job.id} has no files yet; its state is ${job.status}. Wait for it first: ${next}`
        return yield* new Failure({ message, exitCode: exitCodes.other, code: "NotDone", retryable: true })
      }
      yield* showDownload(ticket, job, flags.out, flags)
    }).pipe(Effect.provide(jobs(flags)), resumableDownload(ticket, flags, flags.out))
  })
).pipe(
  Command.withDescription("Download the result files of a job. Run it again to download what is missing."),
  Command.withExamples([
    {
      command: "hunyuan3d download 1375367755519696896 --out models --unpack",
      description: "Files and unpacked archives"
    }
  ])
)
