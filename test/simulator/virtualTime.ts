/**
 * Virtual time for the simulator: everything that is due now runs, then the clock goes on to the next timer.
 *
 * It differs from `TestClock` in three things that a simulator of many seeds needs: it takes no turn of the event loop, so
 * a seed is a matter of milliseconds; nothing preempts a fiber, so a seed replays exactly; and it knows when nothing can
 * happen any more, which is a hang.
 */
import { type Clock, Duration, Effect, Exit, type Scheduler } from "effect"

/** Who sleeps: a process, with a wall clock of its own. A dead one is never woken. */
export interface Sleeper {
  /** How far its wall clock is ahead, in milliseconds. */
  readonly skew: number
  isDead: boolean
  /** Its timers that run. */
  timers: number
}

export interface VirtualTime {
  /** The true time, in Unix milliseconds. */
  readonly now: () => number
  readonly clockOf: (sleeper: Sleeper) => Clock.Clock
  readonly scheduler: Scheduler.Scheduler
  /** Runs an effect to its end. Dies when it hangs. */
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Exit.Exit<A, E>
}

interface Timer {
  readonly at: number
  readonly ring: () => void
}

// In 2027.
const start = 1_800_000_000_000

export const make = (): VirtualTime => {
  let now = start
  let tasks: Array<() => void> = []
  /** The one that rings first is the last. */
  const timers: Array<Timer> = []

  const scheduler: Scheduler.Scheduler = {
    executionMode: "async",
    shouldYield: () => false,
    makeDispatcher: () => ({ scheduleTask: (task) => void tasks.push(task), flush: () => {} })
  }

  const add = (timer: Timer) => {
    let at = timers.length
    // Timers of the same time ring in the order in which they were set.
    while (at > 0 && (timers[at - 1]?.at ?? 0) <= timer.at) at -= 1
    timers.splice(at, 0, timer)
  }

  const sleep = (sleeper: Sleeper, duration: Duration.Duration) =>
    Effect.callback<void>((resume) => {
      const timer: Timer = {
        at: now + Math.max(0, Math.ceil(Duration.toMillis(duration))),
        ring: () => {
          sleeper.timers -= 1
          if (!sleeper.isDead) resume(Effect.void)
        }
      }
      sleeper.timers += 1
      add(timer)
      return Effect.sync(() => {
        const at = timers.indexOf(timer)
        if (at < 0) return
        timers.splice(at, 1)
        sleeper.timers -= 1
      })
    })

  const clockOf = (sleeper: Sleeper): Clock.Clock => {
    const currentTimeMillisUnsafe = () => now + sleeper.skew
    const currentTimeNanosUnsafe = () => BigInt(now + sleeper.skew) * 1_000_000n
    const monotonicTimeNanosUnsafe = () => BigInt(now - start) * 1_000_000n
    return {
      currentTimeMillisUnsafe,
      currentTimeNanosUnsafe,
      monotonicTimeNanosUnsafe,
      currentTimeMillis: Effect.sync(currentTimeMillisUnsafe),
      currentTimeNanos: Effect.sync(currentTimeNanosUnsafe),
      monotonicTimeNanos: Effect.sync(monotonicTimeNanosUnsafe),
      sleep: (duration) => sleep(sleeper, duration)
    }
  }

  const runDue = () => {
    while (tasks.length > 0) {
      const due = tasks
      tasks = []
      for (const task of due) task()
    }
  }

  const run = <A, E>(effect: Effect.Effect<A, E>): Exit.Exit<A, E> => {
    const fiber = Effect.runFork(effect, { scheduler })
    for (;;) {
      runDue()
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) return exit
      const timer = timers.pop()
      if (timer === undefined || timer.at === Infinity) return Exit.die(new Error("Nothing can happen any more."))
      now = timer.at
      timer.ring()
    }
  }

  return { now: () => now, clockOf, scheduler, run }
}
