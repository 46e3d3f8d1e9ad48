/**
 * One process's side of the talk with the shared store about one key: which permits it holds, and when the store must
 * hear of it.
 *
 * One fiber talks while there is something to say, with one message open at a time. A message goes
 *
 * - when callers wait, at the time that the store named;
 * - when answers have come, at once, since their permits count from when the store hears of it;
 * - when permits are left that nobody wants;
 * - after `heartbeat`, while permits are held or wanted: a member that is silent for `lease` loses them.
 *
 * **Gotchas**
 *
 * - Permits that nobody uses yet are given up when the store did not answer a message of the last `lease`: it may have
 *   given them to others. So that is also how long an answer is waited for.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import type { Limit } from "../gate.ts"
import { sleepUntil } from "../gate.ts"
import type { Health } from "./health.ts"
import type { Answer, Store } from "./store.ts"

const millis = (count: number) => BigInt(Math.round(count * 1_000_000))
const toMillis = (nanos: bigint) => Number(nanos) / 1_000_000

/** In milliseconds. */
const lease = 250
const ahead = 50
const heartbeat = millis(100)
// While the store fails, messages are this long apart: doubled with each failure, up to the latter.
const firstPause = millis(50)
const longestPause = millis(500)
/** The most permits that one message can bring. */
const handful = 1000

export interface Options extends Limit {
  readonly key: string
  readonly name: string
  readonly store: Store
  readonly health: Health
  /** Runs the fiber that talks. */
  readonly run: (talk: Effect.Effect<void>) => unknown
  /** How many permits are wanted now. */
  readonly wanting: (now: bigint) => number
  /** How many permits the process may use now without the store. */
  readonly claimed: (now: bigint) => number
}

/** What the store granted, and what became of it, in nanoseconds of the monotonic clock. */
const makeLedger = (window: bigint) => {
  // When each permit that was granted and is not yet held may be used.
  const ready: Array<bigint> = []
  let using = 0
  // When the permits that the store does not know of began to count.
  let counted: Array<bigint> = []

  return {
    /** When the next permit may be used. */
    next: () => ready[0],
    readyCount: () => ready.length,
    held: () => ready.length + using,
    granted: (times: ReadonlyArray<bigint>) => void ready.push(...times),
    /** Uses the next permit, or one of which the store knows nothing. */
    use: () => {
      ready.shift()
      using++
    },
    count: (now: bigint) => {
      using--
      counted.push(now)
    },
    /** Gives back the permits that may be used already. Only the time at which they may be used is known, not the one before. */
    giveBack: (now: bigint) => {
      const usable = ready.filter((time) => time <= now).length
      ready.splice(0, usable)
      return usable
    },
    giveUp: () => void ready.splice(0),
    /** What began to count, and still does. */
    counting: (now: bigint) => {
      counted = counted.filter((time) => time + window > now)
      return counted.length
    },
    heard: (count: number) => void counted.splice(0, count)
  }
}

export const make = ({ key, name, limit, window, store, health, run, wanting, claimed }: Options) => {
  const ledger = makeLedger(Duration.toNanosUnsafe(window))
  const spoken = Latch.makeUnsafe()
  const news = Latch.makeUnsafe()
  let talking = false
  let number = 0
  let seen = 0
  // The store's time less ours, in milliseconds, at most.
  let offset: number | undefined
  // What the store believes, as far as we know, and when the message was sent that told it.
  let believed = { held: 0, wanted: 0, at: 0n }
  let due = 0n
  let pause = 0n

  const wanted = (now: bigint) => Math.max(0, Math.min(wanting(now) - ledger.readyCount(), handful))

  /** When the store must hear of us next. */
  const nextMessage = (now: bigint): bigint | undefined => {
    if (pause > 0n) return due
    const wants = wanted(now)
    const surplus = wanting(now) === 0 ? ledger.next() : undefined
    if (ledger.counting(now) > 0 || (wants === 0 && believed.wanted > 0)) return now
    const times = [
      // The store named a time only if it owes us permits.
      ...(wants > 0 ? [believed.wanted > 0 ? due : now] : []),
      ...(surplus === undefined ? [] : [surplus]),
      ...(wants + ledger.held() + believed.held > 0 ? [believed.at + heartbeat] : [])
    ]
    return times.length === 0 ? undefined : times.reduce((a, b) => (a < b ? a : b))
  }

  const heard = ([time, stamp, wait, ...delays]: Answer, sent: bigint, now: bigint) => {
    seen = stamp
    offset = time - toMillis(sent)
    ledger.granted(delays.map((delay) => now + millis(delay)))
    due = now + millis(Math.max(1, wait))
    pause = 0n
  }

  const speak = Effect.gen(function* () {
    const now = yield* Clock.monotonicTimeNanos
    const unused = wanting(now) === 0 ? ledger.giveBack(now) : 0
    const counted = ledger.counting(now)
    const said = { held: Math.max(ledger.held(), claimed(now)), wanted: wanted(now) }
    const message = {
      ...said,
      limit,
      window: Math.ceil(Duration.toMillis(window)),
      lease,
      ahead,
      member: name,
      number: ++number,
      seen,
      deadline: offset === undefined ? 0 : Math.floor(offset + toMillis(now)) + lease,
      counted,
      unused
    }
    const exit = yield* Effect.exit(Effect.timeout(store.tell(key, message), lease))
    const end = yield* Clock.monotonicTimeNanos
    if (Exit.isSuccess(exit)) {
      ledger.heard(counted)
      heard(exit.value, now, end)
      believed = { held: said.held + exit.value.length - 3, wanted: said.wanted - (exit.value.length - 3), at: now }
      yield* health.answered
    } else {
      ledger.giveUp()
      pause = pause === 0n ? firstPause : pause * 2n < longestPause ? pause * 2n : longestPause
      due = end + pause
      yield* health.failed(now, exit.cause)
    }
    yield* spoken.release
  })

  const talk: Effect.Effect<void> = Effect.gen(function* () {
    for (;;) {
      // Callers that came together are told of together.
      yield* Effect.yieldNow
      const now = yield* Clock.monotonicTimeNanos
      const next = nextMessage(now)
      if (next === undefined) break
      if (next > now) {
        news.closeUnsafe()
        yield* Effect.raceFirst(news.await, sleepUntil(next))
        continue
      }
      yield* speak
    }
    talking = false
  })

  const wake = () => {
    news.openUnsafe()
    if (talking) return
    talking = true
    run(talk)
  }

  /** When the next permit may be used, if there is one. */
  const next = (now: bigint) => {
    if (now > believed.at + millis(lease)) ledger.giveUp()
    return ledger.next()
  }

  return { next, use: ledger.use, count: ledger.count, wake, spoken: spoken.await }
}
