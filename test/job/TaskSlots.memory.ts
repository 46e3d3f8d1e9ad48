/**
 * The shared store of task slots in memory, in virtual time: what its script does in Redis, written a second time.
 */
import { Clock, Effect, Schema } from "effect"
import type { Answer, Message, Phase, PlaceTold } from "../../src/job/internal/slots/store.ts"

interface Place {
  readonly member: string
  readonly name: number
  readonly number: number
  readonly phase: Phase
  readonly refusals: number
  readonly jobId: string
  readonly due: number
}

interface State {
  readonly stamp: number
  readonly closed: number
  readonly last: number
  readonly careful: boolean
  readonly members: ReadonlyMap<string, { readonly number: number; readonly heard: number }>
  readonly places: ReadonlyArray<Place>
}

export const empty: State = { stamp: 0, closed: 0, last: 0, careful: false, members: new Map(), places: [] }

const isQueued = ({ phase }: Place) => phase === "waiting" || phase === "paused"
const isHeld = ({ phase, due }: Place, now: number) =>
  phase === "sending" || phase === "job" || (phase === "left" && due > now)

/** What a place is after its process has said this of it. */
const after = (place: Place, [, , phase, refusals, jobId]: PlaceTold, due: number): Place => {
  if (place.phase === "left") return place
  const isGranted = place.phase === "sending" && phase === "waiting" && refusals === place.refusals
  const gotJob = (phase === "job" || phase === "left") && place.jobId === ""
  return {
    ...place,
    phase: isGranted ? place.phase : phase,
    refusals,
    ...(gotJob ? { jobId, due } : {})
  }
}

/** The places of a kind after a message, before task slots are given out. */
const merged = (before: State, message: Message, present: (member: string) => boolean, now: number) => {
  const { ended, heldAfterEnd, lease, longestJob, member } = message
  const latest = now + longestJob
  const told = new Map(message.places.map((said) => [said[0], said]))
  let { last } = before

  const kept = before.places.flatMap((place): ReadonlyArray<Place> => {
    const said = place.member === member ? told.get(place.name) : undefined
    if (said !== undefined) return [after(place, said, latest)]
    if (place.member !== member && present(place.member)) return [place]
    if (place.phase === "job" || place.phase === "left") return [{ ...place, phase: "left" }]
    return []
  })
  const known = new Set(kept.filter((place) => place.member === member).map(({ name }) => name))
  const entered = message.places
    .filter(([name]) => !known.has(name))
    .map((said): Place => {
      const number = said[1] === 0 ? last + 1 : said[1]
      last = Math.max(last, number)
      const fresh: Place = { member, name: said[0], number, phase: "waiting", refusals: 0, jobId: "", due: 0 }
      return after(fresh, said, latest)
    })

  const places = [...kept, ...entered]
    .map((place) => ({ ...place, due: Math.min(place.due, latest) }))
    // Its process hears of it for a lease more.
    .filter((place) => place.phase !== "left" || place.due + lease > now)
    .map((place): Place =>
      place.jobId !== "" && ended.includes(place.jobId)
        ? { ...place, phase: "left", due: Math.min(place.due, now + heldAfterEnd) }
        : place
    )
    .toSorted((a, b) => a.number - b.number || (a.member < b.member ? -1 : a.member > b.member ? 1 : a.name - b.name))
  return { places, last }
}

/** Gives out the task slots. */
const given = (places: ReadonlyArray<Place>, count: number, isCareful: boolean, now: number): ReadonlyArray<Place> => {
  let held = places.filter((place) => isHeld(place, now)).length
  let sending = places.filter(({ phase }) => phase === "sending").length
  let isOpen = true
  return places.map((place) => {
    if (!isQueued(place)) return place
    isOpen &&= held < count && place.phase === "waiting" && !(isCareful && sending > 0)
    if (!isOpen) return place
    held += 1
    sending += 1
    return { ...place, phase: "sending" }
  })
}

const answerTo = (message: Message, stamp: number, places: ReadonlyArray<Place>): Answer => {
  const queue = places.filter(isQueued)
  return [
    stamp,
    ...message.places.flatMap(([name]) =>
      places
        .filter((place) => place.member === message.member && place.name === name)
        .map((place) => [place.number, place.phase === "left" ? -1 : queue.indexOf(place) + 1] as const)
    )
  ]
}

/** The answer to a message, and the state after it. */
export const tell = (before: State, message: Message, now: number): readonly [Answer, State] => {
  const { count, lease, member } = message
  const stamp = Math.max(before.stamp, message.seen, now)
  const closed = Math.min(before.stamp < message.seen ? now + lease : before.closed, now + lease)
  const known = before.members.get(member)
  if (known !== undefined && message.number <= known.number) return [[stamp], before]

  const isBack = now - before.stamp >= lease
  const heard = [...before.members]
    .map(([name, one]) => [name, { ...one, heard: isBack ? now : Math.min(one.heard, now) }] as const)
    .filter(([name, one]) => name !== member && one.heard + lease > now)
  const members = new Map([
    ...heard,
    ...(message.places.length > 0 ? [[member, { number: message.number, heard: now }] as const] : [])
  ])

  const { last, places } = merged(before, message, (name) => members.has(name), now)
  const refusalsOf = (name: number) =>
    before.places.find((place) => place.member === member && place.name === name)?.refusals ?? 0
  const isRefused = message.places.some(([name, , , refusals]) => refusals > refusalsOf(name))
  const jobs = places.filter((place) => place.phase !== "sending" && isHeld(place, now)).length
  const isOver = count > 0 && (!places.some(isQueued) || jobs >= count)
  const careful = (before.careful || isRefused) && !isOver

  const all = closed > now ? places : given(places, count, careful, now)
  return [answerTo(message, stamp, all), { stamp, closed, last, careful, members, places: all }]
}

const Message = Schema.fromJsonString(
  Schema.Struct({
    member: Schema.String,
    number: Schema.Number,
    seen: Schema.Number,
    count: Schema.Number,
    lease: Schema.Number,
    heldAfterEnd: Schema.Number,
    longestJob: Schema.Number,
    places: Schema.Array(
      Schema.Tuple([
        Schema.Number,
        Schema.Number,
        Schema.Literals(["waiting", "paused", "sending", "job", "left"]),
        Schema.Number,
        Schema.String
      ])
    ),
    ended: Schema.Array(Schema.String)
  })
)
const decode = Schema.decodeUnknownSync(Message)

/** A store of its own, what was sent to it, and what can happen to it. */
export const make = () => {
  const states = new Map<string, State>()
  const messages: Array<Message> = []
  return {
    messages,
    answer: (key: string, args: ReadonlyArray<string>) =>
      Effect.map(Clock.currentTimeMillis, (millis) => {
        const message = decode(args[0])
        messages.push(message)
        const [answer, state] = tell(states.get(key) ?? empty, message, Math.floor(millis))
        states.set(key, state)
        return answer
      }),
    forget: () => states.clear()
  }
}
