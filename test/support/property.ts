/**
 * The one way in which tests state a law. `property` registers a test that draws values with fast-check, and shrinks
 * the values that break the law.
 *
 * - `PROPERTY_RUNS` scales how many values are drawn, and the time limit: 1 in CI, 0.25 elsewhere.
 * - A failed test prints a command after `To replay:`. The command sets `PROPERTY_SEED` and `PROPERTY_PATH`, so it runs
 *   that test alone, and with the value that failed first. A test that ran out of time prints one, too.
 */
import { it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import type { TestContext } from "vitest"

const { CI, PROPERTY_PATH, PROPERTY_RUNS, PROPERTY_SEED } = process.env

/** The share of the runs of CI that are made. */
export const scale = Number(PROPERTY_RUNS ?? (CI ? 1 : 0.25))
const replayedPath = PROPERTY_PATH === undefined ? {} : { path: PROPERTY_PATH }

interface Options {
  /** How many values are drawn in CI; 100 unless given. */
  readonly runs?: number
  /** In milliseconds, for a quarter of the runs; 40 000 unless given, since a busy machine may take seconds for them. */
  readonly timeout?: number
}

/** Selects one test, as `-t` takes it: a pattern, here in double quotes for a shell. */
const pattern = (fullName: string) => `"^${fullName.replace(/[^\p{L}\p{N} _,:-]/gu, ".")}$"`

const replay = ({ file, fullTestName }: TestContext["task"], seed: number, path?: string | null) =>
  `To replay: PROPERTY_SEED=${seed} ${path ? `PROPERTY_PATH=${path}` : `PROPERTY_RUNS=${scale}`} ` +
  `npx vitest run ${file.name} -t ${pattern(fullTestName)}`

/**
 * Tests that `check` holds for all values. An effect runs in virtual time, with a scope of its own for each run. A plain
 * function holds when it returns.
 */
export const property = <Values extends [unknown, ...Array<unknown>]>(
  title: string,
  arbitraries: { [K in keyof Values]: fc.Arbitrary<Values[K]> },
  check: (...values: Values) => void | Effect.Effect<unknown, unknown, Scope.Scope>,
  { runs = 100, timeout }: Options = {}
): void =>
  it(
    title,
    async ({ signal, task }) => {
      const seed = Number(PROPERTY_SEED ?? Math.floor(Math.random() * 2 ** 31))
      signal.addEventListener("abort", () => console.error(`No time is left. ${replay(task, seed)}`))
      const law = fc.asyncProperty<Values>(...arbitraries, async (...values) => {
        if (signal.aborted) return
        const checked = check(...values)
        if (Effect.isEffect(checked)) {
          await Effect.runPromise(Effect.scoped(checked).pipe(Effect.provide(TestClock.layer())))
        }
      })
      const details = await fc.check(law, { numRuns: Math.max(1, Math.ceil(runs * scale)), seed, ...replayedPath })
      if (!details.failed) return
      throw new Error(`${fc.defaultReportMessage(details)}\n\n${replay(task, seed, details.counterexamplePath)}`, {
        cause: details.errorInstance
      })
    },
    // All the values of CI take four times as long.
    (timeout ?? 40_000) * Math.max(1, scale * 4)
  )
