/** `hunyuan3d watch <JobId>`: prints a job's changes as they happen. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as QueryJob from "../job/QueryJob.ts"
import { follow } from "./follow.ts"
import { connectionFlags, jobArgument, kindFlag, pollingFlags } from "./options.ts"
import { printLine } from "./print.ts"
import { line, result } from "./report.ts"

export const watch = Command.make(
  "watch",
  { jobId: jobArgument, kind: kindFlag, ...pollingFlags, ...connectionFlags },
  (flags) =>
    follow(flags, (changes, ticket) =>
      changes.pipe(
        Stream.runForEach((job) => {
          const print = printLine(`${job.status}  job ${job.id}`)
          return job._tag === "Failed"
            ? Effect.andThen(result({ job }, print), Effect.fail(new QueryJob.JobFailed({ job, ticket })))
            : line({ job }, print)
        })
      )
    )
).pipe(
  Command.withDescription("Print the changes of a job on standard output, one a line, until it ends."),
  Command.withExamples([
    { command: "hunyuan3d watch 1375367755519696896 --json", description: "One JSON object for each change" }
  ])
)
