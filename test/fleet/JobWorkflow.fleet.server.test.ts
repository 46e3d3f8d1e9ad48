/**
 * Runners of a real fleet that are killed: no job is lost, none is bought twice, and what waited goes on elsewhere.
 *
 * The moments of the kills come from `KILL_SEED`, which is printed. Real processes differ from run to run, so it repeats
 * the moments and not what they meet.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Random } from "effect"
import * as JobWorkflow from "../../src/fleet/JobWorkflow.ts"
import { hasPostgres } from "../support/postgres.ts"
import { ended, kill, until } from "../support/processes.ts"
import { scale } from "../support/property.ts"
import { type Fleet, startFleet } from "./runners.ts"

const seed = Number(process.env["KILL_SEED"] ?? Math.floor(Math.random() * 2 ** 31))
// A person has a few, since each takes a third of a second.
const kills = scale < 1 ? 20 : 200 * scale
const atOnce = 6

/** How often the fake has carried out the submission of each operation. */
const carriedOut = (fleet: Fleet) =>
  Effect.map(fleet.requests, (requests) => {
    const times = new Map<string, number>()
    for (const { action, body, code } of requests) {
      const operation = /\(([^)]+)\)/.exec(body)?.[1]
      if (action?.startsWith("Submit") !== true || code !== undefined || operation === undefined) continue
      times.set(operation, (times.get(operation) ?? 0) + 1)
    }
    return times
  })

/** Two minutes pass for the entries of processes that died while they submitted. */
const twoMinutesLater = ({ sql }: Fleet) =>
  sql`UPDATE effect_hunyuan3d_journal
      SET part = jsonb_set(part::jsonb, '{startedAt}', '"2026-01-01T00:00:00.000Z"')::text
      WHERE name = 'entry' AND part LIKE '%"Sending"%'`

/** Lets a runner live until a random moment: most are killed at work, sooner rather than later, and some at their start. */
const life = Effect.fnUntraced(function* (fleet: Fleet, port: number) {
  const { child, isListening } = yield* fleet.startRunner(port)
  if ((yield* Random.next) < 0.8) yield* until(isListening, "the start of a runner")
  yield* Effect.sleep(Math.floor((yield* Random.next) ** 2 * 2500))
  yield* kill(child)
}, Effect.scoped)

/** Kills runners at their places again and again until there were enough, and begins an operation for each second kill. */
const killing = Effect.fnUntraced(function* (fleet: Fleet) {
  const ports = yield* Effect.forEach(Array.from({ length: atOnce }), () => fleet.port)
  const operations: Array<string> = []
  let killed = 0
  const place = Effect.fnUntraced(function* (port: number) {
    while (killed < kills) {
      killed += 1
      if (killed % 2 === 1) {
        const operation = `order-${operations.length}`
        operations.push(operation)
        yield* fleet.begin(operation)
      }
      yield* life(fleet, port)
    }
  })
  yield* Effect.forEach(ports, place, { concurrency: "unbounded" })
  return { operations, ports, killed }
})

describe.skipIf(!hasPostgres)("a fleet of runners", () => {
  it.live(
    "ends every job once, and buys none twice, whenever its runners are killed",
    () =>
      Effect.gen(function* () {
        const fleet = yield* startFleet({
          options: { run: "1 second", faults: [{ fault: { slow: "200 millis" }, rate: 0.3 }] },
          healthCheck: "1 minute"
        })
        const { killed, operations, ports } = yield* Random.withSeed(killing(fleet), seed)
        const before = (yield* fleet.ended).size
        yield* twoMinutesLater(fleet)
        yield* Effect.forEach(ports.slice(0, 3), fleet.startRunner)
        yield* until(
          Effect.map(fleet.ended, ({ size }) => size === operations.length),
          "the end of all jobs"
        )

        const times = yield* carriedOut(fleet)
        let unclear = 0
        for (const [operation, end] of yield* fleet.ended) {
          const what = `KILL_SEED=${seed}, ${operation}`
          const entry = yield* fleet.find(operation)
          if (end instanceof JobWorkflow.Result) {
            assert.strictEqual(times.get(operation), 1, what)
            assert.strictEqual(entry.ticket?.jobId, end.job.id, what)
            assert.strictEqual(entry.ended?.status, "DONE", what)
            assert.lengthOf(end.paths, 1, what)
            continue
          }
          // The one window: it was sent, or was about to be, when its runner was killed.
          assert.strictEqual(end._tag, "SubmissionUnknown", `${what}: ${end.message}`)
          assert.isAtMost(times.get(operation) ?? 0, 1, what)
          unclear += 1
        }
        // Otherwise the kills left nothing to see.
        assert.isAtLeast(operations.length - unclear, operations.length / 4)
        console.log(
          `KILL_SEED=${seed}: ${killed} kills, ${operations.length} jobs, of which ${before} ended between the kills, ` +
            `and ${unclear} are unknown.`
        )
      }),
    400_000 * Math.max(1, scale)
  )

  it.live("moves waiting jobs from a runner that is killed, and from one that is stopped, to those that live", () =>
    Effect.gen(function* () {
      const fleet = yield* startFleet({ options: { run: "Infinity" }, healthCheck: "1 second" })
      const ports = yield* Effect.forEach(Array.from({ length: 3 }), () => fleet.port)
      const runners = yield* Effect.forEach(ports, fleet.startRunner)
      yield* until(
        Effect.map(fleet.shards, (held) => held.length === 3),
        "three runners with shards"
      )
      for (let nth = 0; nth < 18; nth++) yield* fleet.begin(`order-${nth}`)

      /** Which runners have looked at each job. */
      const lookers = Effect.map(fleet.requests, (requests) => {
        const seen = new Map<string, Set<string>>()
        for (const { action, body, headers } of requests) {
          const id = /"JobId":"(\d+)"/.exec(body)?.[1]
          if (action?.startsWith("Query") !== true || id === undefined) continue
          seen.set(id, (seen.get(id) ?? new Set()).add(headers["x-runner"] ?? ""))
        }
        return seen
      })
      const [killed, stopped, stays] = runners
      if (killed === undefined || stopped === undefined || stays === undefined) return assert.fail("no runners")
      const looksOf = ({ port }: typeof stays) =>
        Effect.map(lookers, (seen) => [...seen].filter(([, by]) => by.has(String(port))).map(([id]) => id))
      yield* until(
        Effect.map(lookers, (seen) => seen.size === 18),
        "a look at each job"
      )
      const moving = [...(yield* looksOf(killed)), ...(yield* looksOf(stopped))]
      assert.isNotEmpty(moving)
      yield* kill(killed.child)
      stopped.child.kill("SIGTERM")
      yield* ended(stopped.child)
      yield* until(
        Effect.map(looksOf(stays), (ids) => moving.every((id) => ids.includes(id))),
        "a look at each of their jobs elsewhere"
      )

      yield* fleet.completeAll
      yield* until(
        Effect.map(fleet.ended, ({ size }) => size === 18),
        "the end of all jobs"
      )
      for (const [operation, end] of yield* fleet.ended) assert.instanceOf(end, JobWorkflow.Result, operation)
      for (const [operation, times] of yield* carriedOut(fleet)) assert.strictEqual(times, 1, operation)
    })
  )

  it.live("writes eight rows a job, however often it looks", () =>
    Effect.gen(function* () {
      const fleet = yield* startFleet({ options: { run: "Infinity" }, healthCheck: "1 minute" })
      yield* fleet.startRunner(yield* fleet.port)
      for (let nth = 0; nth < 10; nth++) yield* fleet.begin(`order-${nth}`)
      const looks = Effect.map(fleet.requests, (requests) =>
        requests.filter(({ action }) => action?.startsWith("Query") === true).map(({ body }) => body)
      )
      yield* until(
        Effect.map(looks, (bodies) => bodies.length > 50 && new Set(bodies).size === 10),
        "fifty looks at ten jobs"
      )
      yield* fleet.completeAll
      yield* until(
        Effect.map(fleet.ended, ({ size }) => size === 10),
        "the end of all jobs"
      )
      const rows = yield* fleet.sql<{ count: number }>`
        SELECT count(*)::int AS count FROM cluster_messages UNION ALL SELECT count(*)::int FROM cluster_replies`
      assert.deepStrictEqual(
        rows.map(({ count }) => count),
        [40, 40]
      )
    })
  )
})
