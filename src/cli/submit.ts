/** `hunyuan3d submit`: submits a job and prints its ticket. */
import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Job from "../job/Job.ts"
import * as SubmitJob from "../job/SubmitJob.ts"
import { connectionFlags, jobs, jsonFlag, kindFlag, UsageError } from "./options.ts"
import { resumeCommand, showJson } from "./report.ts"
import { readRequest, requestFlags } from "./request.ts"

export const submit = Command.make(
  "submit",
  { kind: kindFlag, json: jsonFlag, ...requestFlags, ...connectionFlags },
  Effect.fnUntraced(function* (flags) {
    if (flags.transport === "fake") {
      return yield* new UsageError({
        message: "A job of the embedded model ends with this program. Use generate, or submit to hunyuan3d serve."
      })
    }
    const request = yield* readRequest(flags.kind, flags)
    const ticket = yield* SubmitJob.SubmitJob.use((jobs) => jobs.submit(flags.kind, request)).pipe(
      Effect.provide(jobs(flags))
    )
    const told = `Submitted job ${ticket.jobId}. To wait for it: ${resumeCommand(ticket, flags)}`
    if (!flags.json) return yield* Console.log(told)
    // Whatever becomes of standard output, a paid job is told of once.
    yield* Console.error(told)
    yield* showJson(Job.JobTicket, ticket)
  })
).pipe(
  Command.withDescription("Submit a job, which is paid for, and print its ticket."),
  Command.withExamples([
    { command: 'hunyuan3d submit --prompt "a brass teapot" --enable-pbr', description: "From a prompt" },
    {
      command: "hunyuan3d submit --kind convert3dformat --file https://host/model.fbx --format STL --json",
      description: "Convert a model, and print the ticket as JSON"
    }
  ])
)
