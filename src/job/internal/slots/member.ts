/**
 * One process's side of the talk with the shared store about one kind: which places it has, and what became of them.
 *
 * Each message tells of all places of the process. So nothing that goes wrong on the way matters for long.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { StoreHealth } from "../../../internal/storeHealth.ts"
import type * as Job from "../../Job.ts"
import { measuredPosition } from "./metrics.ts"
import type * as service from "./service.ts"
import type { Answer, Phase, PlaceAnswer, Store } from "./store.ts"
import * as Talk from "./talk.ts"
import { untilTurn } from "./turn.ts"
import type { TaskSlotsUnavailable } from "./unavailable.ts"

/** In milliseconds. A member that the store has not heard for so long is gone. */
const lease = 5000
/** How long an answer of the store is waited for. */
const patience = 1000

export interface Options extends Pick<Talk.Options, "run" | "closed"> {
  readonly kind: string
  /** Of the process. */
  readonly name: string
  readonly store: Store
  readonly health: StoreHealth
  /** In nanoseconds. */
  readonly deadline: bigint
  /** In milliseconds, as `longestJob`. */
  readonly heldAfterEnd: number
  readonly longestJob: number
  readonly unavailable: (cause: unknown) => TaskSlotsUnavailable
}

/** A place as this process knows it. */
interface Place {
  readonly name: number
  number: number
  phase: Phase
  refusals: number
  jobId: string
  position: number | undefined
}

/** What the process knows of one kind. */
interface Known {
  readonly places: Map<number, Place>
  /** Jobs of whose end the store does not know yet. */
  readonly ended: Set<string>
  count: number
}

const isWaiting = ({ phase }: Place) => phase === "waiting" || phase === "paused"

/** What the store says of a place that it was told of in this phase. What the process knows by now counts more. */
const hear = ({ places }: Known, place: Place, told: Phase, [number, position]: PlaceAnswer) => {
  place.number = number
  place.position = position
  if (place.phase === "waiting" && position === 0) place.phase = "sending"
  if (told === "left" || (place.phase === "job" && position === -1)) places.delete(place.name)
}

/** Tells the store all that the process knows, and takes in its answer; tells whether there was one. */
const makeSpeak = ({ health, heldAfterEnd, kind, longestJob, name, store }: Options, known: Known) => {
  const { ended, places } = known
  let number = 0
  let seen = 0

  return Effect.gen(function* () {
    const told = [...places.values()].map((place) => ({ place, phase: place.phase }))
    const over = [...ended]
    const { count } = known
    const message = {
      member: name,
      number: ++number,
      seen,
      count,
      lease,
      heldAfterEnd,
      longestJob,
      places: told.map(({ phase, place }) => [place.name, place.number, phase, place.refusals, place.jobId] as const),
      ended: over
    }
    const sent = yield* Clock.monotonicTimeNanos
    const exit: Exit.Exit<Answer, unknown> = yield* Effect.exit(Effect.timeout(store.tell(kind, message), patience))
    if (Exit.isFailure(exit)) {
      yield* health.failed(sent, exit.cause)
      return false
    }
    const [stamp, ...answers] = exit.value
    seen = stamp
    for (const job of over) ended.delete(job)
    for (const [index, { phase, place }] of told.entries()) {
      const answer = answers[index]
      if (answer !== undefined) hear(known, place, phase, answer)
    }
    yield* measuredPosition(kind, [...places.values()].find(isWaiting)?.position ?? 0)
    yield* health.answered
    return true
  })
}

/** How a place goes through its phases. */
const makePlace = (
  { kind }: Options,
  { places }: Known,
  { tell, untilHeard }: ReturnType<typeof Talk.make>,
  place: Place,
  news: Effect.Effect<void, TaskSlotsUnavailable>,
  onPosition: ((position: number) => Effect.Effect<void>) | undefined
): service.Place => {
  const position = () => (place.phase === "sending" ? 0 : place.position || undefined)
  const change = (to: Partial<Place>) =>
    Effect.sync(() => {
      Object.assign(place, to)
      tell()
    })
  return {
    turn: Effect.suspend(() =>
      Effect.andThen(
        place.phase === "paused" ? change({ phase: "waiting" }) : Effect.void,
        untilTurn({ kind, position, news, onPosition })
      )
    ),
    refused: Effect.suspend(() => change({ phase: "paused", refusals: place.refusals + 1 })),
    accepted: (jobId) => change({ phase: "job", jobId }),
    leave: Effect.gen(function* () {
      if (!places.has(place.name)) return
      if (place.jobId === "") {
        places.delete(place.name)
        tell()
        return
      }
      place.phase = "left"
      if (yield* untilHeard(tell())) return
      yield* Effect.logWarning(
        `The shared store of task slots has not heard of job ${place.jobId}. Another submission may get its task slot, and find it taken.`
      )
    })
  }
}

export const make = (options: Options) => {
  const { closed, deadline, health, run, unavailable } = options
  const known: Known = { places: new Map(), ended: new Set(), count: 0 }
  const { ended, places } = known
  const talk = Talk.make({
    run,
    closed,
    speak: makeSpeak(options, known),
    goesOn: () => places.size + ended.size > 0
  })
  let entered = 0

  const news = Effect.gen(function* () {
    yield* talk.spoken
    const failing = health.failing()
    if (failing === undefined || (yield* Clock.monotonicTimeNanos) < failing.since + deadline) return
    return yield* Effect.fail(unavailable(failing.cause))
  })

  return {
    enter: (count: number, onPosition?: (position: number) => Effect.Effect<void>): service.Place => {
      const name = ++entered
      const place: Place = { name, number: 0, phase: "waiting", refusals: 0, jobId: "", position: undefined }
      places.set(name, place)
      known.count = count
      talk.tell()
      return makePlace(options, known, talk, place, news, onPosition)
    },
    ended: (jobId: Job.JobId): Effect.Effect<void> =>
      Effect.suspend(() => {
        for (const place of places.values()) {
          if (place.jobId === jobId) place.phase = "left"
        }
        ended.add(jobId)
        return Effect.asVoid(talk.untilHeard(talk.tell()))
      })
  }
}
