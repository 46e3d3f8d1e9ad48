/**
 * A submission from the terminal. A job is paid for once it exists, so no ticket may
 * be lost and no doubt may stay unsaid:
 *
 * - a submission without a clear answer has its own exit code (`failure.ts`)
 * - when the program is interrupted, the library still waits for the answer to a
 *   request that was sent. The person is told why the program does not stop at once,
 *   and then what came of it.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as Schema from "effect/Schema"
import { ApiError } from "../cloud/ApiError.ts"
import * as Policy from "../cloud/Policy.ts"
import type * as Job from "../job/Job.ts"
import type * as JobKind from "../job/JobKind.ts"
import * as SubmitJob from "../job/SubmitJob.ts"
import { fromSubmission } from "./failure.ts"
import { waitCommand } from "./goOn.ts"
import { isUnclear, notSubmitted } from "./journal.ts"
import { type Connection, outlivesProgram } from "./options.ts"
import { printNote } from "./print.ts"
import { add, known } from "./report.ts"
import { seconds } from "./seconds.ts"

/** Submits a job and goes on with its ticket, and with a sentence that says where it comes from. */
export const submitWith = Effect.fnUntraced(function* <
  Request extends Schema.ConstraintCodec<unknown, unknown>,
  A,
  E extends Error,
  R
>(
  kind: JobKind.JobKind<Request>,
  request: Request["Type"],
  connection: Pick<Connection, "transport" | "endpoint" | "profile">,
  use: (ticket: Job.JobTicket, told: string) => Effect.Effect<A, E, R>,
  options?: SubmitJob.Options
) {
  const started = yield* DateTime.now
  const jobs = yield* SubmitJob.SubmitJob
  const fiber = yield* jobs
    .submitWith(
      kind,
      request,
      (ticket) =>
        Effect.andThen(
          addTicket(ticket, connection),
          Effect.result(use(ticket, origin(ticket, started, options?.operation)))
        ),
      options
    )
    .pipe(
      Effect.mapError((error) => (error instanceof ApiError ? fromSubmission(error) : notSubmitted(error))),
      Effect.flatMap(Effect.fromResult),
      Effect.forkChild
    )
  return yield* Effect.onInterrupt(Fiber.join(fiber), () => stop(fiber, connection, options?.operation))
})

const addTicket = (ticket: Job.JobTicket, connection: Pick<Connection, "transport" | "endpoint" | "profile">) =>
  add({ ticket, ...(outlivesProgram(connection.transport) ? { next: waitCommand(ticket, connection) } : {}) })

/** A ticket that is older than this command was in the journal. */
const origin = ({ jobId, submittedAt }: Job.JobTicket, started: DateTime.Utc, operation: string | undefined) =>
  operation !== undefined && submittedAt !== undefined && DateTime.isLessThan(submittedAt, started)
    ? `Nothing was submitted: operation ${operation} has job ${jobId}, of ${DateTime.formatIso(submittedAt)}.`
    : `Submitted job ${jobId}.`

const stop = Effect.fnUntraced(function* <A, E>(
  fiber: Fiber.Fiber<A, E>,
  connection: Pick<Connection, "transport" | "endpoint" | "profile">,
  operation: string | undefined
) {
  const isUnderWay = yield* Ref.make(false)
  // Everything else ends at once: what does not is a submission under way.
  const explain = Effect.gen(function* () {
    yield* Effect.sleep("200 millis")
    yield* Ref.set(isUnderWay, true)
    const { timeout } = yield* Policy.Policy
    yield* printNote(
      "The submission is under way. The program stops when it is answered, " +
        `in ${seconds(Duration.toMillis(timeout))} at most.`
    )
    return yield* Effect.never
  })
  yield* Effect.raceFirst(Fiber.interrupt(fiber), explain)
  const exit = yield* Fiber.await(fiber)
  const ticket = Exit.isFailure(exit) ? SubmitJob.ticketOf(exit.cause) : Option.none()
  if (Option.isSome(ticket) && outlivesProgram(connection.transport)) {
    const { next = waitCommand(ticket.value, connection) } = yield* known
    yield* add({ ticket: ticket.value, next })
    yield* printNote(`To go on: ${next}`)
  } else if (Option.isNone(ticket)) {
    const wasUnderWay = yield* Ref.get(isUnderWay)
    yield* add({ mayHaveRun: (yield* isUnclear(operation)) ?? wasUnderWay })
    if (wasUnderWay) yield* printNote("The submission ended without a ticket.")
  }
})
