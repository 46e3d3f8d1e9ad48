/** `hunyuan3d forget <ID>`: removes an operation from the journal. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Journal from "../job/Journal.ts"
import { usage } from "./failure.ts"
import { journal } from "./journal.ts"
import { printLine } from "./print.ts"
import { result } from "./report.ts"

export const forget = Command.make(
  "forget",
  { id: Argument.String("ID").pipe(Argument.withDescription("An operation id or a JobId, as jobs prints it")) },
  Effect.fnUntraced(function* ({ id }) {
    const { find, forget } = yield* Journal.Journal
    // What cannot be read can still be forgotten.
    const entry = yield* Effect.catch(find(id), () => Effect.succeedNone)
    if (!(yield* forget(id))) return yield* usage(`"${id}" is not in the journal. To see what is: hunyuan3d jobs`)
    const { operation, ticket } = Option.getOrElse(entry, () => ({ operation: id, ticket: undefined }))
    const job = ticket && `job ${ticket.jobId} (--kind ${ticket.kind.toLowerCase()} --region ${ticket.region})`
    yield* result(
      { operation, ...(ticket && { ticket }) },
      printLine(`Forgot operation ${operation}.${job === undefined ? "" : ` Its ${job} is not changed by that.`}`)
    )
  }, Effect.provide(journal))
).pipe(
  Command.withDescription("Remove an operation from the journal. Its job goes on; its id may be used for another one."),
  Command.withExamples([{ command: "hunyuan3d forget order-17", description: "By its operation id" }])
)
