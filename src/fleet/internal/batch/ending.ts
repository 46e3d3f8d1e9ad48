/**
 * What ends a whole batch: what every further submission would meet too. Nothing is submitted after it, and what has a
 * job goes on to its end.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as ApiError from "../../../cloud/ApiError.ts"
import * as GenerateJob from "../../../job/GenerateJob.ts"
import * as Journal from "../../../job/Journal.ts"

const isNoAnswer = Schema.is(ApiError.NoAnswer)

const lasting = new Set<ApiError.Reason["_tag"]>([
  "NoCredentials",
  "NoPermit",
  "Authentication",
  "ClockSkew",
  "Permission",
  "Quota"
])

// So many submissions one after the other without a clear answer are no accident. Each may be paid for.
const patience = 5

export interface Ending<E> {
  /** Whether nothing more may be submitted. */
  readonly isOver: () => boolean
  /** Waits for that. */
  readonly over: Effect.Effect<void>
  /** Ends the batch. */
  readonly end: (error: E) => Effect.Effect<void>
  /** Looks at the error of an item, and ends the batch if it is one for all. `isSubmission` if it brought no ticket. */
  readonly failed: (error: unknown, isSubmission: boolean) => Effect.Effect<void>
  /** A submission was answered with a ticket. */
  readonly submitted: () => void
  /** Fails if the batch has ended so. */
  readonly check: Effect.Effect<void, E>
}

export type Fatal = ApiError.ApiError | Journal.JournalError

export const make = <E>(): Ending<E | Fatal> => {
  const over = Deferred.makeUnsafe<void>()
  let error: { readonly value: E | Fatal } | undefined
  let unclear = 0

  const end = (value: E | Fatal) =>
    Effect.suspend(() => {
      error ??= { value }
      return Effect.asVoid(Deferred.succeed(over, undefined))
    })

  const isForAll = (failure: Fatal, isSubmission: boolean) => {
    // Without a cause, it is the entry of this operation alone that cannot be read.
    if (failure instanceof Journal.JournalError) return failure.cause !== undefined
    if (isSubmission) unclear = failure.mayHaveRun || isNoAnswer(failure.reason) ? unclear + 1 : 0
    return lasting.has(failure.reason._tag) || unclear >= patience
  }

  return {
    isOver: () => error !== undefined,
    over: Deferred.await(over),
    end,
    failed: (failure, isSubmission) => {
      const told = failure instanceof GenerateJob.WaitFailed ? failure.error : failure
      const isFatal = told instanceof ApiError.ApiError || told instanceof Journal.JournalError
      return isFatal && isForAll(told, isSubmission) ? end(told) : Effect.void
    },
    submitted: () => {
      unclear = 0
    },
    check: Effect.suspend(() => (error === undefined ? Effect.void : Effect.fail(error.value)))
  }
}
