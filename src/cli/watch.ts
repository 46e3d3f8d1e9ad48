/** `hunyuan3d watch <JobId>`: prints a job's changes as they happen. */
import * as Command from "effect/cli/Command"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as Job from "../job/Job.ts"
import * as QueryJob from "../job/QueryJob.ts"
import { follow } from "./follow.ts"
import { connectionFlags, jobArgument, jsonFlag, kindFlag, pollingFlags } from "./options.ts"
import { printLine } from "./print.ts"
import { withProgress } from "./progress.ts"
import { printJob } from "./results.ts"
import { dim, status } from "./style.ts"

export const watch = Command.make(
  "watch",
  { jobId: jobArgument, kind: kindFlag, json: jsonFlag, ...pollingFlags, ...connectionFlags },
  (flags) =>
    follow(flags, (changes, ticket) =>
      withProgress("watching", () =>
        changes.pipe(
          Stream.tap((job) => (flags.json ? printJob(job) : printChange(job))),
          Stream.filter((job) => job._tag === "Failed"),
          Stream.runForEach((job) => new QueryJob.JobFailed({ job, ticket }))
        )
      )
    )
).pipe(
  Command.withDescription("Print the changes of a job on standard output, one a line with its time, until it ends."),
  Command.withExamples([
    { command: "hunyuan3d watch 1375367755519696896 --json", description: "One JSON object for each change" }
  ])
)

const printChange = Effect.fnUntraced(function* (job: Job.Job) {
  yield* printLine(dim(DateTime.formatIso(yield* DateTime.now)), "  ", status(job, 4), `  job ${job.id}`)
})
