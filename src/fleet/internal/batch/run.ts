/** Runs a batch: reads its items in order, and gives a window of them their turns at once. */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { ApiError } from "../../../cloud/ApiError.ts"
import * as Journal from "../../../job/Journal.ts"
import type * as QueryJob from "../../../job/QueryJob.ts"
import type * as SubmitJob from "../../../job/SubmitJob.ts"
import * as budgets from "./budget.ts"
import { makeClaims } from "./claims.ts"
import * as endings from "./ending.ts"
import type { Files } from "./files.ts"
import { makeTurns } from "./lines.ts"
import type { Event, Item, Options } from "./model.ts"

const defaultWindow = 1000

/** The entry that speaks for each operation: the one with a ticket, else one that may have a job, else the last. */
const recordedOf = Effect.fnUntraced(function* () {
  const { entries } = yield* Journal.Journal.use(({ list }) => list)
  const recorded = new Map<string, Journal.Entry>()
  const weight = ({ outcome }: Journal.Entry) => (outcome._tag === "Accepted" ? 2 : outcome._tag === "Refused" ? 0 : 1)
  // The newest come first.
  for (const entry of entries) {
    const other = recorded.get(entry.operation)
    if (other === undefined || weight(entry) > weight(other)) recorded.set(entry.operation, entry)
  }
  return recorded
})

/** What the journal says was bought for the items of a batch. */
const spentOn = <E, R, E2, R2>(
  items: Stream.Stream<Item<E2, R2>, E, R>,
  recorded: ReadonlyMap<string, Journal.Entry>
) => {
  const claim = makeClaims()
  return items.pipe(
    Stream.mapEffect((item, index) =>
      Effect.match(claim(item, index), {
        // The item fails at its turn, and costs nothing.
        onFailure: () => 0,
        onSuccess: ({ duplicateOf, line: { operation } }) => {
          const entry = duplicateOf === undefined ? recorded.get(operation) : undefined
          return entry === undefined ? 0 : budgets.costOf(entry)
        }
      })
    ),
    Stream.runFold(
      () => 0,
      (sum, cost) => sum + cost
    )
  )
}

export const run = <E, R, E2, R2, R3>(
  items: Stream.Stream<Item<E2, R2>, E, R>,
  options: Options,
  files: Files<R3> | undefined
): Stream.Stream<
  Event<E2>,
  E | ApiError | Journal.JournalError,
  R | R2 | R3 | SubmitJob.SubmitJob | QueryJob.QueryJob | Journal.Journal
> =>
  Stream.callback(
    (queue: Queue.Queue<Event<E2>, E | ApiError | Journal.JournalError | Cause.Done>) =>
      Effect.gen(function* () {
        const recorded = yield* recordedOf()
        const { maxCredits, window = defaultWindow } = options
        const budget =
          maxCredits === undefined ? budgets.unlimited : budgets.make(maxCredits, yield* spentOn(items, recorded))
        const ending = endings.make<E>()
        const emit = (event: Event<E2>) => Queue.offer(queue, event)
        const turns = yield* makeTurns<E2, R3>({ options, budget, ending, recorded, files, emit })
        const claim = makeClaims()
        yield* items.pipe(
          Stream.catch((error) => Stream.fromEffectDrain(ending.end(error))),
          Stream.interruptWhen(ending.over),
          Stream.mapEffect((item, index) =>
            Effect.catch(claim(item, index), (error) =>
              Effect.as(
                turns.failed({ line: { index, operation: item.operation, kind: item.kind.name } }, error),
                undefined
              )
            )
          ),
          Stream.filter(Predicate.isNotUndefined),
          Stream.mapEffect(turns.take, { concurrency: window, unordered: true }),
          Stream.runDrain
        )
        yield* ending.check
      }).pipe(Queue.into(queue)),
    { bufferSize: 16 }
  )
