/** `hunyuan3d generate`: the whole way from a prompt or an image to the files. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as GenerateJob from "../job/GenerateJob.ts"
import type * as Job from "../job/Job.ts"
import type * as JobKind from "../job/JobKind.ts"
import type * as Polling from "../job/Polling.ts"
import {
  type Connection,
  connectionFlags,
  downloadFlags,
  jobs,
  jsonFlag,
  kindFlag,
  polling,
  pollingFlags,
  UsageError
} from "./options.ts"
import { resumeCommand, showChanges, showDownload, showEnd, showFiles } from "./report.ts"
import { readRequest, requestFlags } from "./request.ts"

export const generate = Command.make(
  "generate",
  {
    kind: kindFlag,
    json: jsonFlag,
    out: Flag.String("out").pipe(
      Flag.withMetavar("DIRECTORY"),
      Flag.withDescription("Where the files go (default: nothing is downloaded)"),
      Flag.optional
    ),
    ...requestFlags,
    ...downloadFlags,
    ...pollingFlags,
    ...connectionFlags
  },
  Effect.fnUntraced(function* (flags) {
    const request = yield* readRequest(flags.kind, flags)
    if (Option.isNone(flags.out) && (flags.unpack || flags.previews || flags.overwrite)) {
      return yield* new UsageError({ message: "--unpack, --previews and --overwrite need --out, where the files go." })
    }
    yield* Effect.gen(function* () {
      const done = yield* generateAndShow(flags.kind, request, polling(flags), flags).pipe(showEnd(flags))
      if (Option.isSome(flags.out)) {
        yield* showDownload(done, flags.out.value, flags)
      } else if (!flags.json) {
        yield* showFiles(done)
      }
    }).pipe(Effect.provide(jobs(flags)))
  })
).pipe(
  Command.withDescription("Submit a job, wait for it, and have its files."),
  Command.withExamples([
    { command: 'hunyuan3d generate --prompt "a brass teapot" --out models', description: "From a prompt" },
    { command: "hunyuan3d generate --kind rapid --image teapot.png --json", description: "From an image, as JSON" }
  ])
)

/**
 * Submits a job and shows what becomes of it. Its ticket is told first, so that
 * nobody loses a paid job; the embedded model's jobs end with the program.
 */
export const generateAndShow = <Request extends Schema.ConstraintCodec<unknown, unknown>>(
  kind: JobKind.JobKind<Request>,
  request: Request["Type"],
  options: Polling.PollingOptions,
  connection: Pick<Connection, "transport" | "endpoint">
) => {
  const howToGoOn = (ticket: Job.JobTicket) =>
    connection.transport === "fake" ? "" : ` Should this program stop: ${resumeCommand(ticket, connection)}`
  return showChanges(
    Stream.unwrap(GenerateJob.GenerateJob.useSync((jobs) => jobs.stream(kind, request, options))).pipe(
      Stream.flatMap(
        GenerateJob.Progress.$match({
          Submitted: ({ ticket }) =>
            Stream.fromEffectDrain(Console.error(`Submitted job ${ticket.jobId}.${howToGoOn(ticket)}`)),
          Changed: ({ job }) => Stream.succeed(job)
        })
      )
    )
  )
}
