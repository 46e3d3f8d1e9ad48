/** `hunyuan3d query <JobId>`: one look at a job. */
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Job from "../job/Job.ts"
import * as QueryJob from "../job/QueryJob.ts"
import { connectionFlags, jobIdArgument, jobs, jsonFlag, kindFlag, readJobId } from "./options.ts"
import { showFiles, showJson } from "./report.ts"

export const query = Command.make(
  "query",
  { jobId: jobIdArgument, kind: kindFlag, json: jsonFlag, ...connectionFlags },
  Effect.fnUntraced(function* (flags) {
    const id = yield* readJobId(flags.jobId)
    const job = yield* QueryJob.QueryJob.use((jobs) => jobs.query(id, { kind: flags.kind })).pipe(
      Effect.provide(jobs(flags))
    )
    if (flags.json) {
      yield* showJson(Job.Job, job)
    } else {
      yield* Console.log(`${job.status}  job ${job.id}`)
      if (job._tag === "Done") yield* showFiles(job)
    }
    if (job._tag === "Failed") return yield* new QueryJob.JobFailed({ job })
  })
).pipe(
  Command.withDescription("Look once at the state of a job. Exits with 0, or with 2 if the job failed."),
  Command.withExamples([
    { command: "hunyuan3d query 1375367755519696896", description: "Print the state of the job" },
    {
      command: "hunyuan3d query 1375367755519696896 --region na-siliconvalley --json",
      description: "The same as JSON, for a job submitted in another region"
    }
  ])
)
