import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { KeyValueStore } from "effect/persistence"
import * as Journal from "../../../../src/job/Journal.ts"
import { type Life, living } from "../../../support/memoryDisk.ts"
import { property } from "../../../support/property.ts"
import { inVirtualTime } from "../../../support/virtualTime.ts"
import { list, processes, race, submit, ticket } from "./support.ts"

const dead = (method: string) => new KeyValueStore.KeyValueStoreError({ method, message: "the store does not answer" })

/** A store that a process reaches step by step, until it dies. */
const storeOf = (values: Map<string, string>, life: Life) => {
  const turn = living(life)
  const step = <A>(method: string, work: () => A) =>
    Effect.flatMap(turn, ({ isDead }) => (isDead ? Effect.fail(dead(method)) : Effect.sync(work)))
  return KeyValueStore.makeStringOnly({
    get: (key) => step("get", () => values.get(key)),
    set: (key, value) => step("set", () => void values.set(key, value)),
    remove: (key) => step("remove", () => void values.delete(key)),
    clear: step("clear", () => values.clear()),
    size: step("size", () => values.size),
    keys: step("keys", () => [...values.keys()])
  })
}

const over = (values: Map<string, string>) => (life: Life) =>
  Journal.layerKeyValueStore.pipe(Layer.provide(Layer.succeed(KeyValueStore.KeyValueStore, storeOf(values, life))))

const calm: Life = { yields: [0] }

describe("a journal in a KeyValueStore", () => {
  it.effect("leaves other keys alone", () =>
    Effect.gen(function* () {
      const values = new Map([["order-17.1", "of the application"]])
      yield* submit("order-17", Effect.succeed(ticket)).pipe(Effect.provide(over(values)(calm)))
      yield* Journal.Journal.use((journal) => journal.forget("order-17")).pipe(Effect.provide(over(values)(calm)))
      assert.deepStrictEqual([...values], [["order-17.1", "of the application"]])
    })
  )

  it.effect("fails when the id stays claimed by a process that died, until the operation is forgotten", () =>
    Effect.gen(function* () {
      const values = new Map([["effect-hunyuan3d/journal/order-17.1/claim-1", ""]])
      const sent = submit("order-17", Effect.succeed(ticket))
      const error = yield* inVirtualTime(Effect.flip(sent), "100 millis").pipe(Effect.provide(over(values)(calm)))
      assert.match(
        error.message,
        /^Nothing was submitted, since the journal cannot be written: another process claims order-17\.1, or died/
      )
      yield* Journal.Journal.use((journal) => journal.forget("order-17")).pipe(Effect.provide(over(values)(calm)))
      assert.strictEqual((yield* sent.pipe(Effect.provide(over(values)(calm)))).jobId, ticket.jobId)
    })
  )

  property(
    "sends each operation once among processes at the same time, and loses no entry and no part of one",
    [processes({ mortal: false })],
    (all) =>
      Effect.gen(function* () {
        const values = new Map<string, string>()
        const { sent } = yield* inVirtualTime(Effect.scoped(race(all, over(values))), "100 millis")
        const operations = [...new Set(all.flatMap(({ operations }) => operations))].toSorted()
        assert.deepStrictEqual(sent.toSorted(), operations)
        const { entries, unreadable } = yield* list.pipe(Effect.provide(over(values)(calm)))
        assert.deepStrictEqual(unreadable, [])
        assert.sameDeepMembers(
          entries.map(({ ended, files, operation }) => [operation, ended?.status, files?.paths.length]),
          operations.map((operation) => [operation, "DONE", 1])
        )
      })
  )

  property(
    "sends no operation twice among processes that die at any step, and accounts for all that was sent",
    [processes({ mortal: true })],
    (all) =>
      Effect.gen(function* () {
        const values = new Map<string, string>()
        const { sent } = yield* inVirtualTime(Effect.scoped(race(all, over(values))), "100 millis")
        assert.lengthOf(new Set(sent), sent.length)
        const { entries } = yield* list.pipe(Effect.provide(over(values)(calm)))
        for (const operation of sent)
          assert.include(
            entries.map((entry) => entry.operation),
            operation
          )
      })
  )
})
