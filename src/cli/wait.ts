/** `hunyuan3d wait <JobId>`: waits for the end of a job and shows what happens. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { follow } from "./follow.ts"
import { connectionFlags, jobArgument, jsonFlag, kindFlag, pollingFlags } from "./options.ts"
import { showChanges, withProgress } from "./progress.ts"
import { printEnd, showCredits, showFiles } from "./results.ts"
import { showNext } from "./resume.ts"

export const wait = Command.make(
  "wait",
  { jobId: jobArgument, kind: kindFlag, json: jsonFlag, ...pollingFlags, ...connectionFlags },
  (flags) =>
    follow(
      flags,
      Effect.fnUntraced(function* (changes, ticket) {
        const done = yield* withProgress("querying", (progress) => showChanges(ticket, changes, progress)).pipe(
          printEnd(flags)
        )
        if (flags.json) return
        yield* showFiles(done)
        yield* showCredits(done)
        yield* showNext(done, ticket, flags)
      })
    )
).pipe(
  Command.withDescription(
    "Wait until a job ends. Exits with 0 when it is done, 2 if it failed, 3 if the time passed, 4 if the API refused."
  ),
  Command.withExamples([
    { command: "hunyuan3d wait 1375367755519696896", description: "Wait, and list the result files" },
    {
      command: "hunyuan3d wait 1375367755519696896 --interval 5s --timeout 10m --json",
      description: "Query every 5 seconds for 10 minutes, then print the job as JSON"
    }
  ])
)
