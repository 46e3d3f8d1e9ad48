import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as Job from "../../src/job/Job.ts"
import { type Law, laws } from "./laws.ts"
import type { Mutation } from "./program.ts"
import * as simulator from "./simulate.ts"

// A busy machine takes seconds for them.
const timeout = 90_000

const seedsOfTest = 20

describe("the simulator", () => {
  for (let first = 1; first <= 200; first += seedsOfTest) {
    const last = first + seedsOfTest - 1
    it(`breaks no law in the seeds ${first} to ${last}`, { timeout }, () => {
      for (let seed = first; seed <= last; seed++) {
        const report = simulator.simulate(seed)
        assert.deepStrictEqual(report.broken, [], simulator.describe(report))
      }
    })
  }

  it("replays a seed exactly", { timeout }, () => {
    for (let seed = 300; seed < 310; seed++) {
      assert.deepStrictEqual(simulator.simulate(seed), simulator.simulate(seed))
    }
  })

  it("prints for a seed that breaks a law the law, what happened, and the command that replays it", () => {
    const printed = simulator.describe({
      seed: 17,
      events: ["0.000 A1 begins"],
      broken: [{ law: "no job is lost", what: "job 1" }]
    })
    assert.strictEqual(
      printed,
      'Seed 17 breaks "no job is lost": job 1\nWhat happened:\n  0.000 A1 begins\nTo replay: npm run simulate -- --seed 17'
    )
  })
})

/** For each law what breaks it. */
const mutations: Readonly<Record<Law, Mutation>> = {
  // A journal that forgets what it was told.
  "no job is lost": { journal: (journal) => ({ ...journal, submit: (_, send) => send }) },
  // One that submits again where nobody knows whether there is a job.
  "no job is bought twice": {
    journal: (journal) => ({
      ...journal,
      submit: (submission, send) => journal.submit({ ...submission, again: true }, send)
    })
  },
  // One that notes another region.
  "what is accepted can be had": {
    journal: (journal) => ({
      ...journal,
      submit: (submission, send) =>
        journal.submit(
          submission,
          Effect.map(send, (ticket) => new Job.JobTicket({ ...ticket, region: "eu-frankfurt" }))
        )
    })
  },
  // Waits that go on for a day.
  "no wait hangs": {
    queries: (queries) => ({ ...queries, wait: (...args) => Effect.delay(queries.wait(...args), "1 day") })
  },
  // No limiter, where many look at once.
  "the ceiling holds": { limiter: RateLimit.layerNone, plan: (plan) => ({ ...plan, crowd: 45 }) },
  // Waits that die of an error.
  "every failure is typed": {
    queries: (queries) => ({ ...queries, wait: (...args) => Effect.orDie(queries.wait(...args)) })
  },
  // Waits that log the links of the files.
  "no secret is told": {
    queries: (queries) => ({
      ...queries,
      wait: (...args) => Effect.tap(queries.wait(...args), ({ files }) => Effect.logDebug(files[0]?.url?.href))
    })
  },
  // Waits that leave a fiber behind.
  "nothing is left running": {
    queries: (queries) => ({
      ...queries,
      wait: (...args) => Effect.tap(queries.wait(...args), () => Effect.forkDetach(Effect.sleep("1 hour")))
    })
  }
}

describe("a law of the simulator", () => {
  for (const law of laws) {
    it(`can be broken: ${law}`, { timeout }, () => {
      const isCaught = Array.from({ length: 60 }, (_, seed) => seed).some((seed) =>
        simulator.simulate(seed, mutations[law]).broken.some((broken) => broken.law === law)
      )
      assert.isTrue(isCaught)
    })
  }
})
