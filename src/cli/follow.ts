/** Follows a job that was submitted, for the commands `wait` and `watch`, and says how to go on when they stop. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as ApiError from "../cloud/ApiError.ts"
import * as Job from "../job/Job.ts"
import type * as Polling from "../job/Polling.ts"
import * as QueryJob from "../job/QueryJob.ts"
import { inFlags } from "./advice.ts"
import { jobs } from "./connection.ts"
import { exitCodes, Failure } from "./failure.ts"
import { waitCommand } from "./goOn.ts"
import { type Connection, polling, type PollingFlags } from "./options.ts"
import { printNote, written } from "./print.ts"
import { add, known } from "./report.ts"
import { type JobFlags, readTicket } from "./ticket.ts"

/** Gives a command the changes of its job, over its connection. */
export const follow = Effect.fnUntraced(function* <A, E, R>(
  flags: Connection & JobFlags & PollingFlags,
  use: (
    changes: Stream.Stream<Job.Job, QueryJob.WaitTimeout | ApiError.ApiError, QueryJob.QueryJob>,
    ticket: Job.JobTicket
  ) => Effect.Effect<A, E | QueryJob.WaitTimeout, R>
) {
  const ticket = yield* readTicket(flags)
  yield* add({ ticket, next: waitCommand(ticket, flags) })
  return yield* use(changesOf(ticket, polling(flags)), ticket).pipe(
    Effect.tap(written),
    timedOut(flags),
    Effect.provide(jobs(flags)),
    Effect.onInterrupt(() =>
      Effect.flatMap(known, ({ job }) =>
        printNote(
          job !== undefined && Job.isEnded(job)
            ? `Interrupted. To see the result again: ${waitCommand(ticket, flags)}`
            : `Interrupted. The job goes on; to wait for it: ${waitCommand(ticket, flags)}`
        )
      )
    )
  )
})

/** Words the end of a wait with the command that goes on with it. */
export const timedOut =
  (flags: Pick<Connection, "endpoint" | "profile">) =>
  <A, E, R>(self: Effect.Effect<A, E | QueryJob.WaitTimeout, R>): Effect.Effect<A, E | Failure, R> =>
    Effect.mapError(self, (error) => {
      if (!(error instanceof QueryJob.WaitTimeout)) return error
      const { ticket, elapsed, last, failure } = error
      return new Failure({
        message:
          `Job ${ticket.jobId} had not ended after ${Duration.format(elapsed)} (last state: ${last?.status ?? "unknown"}). ` +
          `It goes on. To wait again: ${waitCommand(ticket, flags)}` +
          (failure === undefined ? "" : ` (The last query failed: ${inFlags(failure)})`),
        exitCode: exitCodes.timePassed,
        code: "WaitTimeout",
        retryable: true
      })
    })

// The library's wait survives failures that may pass. A person whose endpoint cannot be reached wants to know at once,
// so the first query has to succeed.
export const changesOf = (ticket: Job.JobTicket, options: Polling.PollingOptions) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const jobs = yield* QueryJob.QueryJob
      const deadline = Duration.fromInputUnsafe(options.deadline)
      const started = yield* Clock.currentTimeMillis
      const first = yield* jobs.query(ticket).pipe(
        Effect.timeoutOrElse({
          duration: deadline,
          orElse: () => new QueryJob.WaitTimeout({ ticket, looks: 1, elapsed: deadline })
        })
      )
      if (Job.isEnded(first)) return Stream.succeed(first)
      const left = Duration.subtract(deadline, Duration.millis((yield* Clock.currentTimeMillis) - started))
      return Stream.concat(Stream.succeed(first), jobs.watch(ticket, { ...options, deadline: left })).pipe(
        Stream.changesWith((one, other) => one.status === other.status)
      )
    })
  )
