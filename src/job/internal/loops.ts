/**
 * Loops of looks, each shared by all who wait for the same job by the same schedule.
 * The first waiter starts a loop, and it stops when the last one has left.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Exit from "effect/Exit"
import * as Hash from "effect/Hash"
import * as RcMap from "effect/RcMap"
import * as Schedule from "effect/Schedule"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type * as ApiError from "../../cloud/ApiError.ts"
import { logged } from "../../internal/retry.ts"
import * as Job from "../Job.ts"
import type * as Polling from "../Polling.ts"

/** What a loop of looks has come to. `exit` is set when it has ended. */
export interface Progress {
  readonly looks: number
  readonly last?: Job.Job
  readonly failure?: ApiError.ApiError | undefined
  readonly exit?: Exit.Exit<unknown, ApiError.ApiError>
}

/** A loop that runs, as its waiters see it. */
interface Running {
  readonly progress: SubscriptionRef.SubscriptionRef<Progress>
  readonly end: Deferred.Deferred<Progress>
}

/** One loop of looks: equal when it looks at the same job, by the same schedule. */
class Loop implements Equal.Equal {
  readonly name: string
  readonly schedule: Polling.PollingOptions["schedule"]
  readonly look: Effect.Effect<Job.Job, ApiError.ApiError>
  constructor(name: string, schedule: Loop["schedule"], look: Loop["look"]) {
    this.name = name
    this.schedule = schedule
    this.look = look
  }
  [Equal.symbol](that: unknown): boolean {
    return that instanceof Loop && this.name === that.name && this.schedule === that.schedule
  }
  [Hash.symbol](): number {
    return Hash.string(this.name)
  }
}

// Between looks that failed for a reason that may pass, on top of the retries of the call itself.
const afterFailure = logged<unknown, ApiError.ApiError>(
  Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("15 seconds")]).pipe(Schedule.jittered),
  (error) => error.isRetryable
)

/** Joins a loop, and leaves it when the scope closes. Loops run for as long as the layer of this effect at the most. */
export const makeLoops = Effect.gen(function* () {
  const loops: RcMap.RcMap<Loop, Running> = yield* RcMap.make({
    lookup: Effect.fnUntraced(function* (loop: Loop) {
      const progress = yield* SubscriptionRef.make<Progress>({ looks: 0 })
      const end = yield* Deferred.make<Progress>()
      const update = (change: (progress: Progress) => Progress) => SubscriptionRef.update(progress, change)
      yield* update((now) => ({ ...now, looks: now.looks + 1 })).pipe(
        Effect.andThen(loop.look),
        Effect.tapError((failure) => update((now) => ({ ...now, failure }))),
        Effect.retry(afterFailure),
        Effect.tap((last) => update((now) => ({ ...now, last, failure: undefined }))),
        Effect.repeat({ until: Job.isEnded, schedule: loop.schedule }),
        Effect.onExit((exit) =>
          // New waiters start anew. A loop that is interrupted has left the map already, perhaps to a successor.
          (Exit.hasInterrupts(exit) ? Effect.void : RcMap.invalidate(loops, loop)).pipe(
            Effect.andThen(SubscriptionRef.updateAndGet(progress, (now) => ({ ...now, exit }))),
            Effect.andThen((ended) => Deferred.succeed(end, ended))
          )
        ),
        Effect.ignore,
        Effect.forkScoped
      )
      return { progress, end }
    })
  })
  return (name: string, schedule: Loop["schedule"], look: Loop["look"]) =>
    RcMap.get(loops, new Loop(name, schedule, look))
})
