/** `hunyuan3d wait <JobId>`: waits for the end of a job and shows what happens. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { follow } from "./follow.ts"
import { showNext } from "./goOn.ts"
import { metricsFlags, withMetrics } from "./metrics.ts"
import { connectionFlags, kindFlag, pollingFlags } from "./options.ts"
import { showChanges, withProgress } from "./progress.ts"
import { unlessJson } from "./report.ts"
import { showCredits, showFiles } from "./results.ts"
import { jobArgument } from "./ticket.ts"

export const wait = Command.make(
  "wait",
  { ...jobArgument, kind: kindFlag, ...pollingFlags, ...connectionFlags, ...metricsFlags },
  (flags) =>
    follow(
      flags,
      Effect.fnUntraced(function* (changes, ticket) {
        const job = yield* withProgress("querying", (progress) => showChanges(ticket, changes, progress))
        yield* unlessJson(
          Effect.all([showFiles(job), showCredits(job), showNext(job, ticket, flags)], { discard: true })
        )
      })
    ).pipe(withMetrics(flags))
).pipe(
  Command.withDescription(
    "Wait until a job ends. Exits with 0 when it is done, 2 if it failed, 3 if the time passed, 4 if the API refused."
  ),
  Command.withExamples([
    { command: "hunyuan3d wait 1375367755519696896", description: "Wait, and list the result files" },
    { command: "hunyuan3d wait --last", description: "The same for the job that was submitted last" },
    { command: "hunyuan3d wait - < ticket.json", description: "The same for the ticket that submit --json printed" },
    {
      command: "hunyuan3d wait 1375367755519696896 --interval 5s --timeout 10m --json",
      description: "Query every 5 seconds for 10 minutes, then print the job as JSON"
    }
  ])
)
