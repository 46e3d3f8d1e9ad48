/**
 * Loops of looks, each shared by all who wait for the same job by the same schedule.
 * The first waiter starts a loop, and it stops when the last one has left.
 *
 * What a loop has come to is a list that grows with each change. `watch` follows the
 * list. `wait` waits until all is over, and is not woken before.
 *
 * **Gotchas**
 *
 * - Ten thousand waits fit into a process because each is small. The deadline is a
 *   fiber that sleeps, where a race would be two, and what retries a look is made when
 *   a look has failed.
 */
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"
import type * as ApiError from "../../cloud/ApiError.ts"
import { logged } from "../../internal/retry.ts"
import * as Job from "../Job.ts"
import type * as Polling from "../Polling.ts"
import { makeMeasuredEnd } from "./metrics.ts"
import { CurrentTicket } from "./polling/currentTicket.ts"

/** What a loop of looks has come to. `exit` is set when it has ended. */
export interface Progress {
  readonly looks: number
  readonly last?: Job.Job
  readonly failure?: ApiError.ApiError | undefined
  readonly exit?: Exit.Exit<unknown, ApiError.ApiError>
  /** What it comes to next. */
  readonly next: Deferred.Deferred<Progress>
}

/** What a loop does. `name` stands for the job, which `ticket` is of. */
interface Plan {
  readonly name: string
  readonly ticket: Job.JobTicket
  readonly schedule: Polling.PollingOptions["schedule"]
  readonly look: Effect.Effect<Job.Job, ApiError.ApiError>
}

/** A loop that runs. */
export interface Loop {
  readonly plan: Plan
  progress: Progress
  /** What each waiter waits for. */
  readonly waiters: Set<Deferred.Deferred<void>>
  fiber?: Fiber.Fiber<unknown, ApiError.ApiError>
}

/** One who waits for the end of a loop, until its own deadline. */
export interface Waiter {
  readonly loop: Loop
  /** Done when the loop has ended, or the deadline has passed. */
  readonly over: Deferred.Deferred<void>
  readonly alarm: Fiber.Fiber<unknown>
}

const update = (loop: Loop, change: Partial<Progress>) => {
  const { next } = loop.progress
  loop.progress = { ...loop.progress, ...change, next: Deferred.makeUnsafe() }
  Deferred.doneUnsafe(next, Exit.succeed(loop.progress))
}

// Between looks that failed for a reason that may pass, on top of the retries of the call itself.
const afterFailure = logged<unknown, ApiError.ApiError>(
  Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("15 seconds")]).pipe(Schedule.jittered),
  (error) => error.isRetryable
).pipe(Schedule.passthrough)

/** Looks until the job or the schedule has ended. */
const run = (loop: Loop): Effect.Effect<unknown, ApiError.ApiError> => {
  const look = Effect.suspend(() => {
    update(loop, { looks: loop.progress.looks + 1 })
    return Effect.tapError(loop.plan.look, (failure) => Effect.sync(() => update(loop, { failure })))
  })
  // As `Effect.retry(look, afterFailure)`, from the first failure on.
  const retried = (failure: ApiError.ApiError) =>
    Effect.flip(Effect.scheduleFrom(Effect.flip(look), failure, afterFailure))
  return Effect.gen(function* () {
    const untilEnded = Schedule.while(loop.plan.schedule, ({ input }) => !Job.isEnded(input))
    const pause = yield* Effect.provideService(Schedule.toStepWithSleep(untilEnded), CurrentTicket, loop.plan.ticket)
    const measuredEnd = makeMeasuredEnd(loop.plan.ticket)
    while (true) {
      const last = yield* Effect.catch(look, retried)
      yield* measuredEnd(last)
      update(loop, { last, failure: undefined })
      yield* pause(last)
    }
  }).pipe(Pull.catchDone(() => Effect.void))
}

/** Loops that run for as long as the scope at the most. */
export const makeLoops = Effect.gen(function* () {
  const scope = yield* Effect.scope
  const loops = new WeakMap<Plan["schedule"], Map<string, Loop>>()

  const loopsOf = ({ schedule }: Plan) => {
    const byName = loops.get(schedule) ?? new Map<string, Loop>()
    loops.set(schedule, byName)
    return byName
  }

  // From here on new waiters start anew. The name may belong to a successor already.
  const forget = (loop: Loop) => {
    const byName = loopsOf(loop.plan)
    if (byName.get(loop.plan.name) === loop) byName.delete(loop.plan.name)
  }

  const start = (loop: Loop, context: Context.Context<never>) => {
    // A look comes after the one who starts the loop has gone on.
    const looks = Effect.andThen(Effect.yieldNow, run(loop))
    loop.fiber = Fiber.runIn(Effect.runForkWith(context)(looks), scope)
    loop.fiber.addObserver((exit) => {
      forget(loop)
      update(loop, { exit })
      for (const over of loop.waiters) Deferred.doneUnsafe(over, Exit.void)
    })
  }

  /** Joins a loop, and starts it if there is none. */
  const join = (plan: Plan, deadline: Duration.Input): Effect.Effect<Waiter> =>
    Effect.contextWith((context: Context.Context<never>) => {
      const byName = loopsOf(plan)
      const loop: Loop = byName.get(plan.name) ?? {
        plan,
        progress: { looks: 0, next: Deferred.makeUnsafe() },
        waiters: new Set()
      }
      const over = Deferred.makeUnsafe<void>()
      loop.waiters.add(over)
      byName.set(plan.name, loop)
      if (loop.fiber === undefined) start(loop, context)
      return Effect.sleep(deadline).pipe(
        Effect.andThen(Deferred.succeed(over, undefined)),
        Effect.forkDetach({ startImmediately: true }),
        Effect.map((alarm) => ({ loop, over, alarm }))
      )
    })

  /** Leaves a loop, and stops it if nobody waits for it any more. */
  const leave = ({ loop, over, alarm }: Waiter) =>
    Effect.suspend(() => {
      loop.waiters.delete(over)
      if (loop.waiters.size > 0 || loop.fiber === undefined) return Fiber.interrupt(alarm)
      forget(loop)
      return Fiber.interruptAll([alarm, loop.fiber])
    })

  return { join, leave }
})
