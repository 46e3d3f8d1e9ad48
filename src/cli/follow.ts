/** Follows a job that was submitted, for the commands `wait` and `watch`. */
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as ApiError from "../cloud/ApiError.ts"
import * as Job from "../job/Job.ts"
import type * as Polling from "../job/Polling.ts"
import * as QueryJob from "../job/QueryJob.ts"
import { type Connection, jobs, type KindFlag, polling, type PollingFlags, readJobId } from "./options.ts"
import { resumeCommand } from "./report.ts"

/**
 * Gives a command the changes of its job, over its connection. When the command is
 * interrupted, it tells how to go on.
 */
export const follow = Effect.fnUntraced(function* <A, E, R>(
  flags: Connection & KindFlag & PollingFlags & { readonly jobId: string },
  use: (
    changes: Stream.Stream<Job.Job, QueryJob.WaitTimeout | ApiError.ApiError, QueryJob.QueryJob>
  ) => Effect.Effect<A, E, R>
) {
  const jobId = yield* readJobId(flags.jobId)
  const ticket = new Job.JobTicket({ jobId, kind: flags.kind.name, region: flags.region })
  return yield* use(changesOf(ticket, polling(flags))).pipe(
    Effect.provide(jobs(flags)),
    Effect.onInterrupt(() =>
      Console.error(`Interrupted. The job goes on; to wait for it: ${resumeCommand(ticket, flags)}`)
    )
  )
})

// The library's wait survives failures that may pass. A person whose endpoint cannot be reached wants to know at once,
// so a first look has to succeed.
const changesOf = (ticket: Job.JobTicket, options: Polling.PollingOptions) =>
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
