/** The step that submits: one activity, which the journal makes safe to run again. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Activity from "effect/workflow/Activity"
import * as ApiError from "../../../cloud/ApiError.ts"
import * as Endpoint from "../../../cloud/Endpoint.ts"
import * as Job from "../../../job/Job.ts"
import * as JobKind from "../../../job/JobKind.ts"
import * as Journal from "../../../job/Journal.ts"
import * as Kinds from "../../../job/Kinds.ts"
import * as SubmitJob from "../../../job/SubmitJob.ts"
import { NotSubmitted, type Payload } from "./schemas.ts"

/** The ticket, and since when its job is waited for. */
export const Submitted = Schema.Struct({ ticket: Job.JobTicket, at: Schema.DateTimeUtcFromString })

const invalid = (action: string, description: string) =>
  Effect.flatMap(Endpoint.Endpoint, ({ region }) =>
    Effect.fail(
      new ApiError.ApiError({
        action,
        region,
        reason: new ApiError.InvalidInput({ description: description.replaceAll(/\s+/g, " ") })
      })
    )
  )

const kindOf = Effect.fnUntraced(function* (name: string) {
  const kind = JobKind.fromName(name, yield* Kinds.Kinds)
  if (Option.isSome(kind)) return kind.value
  return yield* invalid(
    "SubmitJob",
    `No kind ${name} is known here. Provide it with Kinds.layer beneath JobWorkflow.layer.`
  )
})

// A journal that fails has submitted nothing. An entry that says "Sending" is that of another runner, which may be dead:
// after two minutes it says what came of it, or counts as unknown.
const mayPass = (error: typeof NotSubmitted.Type) =>
  error._tag === "JournalError" || (error._tag === "SubmissionUnknown" && error.entry.outcome._tag === "Sending")

const threeMinutes = Schedule.upTo(Schedule.spaced("5 seconds"), { duration: "3 minutes" })

export const submit = ({ kind: name, operation, request: given }: Payload) =>
  Activity.make({
    name: "submit",
    success: Submitted,
    error: NotSubmitted,
    execute: Effect.gen(function* () {
      // It must be there: SubmitJob finds it in the context.
      yield* Journal.Journal
      const { submit } = yield* SubmitJob.SubmitJob
      const kind = yield* kindOf(name)
      const { action, input } = kind.submit
      const request = yield* Schema.decodeUnknownEffect(input, { onExcessProperty: "error" })(given).pipe(
        Effect.catch((error) => invalid(action, error.message))
      )
      const ticket = yield* Effect.retry(submit(kind, request, { operation }), {
        while: mayPass,
        schedule: threeMinutes
      })
      return { ticket, at: yield* DateTime.now }
    })
  })
