/** The script in a real Redis, and its second writing in memory: the same messages get the same answers. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import * as Store from "../../../../src/cloud/internal/shared/store.ts"
import * as MemoryRedis from "../../../support/memoryRedis.ts"
import { property } from "../../../support/property.ts"
import { hasRedis } from "../../../support/redis.ts"
import { atTime, connect } from "../../../support/redisStore.ts"

const command = fc.record({
  /** How much later than the one before, in milliseconds; a clock that is set back if it is negative. */
  after: fc.oneof(
    { weight: 6, arbitrary: fc.nat(120) },
    { weight: 2, arbitrary: fc.nat(2000) },
    { weight: 1, arbitrary: fc.integer({ min: -3000, max: 0 }) }
  ),
  member: fc.constantFrom("a", "b", "c"),
  /** How far the message differs from one that follows the member's last one. */
  held: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -3, max: 3 }) }),
  counted: fc.nat(3),
  unused: fc.nat(2),
  wanted: fc.nat(6),
  late: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  repeated: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  forgets: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) })
})

describe.skipIf(!hasRedis)("the shared store of permits", () => {
  property(
    "the script in Redis answers as its second writing in memory",
    [
      fc.array(fc.array(command, { minLength: 1, maxLength: 40 }), { minLength: 20, maxLength: 20 }),
      fc.integer({ min: 1, max: 6 })
    ],
    Effect.fnUntraced(function* (histories, limit) {
      const redis = yield* connect
      let now = 1_790_000_000_000
      const inRedis = Store.overRedis(yield* atTime(redis, () => now), "test:")
      for (const [nth, history] of histories.entries()) {
        let state = MemoryRedis.empty
        const held = new Map<string, number>()
        let number = 0
        let seen = 0
        for (const { after, member, late, repeated, forgets, ...change } of history) {
          now += after
          if (forgets) {
            state = MemoryRedis.empty
            yield* redis.send("DEL", `test:${nth}`)
          }
          const before = held.get(member) ?? 0
          const message: Store.Message = {
            limit,
            window: 1000,
            lease: 250,
            ahead: 50,
            member,
            number: repeated ? number : ++number,
            seen,
            deadline: late ? now - 1 : now + 250,
            counted: Math.min(change.counted, before),
            unused: change.unused,
            held: Math.max(0, before - change.counted - change.unused + change.held),
            wanted: change.wanted
          }
          const [expected, next] = MemoryRedis.tell(state, message, now)
          state = next
          seen = expected[1]
          held.set(member, message.held + expected.length - 3)
          assert.deepStrictEqual(yield* inRedis.tell(`${nth}`, message), expected)
        }
      }
    }, TestClock.withLive),
    { runs: 8 }
  )

  it.live("a key of the store goes away after a day", () =>
    Effect.gen(function* () {
      const redis = yield* connect
      yield* Store.overRedis(redis, "test:").tell("key", {
        limit: 1,
        window: 1000,
        lease: 250,
        ahead: 50,
        member: "a",
        number: 1,
        seen: 0,
        deadline: 0,
        held: 0,
        counted: 0,
        unused: 0,
        wanted: 1
      })
      assert.closeTo(yield* redis.send<number>("TTL", "test:key"), 86_400, 60)
    })
  )
})
