/** What a seed draws before its world begins: jobs, faults, processes and how they die, clocks, credentials, callers. */
import { Effect, Random, Schedule } from "effect"
import * as Polling from "../../src/job/Polling.ts"
import type * as Fake from "../../src/testing/Fake.ts"

/** What somebody wants, and may want again in another process. */
export interface Order {
  /** The operation id; undefined for a random one. */
  readonly operation: string | undefined
  readonly kind: "Pro" | "Rapid"
  readonly way: "generate" | "stream" | "submit"
  /** After how many milliseconds its callers are interrupted, if they are. */
  readonly interruptedAfter: number | undefined
  /** Whether it is submitted again where its submission is unknown. */
  readonly again: boolean
}

/** A process: its step of death, and how far its wall clock is ahead. */
export interface LifePlan {
  readonly diesAt: number
  readonly skew: number
  /** How long after its end, or its death, the next one begins; in milliseconds. */
  readonly pause: number
}

export interface Plan {
  readonly fake: Fake.Options
  readonly faults: ReadonlyArray<Fake.Fault>
  /** Which share of requests goes wrong, and which share of writes finds the disk full. */
  readonly faultRate: number
  readonly fullRate: number
  /** The share of jobs that fail. */
  readonly failRate: number
  /** How long a request and its answer travel at most, in milliseconds. */
  readonly travel: number
  /** When temporary credentials are stale, in milliseconds from the start. */
  readonly stale: { readonly from: number; readonly to: number }
  readonly orders: ReadonlyArray<Order>
  /** Processes that run at the same time, each as a line of lives. */
  readonly lines: ReadonlyArray<ReadonlyArray<LifePlan>>
  readonly deadline: number
  readonly schedule: Polling.PollingOptions["schedule"]
  /** How many looks at once a process takes when it starts. */
  readonly crowd: number
  /** Whether there is a tracer. */
  readonly isTraced: boolean
}

const minute = 60_000
const hour = 60 * minute

const allFaults: ReadonlyArray<Fake.Fault> = [
  "dropped",
  "never",
  "truncated",
  "badGateway",
  { slow: "3 seconds" },
  { slow: "40 seconds" },
  { code: "InternalError" },
  { code: "RequestLimitExceeded" },
  { code: "RequestLimitExceeded.JobNumExceed" },
  { code: "AuthFailure.SignatureExpire" },
  { code: "UnauthorizedOperation" },
  { code: "FailedOperation.JobNotFound" },
  { code: "Unheard.Of", message: "see https://host.example/a.glb?q-signature=0123456789" },
  { status: "HELD" }
]

/** Draws from Effect's `Random`, so that a seed says all. */
export const drawing = Effect.map(Random.Random, (random) => {
  const double = () => random.nextDoubleUnsafe()
  const int = (min: number, max: number) => min + Math.floor(double() * (max - min + 1))
  const chance = (rate: number) => double() < rate
  return {
    int,
    chance,
    oneOf: <A>(first: A, ...others: ReadonlyArray<A>): A => others[int(-1, others.length - 1)] ?? first,
    any: <A>(all: ReadonlyArray<A>): A | undefined => all[int(0, all.length - 1)],
    some: <A>(all: ReadonlyArray<A>, rate: number) => all.filter(() => chance(rate)),
    /** From 1 to `max`, and small ones as likely as large ones. */
    spread: (max: number) => Math.floor(Math.exp(double() * Math.log(max + 1)))
  }
})

type Draw = Effect.Success<typeof drawing>

const orderOf = (draw: Draw, nth: number): Order => ({
  operation: draw.chance(0.85) ? `op-${nth}` : undefined,
  kind: draw.oneOf("Pro", "Pro", "Rapid"),
  way: draw.oneOf("generate", "stream", "submit"),
  interruptedAfter: draw.chance(0.25) ? draw.spread(5 * minute) : undefined,
  again: draw.chance(0.3)
})

const lifeOf = (draw: Draw, isLast: boolean): LifePlan => ({
  diesAt: isLast && draw.chance(0.5) ? Infinity : draw.spread(400),
  skew: draw.oneOf(0, 0, 0, draw.int(-4000, 4000), draw.int(-12, 12) * minute, draw.int(-3, 3) * hour),
  // A process needs longer than a second to start, so its limiter need not know what the last one sent.
  pause: draw.oneOf(2000, draw.int(2000, 5 * minute), draw.chance(0.1) ? 25 * hour : 3000)
})

const fakeOf = (draw: Draw): Fake.Options => ({
  wait: draw.oneOf(0, draw.int(0, minute)),
  ...draw.oneOf<Fake.Options>({}, { run: 30_000 }, { run: draw.spread(10 * minute) }),
  ...draw.oneOf<Fake.Options>({}, { tasksAtOnce: 1 }, { tasksAtOnce: 50 }),
  slotsFull: draw.oneOf("queue", "refuse")
})

export const plan: Effect.Effect<Plan> = Effect.map(drawing, (draw) => {
  const stale = draw.chance(0.2) ? draw.spread(10 * minute) : Infinity
  return {
    fake: fakeOf(draw),
    faults: draw.some(allFaults, 0.4),
    faultRate: draw.oneOf(0, 0.03, 0.1, 0.25),
    fullRate: draw.oneOf(0, 0, 0, 0.05),
    failRate: 0.1,
    travel: draw.oneOf(5, 50, 300),
    stale: { from: stale, to: stale + draw.spread(10 * minute) },
    orders: Array.from({ length: draw.oneOf(1, 1, 2, 3) }, (_, nth) => orderOf(draw, nth)),
    lines: Array.from({ length: draw.oneOf(1, 1, 2) }, () => {
      const count = draw.int(1, 3)
      return Array.from({ length: count }, (_, nth) => lifeOf(draw, nth === count - 1))
    }),
    deadline: draw.oneOf(1, 3, 20) * minute,
    // Mostly long pauses: looks are what takes the simulator's time.
    schedule: draw.oneOf(Polling.steady, Schedule.spaced("40 seconds"), Schedule.spaced("1 minute")),
    crowd: draw.chance(0.05) ? draw.int(15, 45) : 0,
    isTraced: draw.chance(0.3)
  }
})
