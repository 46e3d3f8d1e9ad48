/** `hunyuan3d wait <JobId>`: waits for the end of a job and shows what happens. */
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Job from "../Job.ts"
import type * as Polling from "../Polling.ts"
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
import { resumeCommand, showChanges, showFiles, showJson } from "./report.ts"

export const wait = Command.make(
  "wait",
  { jobId: jobIdArgument, kind: kindFlag, json: jsonFlag, ...pollingFlags, ...connectionFlags },
  Effect.fnUntraced(function* (flags) {
    const jobId = yield* readJobId(flags.jobId)
    const ticket = new Job.JobTicket({ jobId, kind: flags.kind.name, region: flags.region })
    yield* waitFor(ticket, polling(flags)).pipe(
      Effect.tap((done) => (flags.json ? showJson(Job.Job, done) : showFiles(done))),
      Effect.tapErrorTag("JobFailed", ({ job }) => (flags.json ? showJson(Job.Job, job) : Effect.void)),
      Effect.tapErrorTag("WaitTimeout", ({ last }) =>
        flags.json && last !== undefined ? showJson(Job.Job, last) : Effect.void
      ),
      Effect.provide(jobs(flags)),
      Effect.onInterrupt(() => Console.error(`Interrupted. The job goes on; to wait for it: ${resumeCommand(ticket)}`))
    )
  })
).pipe(
  Command.withDescription(
    "Wait until a job ends. Exits with 0 when it is done, 2 if it failed, 3 if the time passed, 4 if the API refused."
  ),
  Command.withExamples([
    { command: "hunyuan3d wait 1375367755519696896", description: "Wait, and list the result files" },
    {
      command: "hunyuan3d wait 1375367755519696896 --interval 5s --timeout 10m --json",
      description: "Look every 5 seconds for 10 minutes, then print the job as JSON"
    }
  ])
)

/** Waits for a job, shows its changes, and answers with the job that is done. */
const waitFor = Effect.fnUntraced(function* (ticket: Job.JobTicket, options: Polling.PollingOptions) {
  const jobs = yield* QueryJob.QueryJob
  const { deadline } = options
  // A wait survives failures that may pass; a person whose endpoint cannot be reached wants to know at once.
  yield* jobs.query(ticket).pipe(
    Effect.timeoutOrElse({
      duration: deadline,
      orElse: () => new QueryJob.WaitTimeout({ ticket, looks: 1, elapsed: Duration.fromInputUnsafe(deadline) })
    })
  )
  return yield* showChanges(jobs.watch(ticket, options))
})
