import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** A schedule of retries that logs each of them: when it comes, and the failure that it comes after. */
export const logged = <Output, Input extends { readonly message: string }>(
  schedule: Schedule.Schedule<Output, Input>
): Schedule.Schedule<Output, Input> =>
  Schedule.tap(schedule, ({ attempt, duration, input }) =>
    Effect.logDebug(`Retry ${attempt} in ${Duration.format(duration)}. ${input.message}`)
  )
