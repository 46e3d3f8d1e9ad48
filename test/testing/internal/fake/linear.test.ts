/** That a step costs the same however many jobs and requests there were. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Random } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Fake from "../../../../src/testing/Fake.ts"
import { makeCallLimit } from "../../../../src/testing/internal/fake/callLimit.ts"
import { makeJobs } from "../../../../src/testing/internal/fake/jobs.ts"
import { signed } from "./calls.ts"

/** Draws the same again and again, as under `Random.withSeed` around each call. */
const constant: Random.Random = { nextDoubleUnsafe: () => 0.5, nextIntUnsafe: () => 0 }

const random = (): Random.Random => {
  let state = 1
  const next = () => (state = (state * 16_807) % 2_147_483_647)
  return { nextDoubleUnsafe: () => next() / 2_147_483_647, nextIntUnsafe: next }
}

/** The least time of several, in milliseconds: what else runs on the machine only adds to it. */
const timeOf = (step: () => void, times: number) =>
  Math.min(
    ...Array.from({ length: 7 }, () => {
      const started = performance.now()
      for (let i = 0; i < times; i++) step()
      return performance.now() - started
    })
  )

/** How many times longer the same steps take with 20 000 jobs than with 2 000. */
const ratio = (fill: () => void, step: () => void) => {
  for (let i = 0; i < 2000; i++) fill()
  const few = timeOf(step, 50)
  for (let i = 0; i < 18_000; i++) fill()
  return timeOf(step, 50) / few
}

describe("With 20 000 jobs the fake", () => {
  for (const [title, drawn, tasksAtOnce] of [
    ["whose draws are all the same", constant, 3],
    ["with task slots for all", random(), Infinity],
    ["with few task slots", random(), 3]
  ] as const) {
    it(`takes a job as fast as with 2 000, ${title}`, () => {
      const jobs = makeJobs({ tasksAtOnce })
      let now = 0
      const add = () => void jobs.add({}, now++, drawn)
      // About 1, and 10 where each step costs as much as there are jobs.
      assert.isBelow(ratio(add, add), 5)
    }, 60_000)
  }

  it("gives each job an id and a file of its own, though all draws are the same", () => {
    const jobs = makeJobs({})
    const added = Array.from({ length: 20_000 }, (_, i) => jobs.add({}, i, constant))
    assert.strictEqual(new Set(added.map(({ id }) => id)).size, 20_000)
    assert.strictEqual(new Set(added.map(({ file }) => file)).size, 20_000)
    assert.isTrue(added.every(({ id }) => /^1[0-9]{18}$/.test(id)))
    assert.isTrue(added.every(({ file }) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(file)))
  })
})

describe("After many requests the fake", () => {
  it.effect("keeps the last 1000, in their order, and knows how many there were", () =>
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const fake = yield* Fake.Fake
      const request = yield* signed({})
      for (let i = 0; i < 2500; i++) yield* client.execute(request)
      const requests = yield* fake.requests
      assert.deepStrictEqual(
        requests.map(({ id }) => id),
        Array.from({ length: 1000 }, (_, i) => 1501 + i)
      )
      assert.strictEqual((yield* fake.counts).requests, 2500)
    }).pipe(Effect.provide(Fake.layer()))
  )

  it("admits 100 000 calls that come in time", () => {
    const limit = makeCallLimit(1000)
    const admitted = Array.from({ length: 100_000 }, (_, i) => limit.admits("action", i))
    assert.isTrue(admitted.every((admits) => admits))
  })
})
