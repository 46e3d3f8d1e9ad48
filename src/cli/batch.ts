/** `hunyuan3d batch`: one request a line, from requests to files. What it takes is loaded when it runs. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { costFlags } from "./cost.ts"
import { Sections } from "./help.ts"
import { loadBatch } from "./load.ts"
import { metricsFlags, withMetrics } from "./metrics.ts"
import { connectionFlags, downloadFlags, kindFlag, outFlag, pollingFlags } from "./options.ts"

const batchFlags = {
  file: Argument.String("FILE").pipe(
    Argument.withDescription(
      "One request a line, as JSON like that of generate --request; - reads standard input. A line may also have kind, operation, image and view"
    )
  ),
  kind: kindFlag,
  out: outFlag("this directory").pipe(Flag.withDefault("."))
}

const batchCostFlags = {
  dryRun: costFlags.dryRun.pipe(Flag.withDescription("Check the lines, print what they cost, and send nothing")),
  maxCredits: costFlags.maxCredits.pipe(
    Flag.withDescription(
      "Submit no line by which all of them together, those of earlier runs too, can cost more than N credits"
    )
  ),
  again: Flag.Boolean("again").pipe(
    Flag.withDescription("Submit even lines of which it is unknown if they have a job, and maybe pay twice"),
    Flag.withDefault(false)
  )
}

export const batch = Command.make(
  "batch",
  { ...batchFlags, ...batchCostFlags, ...downloadFlags, ...pollingFlags, ...connectionFlags, ...metricsFlags },
  (flags) => Effect.flatMap(loadBatch, ({ runBatch }) => runBatch(flags)).pipe(withMetrics(flags))
).pipe(
  Command.withDescription(
    "Submit the requests of a file, one a line, wait, and download. Run it again to go on: no line is bought twice."
  ),
  Command.annotate(Sections, [
    ["COST AND JOURNAL", batchCostFlags],
    ["WAITING FOR EACH JOB", pollingFlags],
    ["DOWNLOADING", downloadFlags],
    ["CONNECTION", connectionFlags],
    ["METRICS", metricsFlags]
  ]),
  Command.withExamples([
    { command: "hunyuan3d batch prompts.jsonl --dry-run", description: "What all lines cost; sends nothing" },
    {
      command: "hunyuan3d batch prompts.jsonl --out models --max-credits 5000",
      description: "All lines, as many at once as the account allows"
    }
  ])
)
