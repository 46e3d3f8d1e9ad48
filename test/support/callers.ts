/** Callers of a `RateLimit` in virtual time: when they come, get their permit, send, get their answer, and leave. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import * as RateLimit from "../../src/cloud/RateLimit.ts"

/** The limiter of a new process: its own build of the layer. */
export const start = <R>(layer: Layer.Layer<RateLimit.RateLimit, never, R>) =>
  Effect.map(Layer.build(Layer.fresh(layer)), (context) => Context.get(context, RateLimit.RateLimit))

export interface Caller {
  readonly at: number
  /** How long the answer to the caller's request takes. */
  readonly takes?: number | undefined
  /** When in that time the request arrives, from 0 to 1. */
  readonly arrives?: number | undefined
  readonly leavesAt?: number | undefined
}

export interface Grant {
  readonly caller: number
  readonly time: number
}

interface Request extends Grant {
  /** When its answer came, or when it failed. */
  readonly end: number
}

/**
 * Lets each caller come at its time, send a request when it has its permit, and leave at its time, in milliseconds from
 * now. A request that is sent gets its answer, whether its caller leaves or not. The grants, and the requests that have
 * ended, fill in as the test moves the clock.
 */
export const play = Effect.fnUntraced(function* <E>(
  callers: ReadonlyArray<Caller>,
  acquire: (caller: number) => Effect.Effect<void, E, Scope.Scope>
) {
  const grants: Array<Grant> = []
  const requests: Array<Request> = []
  const zero = yield* Clock.monotonicTimeNanos
  const now = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos - zero) / 1_000_000)
  for (const [caller, { at, takes = 0, leavesAt }] of callers.entries()) {
    const attempt = Effect.gen(function* () {
      yield* Effect.interruptible(acquire(caller))
      const grant = { caller, time: yield* now }
      grants.push(grant)
      if (takes > 0) yield* Effect.sleep(takes)
      requests.push({ ...grant, end: yield* now })
    }).pipe(Effect.scoped, Effect.uninterruptible)
    const fiber = yield* Effect.forkChild(Effect.andThen(Effect.sleep(at), attempt))
    if (leavesAt !== undefined) yield* Effect.forkChild(Effect.delay(Fiber.interrupt(fiber), leavesAt))
  }
  yield* TestClock.adjust(0)
  return { grants, requests }
})

export const atOnce = (count: number): ReadonlyArray<Caller> => Array.from({ length: count }, () => ({ at: 0 }))

export const times = (grants: ReadonlyArray<Grant>) => grants.map(({ time }) => time)

/** The most grants in any rolling window, its end not included. */
export const crowd = (times: ReadonlyArray<number>, window: number) =>
  Math.max(0, ...times.map((start) => times.filter((time) => time >= start && time < start + window).length))

export interface Scenario {
  readonly limit: number
  readonly window: number
  readonly countFrom: "answer" | "grant"
  readonly callers: ReadonlyArray<Caller>
}

export const callers = (
  time: fc.Arbitrary<number>,
  takes: fc.Arbitrary<number>,
  patience: fc.Arbitrary<number>
): fc.Arbitrary<ReadonlyArray<Caller>> =>
  fc.array(
    fc
      .record({ at: time, takes, arrives: fc.constantFrom(0, 0.3, 0.9, 1), patience: fc.option(patience) })
      .map(({ patience, ...caller }) => ({
        ...caller,
        leavesAt: patience === null ? undefined : caller.at + patience
      })),
    { maxLength: 30, size: "max" }
  )

export const limit = fc.integer({ min: 1, max: 5 })
const countFrom = fc.constantFrom<Scenario["countFrom"]>("answer", "grant")

// Callers come, requests end and permits fall due on even milliseconds, callers leave on odd ones: what comes first is
// never open.
const even = (max: number) => fc.nat(max / 2).map((half) => half * 2)
const odd = (max: number) => even(max).map((even) => even + 1)

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  limit,
  window: even(58).map((window) => window + 2),
  countFrom,
  callers: callers(even(160), even(100), odd(120))
})

const micros = (max: number) => fc.nat(max * 1000).map((micros) => micros / 1000)

/** Everything can fall together. */
export const crowded: fc.Arbitrary<Scenario> = fc.record({
  limit,
  window: fc.integer({ min: 1, max: 60 }),
  countFrom,
  callers: callers(fc.nat(160), fc.nat(100), fc.nat(120))
})

/** Everything can fall between two milliseconds. */
export const ragged: fc.Arbitrary<Scenario> = fc.record({
  limit,
  window: micros(60).map((window) => window + 0.001),
  countFrom,
  callers: callers(micros(160), micros(100), micros(120))
})
