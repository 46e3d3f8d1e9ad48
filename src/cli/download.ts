/** `hunyuan3d download <JobId>`: the result files of a job that is done, to the disk. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Job from "../job/Job.ts"
import * as QueryJob from "../job/QueryJob.ts"
import { connectionFlags, downloadFlags, jobIdArgument, jobs, kindFlag, readJobId, UsageError } from "./options.ts"
import { resumeCommand, showDownload } from "./report.ts"

export const download = Command.make(
  "download",
  {
    jobId: jobIdArgument,
    kind: kindFlag,
    out: Flag.String("out").pipe(
      Flag.withMetavar("DIRECTORY"),
      Flag.withDescription("Where the files go (default: this directory)"),
      Flag.withDefault(".")
    ),
    ...downloadFlags,
    ...connectionFlags
  },
  Effect.fnUntraced(function* (flags) {
    const id = yield* readJobId(flags.jobId)
    const ticket = new Job.JobTicket({ jobId: id, kind: flags.kind.name, region: flags.region })
    yield* Effect.gen(function* () {
      const job = yield* QueryJob.QueryJob.use((jobs) => jobs.query(ticket))
      if (job._tag === "Failed") return yield* new QueryJob.JobFailed({ job })
      if (job._tag !== "Done") {
        return yield* new UsageError({
          message: `Job ${id} has no files yet; it is ${job.status}. Wait for it first: ${resumeCommand(ticket, flags)}`
        })
      }
      yield* showDownload(job, flags.out, flags)
    }).pipe(Effect.provide(jobs(flags)))
  })
).pipe(
  Command.withDescription("Download the result files of a job. Called again, it goes on where it was stopped."),
  Command.withExamples([
    {
      command: "hunyuan3d download 1375367755519696896 --out models --unpack",
      description: "Files and unpacked archives"
    }
  ])
)
