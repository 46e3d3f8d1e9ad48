/**
 * Runners that are killed: no job is lost, none is bought twice, and what waited goes on elsewhere.
 *
 * The moments of the kills come from `KILL_SEED`, which a failure names. Real processes differ from run to run, so it
 * repeats the moments and not what they meet.
 */
import * as fs from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Random } from "effect"
import { hasPostgres } from "../support/postgres.ts"
import { ended, kill, until } from "../support/processes.ts"
import { scale } from "../support/property.ts"
import { startFleet } from "./runners.ts"

const seed = Number(process.env["KILL_SEED"] ?? Math.floor(Math.random() * 2 ** 31))
// A person has a few, since each takes a third of a second.
const kills = scale < 1 ? 20 : 200 * scale
const atOnce = 4

type Fleet = Effect.Success<ReturnType<typeof startFleet>>

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

/** Begins an operation for each kill, and kills runners one after the other, until there were enough. */
const killing = (fleet: Fleet) =>
  Effect.gen(function* () {
    let begun = 0
    const ports = yield* Effect.forEach(Array.from({ length: atOnce }), () => fleet.port)
    yield* Effect.forEach(
      ports,
      (port) =>
        Effect.gen(function* () {
          while (begun < kills) {
            yield* fleet.begin(`order-${(begun += 1)}`)
            const runner = yield* fleet.startRunner(port)
            yield* Effect.sleep(300 + Math.floor((yield* Random.next) * 2200))
            yield* kill(runner)
          }
        }),
      { concurrency: "unbounded" }
    )
    return { begun, ports }
  }).pipe(Random.withSeed(seed))

describe.skipIf(!hasPostgres)("a fleet of runners", () => {
  it.live(
    "ends every job once, and buys none twice, whenever its runners are killed",
    () =>
      Effect.gen(function* () {
        const fleet = yield* startFleet({
          run: "1 second",
          faults: [{ fault: { slow: "200 millis" }, rate: 0.5 }]
        })
        const t0 = performance.now()
        const { begun, ports } = yield* killing(fleet)
        const before = yield* fleet.ended
        console.log("kills took", performance.now() - t0, "ended before", before.size, "of", begun)
        yield* Effect.forEach(ports.slice(0, 2), fleet.startRunner)
        yield* Effect.sleep("15 seconds")
        console.log("in 15 s", (yield* fleet.ended).size)
        yield* twoMinutesLater(fleet)
        yield* until(
          Effect.map(fleet.ended, (ends) => ends.size === begun),
          "the end of all jobs"
        ).pipe(
          Effect.onError(() => Effect.flatMap(fleet.ended, (e) => Effect.sync(() => console.log("ended", e.size))))
        )
        console.log("all took", performance.now() - t0)

        const times = yield* carriedOut(fleet)
        const ends = yield* fleet.ended
        const unclear: Array<string> = []
        for (const [operation, end] of ends) {
          const what = `KILL_SEED=${seed}, ${operation}: ${end instanceof Error ? end.message : "done"}`
          if (end._tag === "SubmissionUnknown") {
            unclear.push(operation)
            assert.isAtMost(times.get(operation) ?? 0, 1, what)
            continue
          }
          assert.notInstanceOf(end, Error, what)
          assert.strictEqual(times.get(operation), 1, what)
        }
        console.log(
          "unclear",
          unclear.length,
          unclear.map((operation) => times.get(operation))
        )
        console.log(
          (yield* fleet.logs)
            .split("\n")
            .filter((line) => /WARN|ERROR/.test(line))
            .slice(0, 20)
        )
      }),
    600_000
  )
})
