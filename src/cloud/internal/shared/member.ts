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
import * as Ledger from "./ledger.ts"
import type { Store } from "./store.ts"

const millis = (count: number) => BigInt(Math.round(count * 1_000_000))
const toMillis = (nanos: bigint) => Number(nanos) / 1_000_000

/** In milliseconds. */
const lease = 250
const ahead = 50
const heartbeat = millis(100)
// While the store fails, messages are this long apart: doubled with each failure, up to the latter.
const firstPause = millis(50)
const longestPause = millis(200)
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

interface Said {
  readonly held: number
  readonly wanted: number
  readonly counted: number
  readonly unused: number
}

/** Sends messages to the store, in order, and knows what its answers tell of it. */
const makeTell = ({ key, name, limit, window, store }: Options) => {
  let number = 0
  let seen = 0
  // The store's time less ours, in milliseconds, at most.
  let offset: number | undefined
  return Effect.fnUntraced(function* (said: Said, sent: bigint) {
    const [time, stamp, wait, ...delays] = yield* store.tell(key, {
      ...said,
      limit,
      window: Math.ceil(Duration.toMillis(window)),
      lease,
      ahead,
      member: name,
      number: ++number,
      seen,
      deadline: offset === undefined ? 0 : Math.floor(offset + toMillis(sent)) + lease
    })
    seen = stamp
    offset = time - toMillis(sent)
    return { wait, delays }
  })
}

interface Talk extends Pick<Options, "run"> {
  /** When there is something to say; never, if it is undefined. */
  readonly nextMessage: (now: bigint) => bigint | undefined
  readonly speak: Effect.Effect<void>
}

/** The fiber that talks: it is there while there is something to say. What is made must be called when there is news. */
const makeTalk = ({ nextMessage, speak, run }: Talk) => {
  const news = Latch.makeUnsafe()
  let talking = false

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

  return () => {
    news.openUnsafe()
    if (talking) return
    talking = true
    run(talk)
  }
}

export const make = (options: Options) => {
  const { window, health, wanting, claimed } = options
  const tell = makeTell(options)
  const ledger = Ledger.make(Duration.toNanosUnsafe(window))
  const spoken = Latch.makeUnsafe()
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

  const speak = Effect.gen(function* () {
    const now = yield* Clock.monotonicTimeNanos
    const unused = wanting(now) === 0 ? ledger.giveBack(now) : 0
    const counted = ledger.counting(now)
    const said = { held: Math.max(ledger.held(), claimed(now)), wanted: wanted(now), counted, unused }
    const exit = yield* Effect.exit(Effect.timeout(tell(said, now), lease))
    const end = yield* Clock.monotonicTimeNanos
    if (Exit.isSuccess(exit)) {
      const { wait, delays } = exit.value
      ledger.heard(counted)
      ledger.granted(delays.map((delay) => end + millis(delay)))
      believed = { held: said.held + delays.length, wanted: said.wanted - delays.length, at: now }
      due = end + millis(Math.max(1, wait))
      pause = 0n
      yield* health.answered
    } else {
      ledger.giveUp()
      pause = pause === 0n ? firstPause : pause * 2n < longestPause ? pause * 2n : longestPause
      due = end + pause
      yield* health.failed(now, exit.cause)
    }
    yield* spoken.release
  })

  const wake = makeTalk({ nextMessage, speak, run: options.run })

  /** When the next permit may be used, if there is one. */
  const next = (now: bigint) => {
    if (now > believed.at + millis(lease)) ledger.giveUp()
    return ledger.next()
  }

  return { next, use: ledger.use, count: ledger.count, wake, spoken: spoken.await }
}
