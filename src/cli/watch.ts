/** `hunyuan3d watch <JobId>`: prints a job's changes as they happen. */
import * as Command from "effect/cli/Command"
import * as Stream from "effect/Stream"
import * as QueryJob from "../job/QueryJob.ts"
import { follow } from "./follow.ts"
import { connectionFlags, jsonFlag, kindFlag, pollingFlags } from "./options.ts"
import { printLine } from "./print.ts"
import { printJob } from "./results.ts"
import { jobArgument } from "./ticket.ts"

export const watch = Command.make(
  "watch",
  { ...jobArgument, kind: kindFlag, json: jsonFlag, ...pollingFlags, ...connectionFlags },
  (flags) =>
    follow(flags, (changes, ticket) =>
      changes.pipe(
        Stream.tap((job) => (flags.json ? printJob(job) : printLine(`${job.status}  job ${job.id}`))),
        Stream.filter((job) => job._tag === "Failed"),
        Stream.runForEach((job) => new QueryJob.JobFailed({ job, ticket }))
      )
    )
).pipe(
  Command.withDescription("Print the changes of a job on standard output, one a line, until it ends."),
  Command.withExamples([
    { command: "hunyuan3d watch 1375367755519696896 --json", description: "One JSON object for each change" }
  ])
)
