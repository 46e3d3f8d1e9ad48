/** `hunyuan3d submit`: submits a job and prints its ticket. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import type * as Job from "../job/Job.ts"
import { jobs } from "./connection.ts"
import { announced, checkMaxCredits, costFlags, estimated } from "./cost.ts"
import { showDryRun } from "./dryRun.ts"
import { usage } from "./failure.ts"
import { waitCommand } from "./goOn.ts"
import { Sections } from "./help.ts"
import { operationFlags, readOperation } from "./journal.ts"
import { connectionFlags, kindFlag } from "./options.ts"
import { printLine, printNote } from "./print.ts"
import { withProgress } from "./progress.ts"
import { Report, unlessJson } from "./report.ts"
import { readRequest, requestFlags, requestSection } from "./request.ts"
import { submitWith } from "./submission.ts"

export const submit = Command.make(
  "submit",
  { kind: kindFlag, ...requestFlags, ...operationFlags, ...costFlags, ...connectionFlags },
  Effect.fnUntraced(function* (flags) {
    if (flags.transport === "fake") {
      return yield* usage(
        "A job of the fake ends with this program. Use generate, or submit to the URL that hunyuan3d serve prints."
      )
    }
    const request = yield* readRequest(flags.kind, flags)
    yield* estimated(flags.kind, request)
    if (flags.dryRun) return yield* showDryRun(flags.kind, request, flags)
    yield* checkMaxCredits(flags.kind, request, flags)
    const operation = yield* readOperation(flags)
    const use = Effect.fnUntraced(function* (ticket: Job.JobTicket, origin: string) {
      const told = `${origin} To wait for it: ${waitCommand(ticket, flags)}`
      const { stdoutIsTerminal } = yield* Stdio.Stdio
      // Should standard output be lost, the ticket of a paid job is not. A terminal shows both.
      if ((yield* Report).isJson || !(yield* stdoutIsTerminal)) yield* printNote(told)
      yield* unlessJson(printLine(told))
    })
    yield* withProgress("submitting", () => submitWith(flags.kind, request, flags, use, operation)).pipe(
      announced(flags.kind, request, flags, printNote),
      Effect.provide(jobs(flags))
    )
  })
).pipe(
  Command.withDescription("Submit a job, which is paid for, and print its ticket."),
  Command.annotate(Sections, [
    requestSection,
    ["COST AND JOURNAL", { ...costFlags, ...operationFlags }],
    ["CONNECTION", connectionFlags]
  ]),
  Command.withExamples([
    { command: 'hunyuan3d submit "a brass teapot" --enable-pbr', description: "From a prompt" },
    {
      command: "hunyuan3d submit --kind convert3dformat --file https://host/model.fbx --format STL --json",
      description: "Convert a model, and print the ticket as JSON"
    }
  ])
)
