/**
 * The shared store of permits in memory, in virtual time: what its script does in Redis, written a second time.
 */
import { Clock, Effect } from "effect"
import { Redis } from "effect/persistence"
import type { Answer, Message } from "../../src/cloud/internal/shared/store.ts"

interface Member {
  readonly number: number
  readonly held: number
  readonly wanted: number
  readonly turn: number
  readonly heard: number
}

interface State {
  readonly stamp: number
  readonly closed: number
  readonly turn: number
  readonly counting: ReadonlyArray<number>
  readonly members: ReadonlyMap<string, Member>
}

export const empty: State = { stamp: 0, closed: 0, turn: 0, counting: [], members: new Map() }

interface Asking {
  readonly name: string
  readonly turn: number
  readonly wanted: number
}

/** To whom each permit goes, in the order in which they fall free: to the one with the fewest permits. */
function* dealing(asking: ReadonlyArray<Asking>) {
  let queue = asking
  for (;;) {
    const [first] = queue.toSorted((a, b) => a.turn - b.turn || (a.name < b.name ? -1 : 1))
    if (first === undefined) return
    yield first.name
    queue = queue
      .map((one) => (one === first ? { ...one, turn: one.turn + 1, wanted: one.wanted - 1 } : one))
      .filter(({ wanted }) => wanted > 0)
  }
}

const take = <A>(values: Iterator<A>, count: number): Array<A> => {
  const taken: Array<A> = []
  for (let next = values.next(); !next.done; next = values.next()) {
    if (taken.push(next.value) >= count) break
  }
  return taken
}

/** The answer to a message, and the state after it. */
export const tell = (before: State, message: Message, now: number): readonly [Answer, State] => {
  const { ahead, held, lease, limit, wanted } = message
  const counts = message.window + 1
  const stamp = Math.max(before.stamp, message.seen, now)
  const closed = Math.min(before.stamp < message.seen ? Infinity : before.closed, now + lease + counts)
  const known = before.members.get(message.member)
  const members = [...before.members].map(([name, member]) => ({ name, ...member, heard: Math.min(member.heard, now) }))
  const me = known ?? { number: 0, held: 0, wanted: 0, turn: 0 }
  if (message.number <= me.number) return [[now, stamp, 0], before]

  const others = members.filter(({ name }) => name !== message.member)
  const present = others.filter(({ heard }) => heard + lease > now)
  const leftBehind = others
    .filter(({ heard }) => heard + lease <= now)
    .flatMap(({ held, heard }) => Array.from({ length: held }, () => heard + lease + counts))
  const begin = Math.max(Math.max(0, me.held - held) - message.unused, message.counted)
  const counting = [
    ...before.counting.map((free) => Math.min(free, now + counts)),
    ...leftBehind,
    ...Array.from({ length: begin }, () => now + counts)
  ]
    .filter((free) => free > now)
    .toSorted((a, b) => a - b)

  const free = limit - held - present.reduce((sum, { held }) => sum + held, 0) - counting.length
  // When each permit that the limit allows falls free.
  const times = free >= 0 ? [...Array.from({ length: free }, () => now), ...counting] : counting.slice(-free)
  const start = me.wanted === 0 ? Math.max(me.turn, before.turn) : me.turn
  const mine = { name: message.member, turn: start, wanted }
  const names = dealing([...present, mine].filter(({ wanted }) => wanted > 0))
  const forMe =
    closed > now ? [] : take(names, times.length).flatMap((name, nth) => (name === mine.name ? (times[nth] ?? []) : []))
  const onTime = message.deadline === 0 || now <= message.deadline
  const granted = onTime ? forMe.filter((time) => time <= now + ahead) : []
  const later = onTime ? forMe[granted.length] : undefined
  const wait = closed > now ? closed - now : later === undefined ? message.window : later - now - ahead

  const left = granted
    .filter((time) => time > now)
    .reduce((left, time) => left.toSpliced(left.indexOf(time), 1), counting)
  const turn = granted.length > 0 ? Math.max(before.turn, start + granted.length - 1) : before.turn
  const after = {
    number: message.number,
    held: held + granted.length,
    wanted: wanted - granted.length,
    turn: start + granted.length,
    heard: now
  }
  const heldOrWanted = held + wanted > 0
  return [
    [now, stamp, wait, ...granted.map((time) => time - now)],
    {
      stamp,
      closed,
      turn,
      counting: left,
      members: new Map([
        ...present.map(({ name, ...member }) => [name, member] as const),
        ...(heldOrWanted ? [[message.member, after] as const] : [])
      ])
    }
  ]
}

/** The message among the arguments of the script. */
const messageOf = ([limit, window, lease, ahead, member = "", ...rest]: ReadonlyArray<string>): Message => {
  const [number = 0, seen = 0, deadline = 0, held = 0, counted = 0, unused = 0, wanted = 0] = rest.map(Number)
  return {
    limit: Number(limit),
    window: Number(window),
    lease: Number(lease),
    ahead: Number(ahead),
    member,
    number,
    seen,
    deadline,
    held,
    counted,
    unused,
    wanted
  }
}

/** A Redis whose script is answered by `answer`. */
export const redisOf = (
  answer: (key: string, args: ReadonlyArray<string>) => Effect.Effect<unknown, Redis.RedisError>
) =>
  Redis.make({
    send: (command, ...args) =>
      command === "EVALSHA"
        ? // The type of an answer is up to who sends the command.
          Effect.map(answer(args[2] ?? "", args.slice(3)), (value) => JSON.parse(JSON.stringify(value)))
        : Effect.map(Effect.void, () => JSON.parse('"the script"')),
    subscribe: () => Effect.die("not there"),
    connect: Effect.die("not there")
  })

/** A store of its own, what was sent to it, and what can happen to it. */
export const make = () => {
  const states = new Map<string, State>()
  let snapshot = new Map<string, State>()
  const messages: Array<Message> = []
  return {
    messages,
    answer: (key: string, args: ReadonlyArray<string>) =>
      Effect.map(Clock.currentTimeMillis, (millis) => {
        const message = messageOf(args)
        messages.push(message)
        const [answer, state] = tell(states.get(key) ?? empty, message, Math.floor(millis))
        states.set(key, state)
        return answer
      }),
    save: () => {
      snapshot = new Map(states)
    },
    /** Goes back to what was saved; to nothing, if nothing was. */
    restore: () => {
      states.clear()
      for (const [key, state] of snapshot) states.set(key, state)
    }
  }
}
