/** `hunyuan3d query <JobId>`: the state of a job now. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as QueryJob from "../job/QueryJob.ts"
import { jobs } from "./connection.ts"
import { showNext } from "./goOn.ts"
import { connectionFlags, kindFlag } from "./options.ts"
import { printLine } from "./print.ts"
import { withProgress } from "./progress.ts"
import { add, result } from "./report.ts"
import { showCredits, showFiles } from "./results.ts"
import { status } from "./style.ts"
import { jobArgument, readTicket } from "./ticket.ts"

export const query = Command.make(
  "query",
  { ...jobArgument, kind: kindFlag, ...connectionFlags },
  Effect.fnUntraced(function* (flags) {
    const ticket = yield* readTicket(flags)
    yield* add({ ticket })
    const job = yield* withProgress("querying", () => QueryJob.QueryJob.use((jobs) => jobs.query(ticket))).pipe(
      Effect.provide(jobs(flags))
    )
    const print = Effect.gen(function* () {
      yield* printLine(status(job), `  job ${job.id}`)
      if (job._tag === "Done") yield* showFiles(job)
      yield* showCredits(job)
      yield* showNext(job, ticket, flags)
    })
    yield* result({ job }, print)
    if (job._tag === "Failed") return yield* new QueryJob.JobFailed({ job, ticket })
  })
).pipe(
  Command.withDescription("Print the state of a job and what to do next. Exits with 0, or with 2 if the job failed."),
  Command.withExamples([
    { command: "hunyuan3d query 1375367755519696896", description: "Print the state of the job" },
    {
      command: "hunyuan3d query 1375367755519696896 --region na-siliconvalley --json",
      description: "The same as JSON, for a job submitted in another region"
    }
  ])
)
