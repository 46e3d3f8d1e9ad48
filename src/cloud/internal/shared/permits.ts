/**
 * The permits of one key that a fleet shares, as one process gets them: from the store while it answers, and as the
 * policy says while it does not.
 *
 * Whatever the store says, the process also keeps the whole ceiling by itself. While it takes its own share, what it got
 * from the store before counts in the share; and it tells the store that it holds all of the share, as soon as the store
 * can be told, so that no other process is granted any of it.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type Limit, makePermits, type Permits, sleepUntil } from "../gate.ts"
import * as Member from "./member.ts"

/** What to do while the store does not answer: wait until a deadline, or take a share of the limit. */
export type OnFailure =
  | { readonly _tag: "Wait"; readonly deadline: Duration.Duration }
  | { readonly _tag: "Share"; readonly processes: number }

/** A part of a limit: fewer permits in a window, or one in a longer window. */
const shareOf = ({ limit, window }: Limit, processes: number): Limit =>
  limit >= processes
    ? { limit: Math.floor(limit / processes), window }
    : { limit: 1, window: Duration.times(window, processes / limit) }

export interface Options<E> extends Omit<Member.Options, "wanting" | "claimed"> {
  readonly onFailure: OnFailure
  readonly unavailable: (cause: unknown) => E
}

export const make =
  <E>({ onFailure, unavailable, ...options }: Options<E>) =>
  (waiting: () => number): Permits<E> => {
    const { health } = options
    const all = makePermits(options)
    const part = onFailure._tag === "Share" ? shareOf(options, onFailure.processes) : undefined
    const share = part === undefined ? undefined : makePermits(part)
    const takesShare = (now: bigint) => share !== undefined && health.isDoubtful(now)
    const deadline = onFailure._tag === "Wait" ? Duration.toNanosUnsafe(onFailure.deadline) : undefined
    const member = Member.make({
      ...options,
      wanting: (now) => (takesShare(now) ? 0 : waiting()),
      claimed: (now) => (part !== undefined && takesShare(now) ? part.limit : 0)
    })

    const granted: Effect.Effect<void, E> = Effect.gen(function* () {
      for (;;) {
        const now = yield* Clock.monotonicTimeNanos
        if (share !== undefined && takesShare(now)) {
          member.wake()
          return yield* share.wait
        }
        const next = member.next(now)
        if (next !== undefined) {
          if (next <= now) return
          // The permit is given up if the store stops to answer in the meantime.
          yield* sleepUntil(next)
          continue
        }
        member.wake()
        const failing = deadline === undefined ? undefined : health.failing()
        if (deadline === undefined || failing === undefined) {
          yield* member.spoken
        } else {
          if (now >= failing.since + deadline) return yield* Effect.fail(unavailable(failing.cause))
          yield* Effect.raceFirst(member.spoken, sleepUntil(failing.since + deadline))
        }
      }
    })

    return {
      wait: Effect.andThen(all.wait, granted),
      hold: () => {
        member.use()
        all.hold()
        share?.hold()
      },
      count: Effect.clockWith((clock) => {
        member.count(clock.monotonicTimeNanosUnsafe())
        member.wake()
        return share === undefined ? all.count : Effect.andThen(all.count, share.count)
      })
    }
  }
