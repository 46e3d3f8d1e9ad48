/** `hunyuan3d watch <JobId>`: prints a job's changes as they happen. */
import * as Command from "effect/cli/Command"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as QueryJob from "../job/QueryJob.ts"
import { follow } from "./follow.ts"
import { connectionFlags, kindFlag, pollingFlags } from "./options.ts"
import { printLine } from "./print.ts"
import { withProgress } from "./progress.ts"
import { line, result } from "./report.ts"
import { dim, status } from "./style.ts"
import { jobArgument } from "./ticket.ts"

export const watch = Command.make(
  "watch",
  { ...jobArgument, kind: kindFlag, ...pollingFlags, ...connectionFlags },
  (flags) =>
    follow(flags, (changes, ticket) =>
      withProgress("watching", () =>
        Stream.runForEach(
          changes,
          Effect.fnUntraced(function* (job) {
            const at = yield* DateTime.now
            const print = printLine(dim(DateTime.formatIso(at)), "  ", status(job, 4), `  job ${job.id}`)
            if (job._tag !== "Failed") return yield* line({ job, at }, print)
            yield* result({ job, at }, print)
            return yield* new QueryJob.JobFailed({ job, ticket })
          })
        )
      )
    )
).pipe(
  Command.withDescription("Print the changes of a job on standard output, one a line with its time, until it ends."),
  Command.withExamples([
    { command: "hunyuan3d watch 1375367755519696896 --json", description: "One JSON object for each change" }
  ])
)
