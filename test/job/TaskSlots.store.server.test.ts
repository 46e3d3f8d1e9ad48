/** The script in a real Redis, and its second writing in memory: the same messages get the same answers. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import * as Store from "../../src/job/internal/slots/store.ts"
import { property } from "../support/property.ts"
import { hasRedis } from "../support/redis.ts"
import { atTime, connect } from "../support/redisStore.ts"
import * as MemorySlots from "./TaskSlots.memory.ts"

const rarely = fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })

const command = fc.record({
  /** How much later than the one before, in milliseconds; a clock that is set back if it is negative. */
  after: fc.oneof(
    { weight: 6, arbitrary: fc.nat(1000) },
    { weight: 2, arbitrary: fc.nat(8000) },
    { weight: 1, arbitrary: fc.integer({ min: -9000, max: 0 }) }
  ),
  member: fc.constantFrom("a", "b", "c"),
  /** What its process does to the place with this name before it speaks. */
  name: fc.integer({ min: 1, max: 4 }),
  does: fc.constantFrom(
    "enters",
    "goes on",
    "goes on",
    "goes on",
    "is refused",
    "tries again at once",
    "leaves",
    "nothing"
  ),
  ended: fc.array(fc.constantFrom("a1", "a2", "b1", "b3", "c2", "c4"), { maxLength: 1 }),
  count: fc.constantFrom(0, 1, 2, 2, 3),
  answerIsLost: rarely,
  repeated: rarely,
  forgets: rarely
})

type Places = Map<number, Store.PlaceTold>

/** What becomes of a place in its process. */
const change = (places: Places, member: string, name: number, does: string) => {
  const [, number = 0, phase, refusals = 0, jobId = ""] = places.get(name) ?? []
  if (phase === undefined) {
    if (does === "enters") places.set(name, [name, 0, "waiting", 0, ""])
  } else if (does === "leaves" || phase === "left") {
    if (jobId === "" || phase === "left") places.delete(name)
    else places.set(name, [name, number, "left", refusals, jobId])
  } else if (does === "is refused" && phase === "sending") {
    places.set(name, [name, number, "paused", refusals + 1, ""])
  } else if (does === "tries again at once" && phase === "sending") {
    places.set(name, [name, number, "waiting", refusals + 1, ""])
  } else if (does === "goes on" && phase === "paused") {
    places.set(name, [name, number, "waiting", refusals, ""])
  } else if (does === "goes on" && phase === "sending") {
    places.set(name, [name, number, "job", refusals, `${member}${name}`])
  }
}

/** What its process learns from an answer. */
const learn = (places: Places, told: ReadonlyArray<Store.PlaceTold>, [, ...answers]: Store.Answer) => {
  for (const [index, [name, , phase, refusals, jobId]] of told.entries()) {
    const [number, position] = answers[index] ?? []
    if (number === undefined) continue
    places.set(name, [name, number, phase === "waiting" && position === 0 ? "sending" : phase, refusals, jobId])
  }
}

describe.skipIf(!hasRedis)("the shared store of task slots", () => {
  property(
    "the script in Redis answers as its second writing in memory",
    [fc.array(fc.array(command, { minLength: 1, maxLength: 60, size: "max" }), { minLength: 20, maxLength: 20 })],
    Effect.fnUntraced(function* (histories) {
      const redis = yield* connect
      let now = 1_790_000_000_000
      const inRedis = Store.overRedis(yield* atTime(redis, () => now), "test:")
      for (const [nth, history] of histories.entries()) {
        let state = MemorySlots.empty
        const fleet = new Map<string, Places>()
        let number = 0
        let seen = 0
        for (const { after, answerIsLost, count, does, ended, forgets, member, name, repeated } of history) {
          now += after
          if (forgets) {
            state = MemorySlots.empty
            yield* redis.send("DEL", `test:slots:${nth}`)
          }
          const places = fleet.get(member) ?? new Map()
          fleet.set(member, places)
          change(places, member, name, does)
          const told = [...places.values()]
          const message: Store.Message = {
            member,
            number: repeated ? number : ++number,
            seen,
            count,
            lease: 5000,
            heldAfterEnd: 3000,
            longestJob: 9000,
            places: told,
            ended
          }
          const [expected, next] = MemorySlots.tell(state, message, now)
          state = next
          assert.deepStrictEqual(yield* inRedis.tell(`${nth}`, message), expected)
          if (answerIsLost) continue
          seen = expected[0]
          learn(places, told, expected)
        }
      }
    }, TestClock.withLive),
    { runs: 8 }
  )

  it.live("a key of the store goes away after a day", () =>
    Effect.gen(function* () {
      const redis = yield* connect
      yield* Store.overRedis(redis, "test:").tell("Pro", {
        member: "a",
        number: 1,
        seen: 0,
        count: 1,
        lease: 5000,
        heldAfterEnd: 3000,
        longestJob: 9000,
        places: [[1, 0, "waiting", 0, ""]],
        ended: []
      })
      assert.closeTo(yield* redis.send<number>("TTL", "test:slots:Pro"), 86_400, 60)
    })
  )
})
