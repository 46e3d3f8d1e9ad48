/** `hunyuan3d watch <JobId>`: prints a job's changes as they happen. */
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Job from "../Job.ts"
import * as QueryJob from "../QueryJob.ts"
import {
  connectionFlags,
  jobIdArgument,
  jobs,
  jsonFlag,
  kindFlag,
  polling,
  pollingFlags,
  readJobId
} from "./options.ts"
import { showJson } from "./report.ts"

export const watch = Command.make(
  "watch",
  { jobId: jobIdArgument, kind: kindFlag, json: jsonFlag, ...pollingFlags, ...connectionFlags },
  Effect.fnUntraced(function* (flags) {
    const id = yield* readJobId(flags.jobId)
    yield* Stream.unwrap(
      QueryJob.QueryJob.useSync((jobs) => jobs.watch(id, { kind: flags.kind, ...polling(flags) }))
    ).pipe(
      Stream.tap((job) => (flags.json ? showJson(Job.Job, job) : Console.log(`${job.status}  job ${job.id}`))),
      Stream.filter((job) => job._tag === "Failed"),
      Stream.runForEach((job) => new QueryJob.JobFailed({ job })),
      Effect.provide(jobs(flags))
    )
  })
).pipe(
  Command.withDescription("Print the changes of a job on standard output, one a line, until it ends."),
  Command.withExamples([
    { command: "hunyuan3d watch 1375367755519696896 --json", description: "One JSON object for each change" }
  ])
)
