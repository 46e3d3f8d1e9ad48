import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

const rounded = (duration: Duration.Duration) => Duration.millis(Math.round(Duration.toMillis(duration)))

/**
 * A schedule of retries, for as long as `isRetried` holds, that logs each of them: when it comes, and the failure that
 * it comes after.
 */
export const logged = <Output, Input extends { readonly message: string }>(
  schedule: Schedule.Schedule<Output, Input>,
  // Here and not an option of `Effect.retry`, which decides only after the schedule was stepped, and thus logged.
  isRetried: (failure: Input) => boolean = () => true,
  subject = ""
): Schedule.Schedule<Output, Input> =>
  schedule.pipe(
    Schedule.while(({ input }) => isRetried(input)),
    Schedule.tap(({ attempt, duration, input }) =>
      Effect.logDebug(`Retry ${attempt} in ${Duration.format(rounded(duration))}. ${subject}${input.message}`)
    )
  )

/**
 * Retries as `Effect.retry` does, for as long as `isRetried` holds, and logs. Only a failure that is retried steps the
 * schedule. It is set up at the first one, which most calls do not have: that is a tenth of what a call takes. With
 * `isInterruptible` the pauses can be interrupted though `self` cannot. `retried` runs before each retry.
 */
export const retry = <A, E extends { readonly message: string }, R>(
  self: Effect.Effect<A, E, R>,
  schedule: Schedule.Schedule<unknown, E>,
  isRetried: (failure: E) => boolean,
  options: { readonly isInterruptible: boolean; readonly retried: (failure: E) => Effect.Effect<void> }
): Effect.Effect<A, E, R> =>
  Effect.catchIf(self, isRetried, (first) =>
    Effect.flatMap(Schedule.toStepWithSleep(logged(schedule)), (nextTry) => {
      const after = (failure: E): Effect.Effect<A, E, R> =>
        Effect.matchEffect(options.isInterruptible ? Effect.interruptible(nextTry(failure)) : nextTry(failure), {
          onSuccess: () => Effect.andThen(options.retried(failure), Effect.catchIf(self, isRetried, after)),
          onFailure: () => Effect.fail(failure)
        })
      return after(first)
    })
  )
