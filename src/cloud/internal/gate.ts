/**
 * The gate of one key of a `RateLimit`: a queue of callers, and a fixed number of permits at its head.
 *
 * A permit is free, held or counting. It is held from its grant until it begins to count, and one window after that it
 * is free again. So at any time the permits that are held, and those that began to count less than a window ago, are
 * `limit` at most. Whatever is done between the grant of a permit and its counting is therefore done at most `limit`
 * times in any rolling window.
 *
 * Callers are served in the order in which they came. Only the caller at the head waits for a permit; then it lets the
 * next one through. So a queue of any length costs one timer.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Scope from "effect/Scope"

/** The permits at the head of a queue. */
export interface Permits<E = never> {
  /** Waits until a permit is free. Only one caller at a time may wait. */
  readonly wait: Effect.Effect<void, E>
  /** Takes the free permit. */
  readonly hold: () => void
  /** Lets a held permit count from now. */
  readonly count: Effect.Effect<void>
}

export interface Gate<E> {
  /** Waits for a permit that counts from its grant. */
  readonly acquire: Effect.Effect<void, E>
  /** Waits for a permit that counts from the end of the scope. */
  readonly acquireScoped: Effect.Effect<void, E, Scope.Scope>
}

export interface Limit {
  readonly limit: number
  readonly window: Duration.Duration
}

/** Waits until the monotonic clock shows `time`. */
export const sleepUntil = (time: bigint): Effect.Effect<void> =>
  Effect.clockWith((clock) => {
    // A timer may fire early, so the clock is read again after each sleep. A timer counts whole milliseconds, so a sleep
    // of less might end at once and never bring the time nearer.
    const left = time - clock.monotonicTimeNanosUnsafe()
    if (left <= 0n) return Effect.void
    return Effect.andThen(clock.sleep(Duration.millis(Math.ceil(Number(left) / 1_000_000))), sleepUntil(time))
  })

/** As many permits as the limit allows. More may be held than that, if they were not waited for. */
export const makePermits = ({ limit, window }: Limit): Permits => {
  const windowNanos = Duration.toNanosUnsafe(window)
  let granted = 0
  let counted = 0
  // A ring of the last `limit` times at which a permit began to count.
  const since: Array<bigint> = []
  const oneCounts = Latch.makeUnsafe()

  const wait = Effect.suspend((): Effect.Effect<void> => {
    if (granted - counted >= limit) {
      oneCounts.closeUnsafe()
      return Effect.andThen(oneCounts.await, wait)
    }
    // There is none for the first `limit` permits.
    const oldest = since[granted % limit]
    return oldest === undefined ? Effect.void : sleepUntil(oldest + windowNanos)
  })

  return {
    wait,
    hold: () => {
      granted++
    },
    count: Effect.clockWith((clock) => {
      since[counted % limit] = clock.monotonicTimeNanosUnsafe()
      counted++
      oneCounts.openUnsafe()
      return Effect.void
    })
  }
}

interface Waiter {
  /** Lets the waiter go on; it is there as soon as the waiter has suspended. */
  resume?: (effect: Effect.Effect<void>) => void
}

// A `Semaphore` would queue as well, but it copies its queue at each release.
const makeQueue = () => {
  const waiters = new Set<Waiter>()
  // A new iterator for each waiter would pass over all places that earlier waiters have left.
  let order = waiters.values()
  let head: Waiter | undefined

  const advance = () => {
    head = order.next().value
    // An iterator that came to its end stays there.
    if (head === undefined) order = waiters.values()
  }

  return {
    size: () => waiters.size,
    enter: (waiter: Waiter) => {
      waiters.add(waiter)
      if (head === undefined) advance()
    },
    /** Waits until the waiter is at the head. */
    turn: (waiter: Waiter) =>
      Effect.callback<void>((resume) => {
        if (head === waiter) resume(Effect.void)
        else waiter.resume = resume
      }),
    /** Removes the waiter; if it is at the head, the next one has its turn. */
    leave: (waiter: Waiter) =>
      Effect.withFiber((fiber) => {
        waiters.delete(waiter)
        if (head !== waiter) return Effect.void
        advance()
        const resume = head?.resume
        // Resumed at once, the next waiter would run inside this fiber, and the one after inside that.
        if (resume !== undefined) fiber.currentDispatcher.scheduleTask(() => resume(Effect.void), 0)
        return Effect.void
      })
  }
}

/** Makes the gate of one key. The permits can see how many callers wait for them. */
export const make = <E>(permitsFor: (waiting: () => number) => Permits<E>): Gate<E> => {
  const queue = makeQueue()
  const permits = permitsFor(queue.size)

  // The wait can be interrupted if the caller can. Once the permit is held, `granted` runs, whatever happens.
  const acquire = <R>(granted: Effect.Effect<void, never, R>): Effect.Effect<void, E, R> =>
    Effect.uninterruptibleMask((restore) => {
      const waiter: Waiter = {}
      queue.enter(waiter)
      return Effect.onExit(restore(Effect.andThen(queue.turn(waiter), permits.wait)), (exit) => {
        if (Exit.isFailure(exit)) return queue.leave(waiter)
        permits.hold()
        return Effect.andThen(queue.leave(waiter), granted)
      })
    })

  return {
    acquire: acquire(permits.count),
    acquireScoped: acquire(Effect.flatMap(Effect.scope, (scope) => Scope.addFinalizer(scope, permits.count)))
  }
}
