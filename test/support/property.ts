/**
 * The one way in which tests state a law: `property` registers a test that draws values with fast-check, shrinks what
 * breaks the law, and prints the seed.
 *
 * How many values are drawn is `runs`, times `PROPERTY_RUNS` (1 in CI, a quarter elsewhere). What a failed test prints
 * as `To replay` repeats exactly the values of that run.
 */
import { it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"

const { CI, PROPERTY_RUNS, PROPERTY_SEED, PROPERTY_PATH } = process.env

const scale = Number(PROPERTY_RUNS ?? (CI ? 1 : 0.25))

const replayed =
  PROPERTY_SEED === undefined
    ? {}
    : { seed: Number(PROPERTY_SEED), ...(PROPERTY_PATH === undefined ? {} : { path: PROPERTY_PATH }) }

interface Options {
  /** How many values are drawn in CI; 100 unless given. */
  readonly runs?: number
  /** In milliseconds, for properties that need longer than the limit of their project. */
  readonly timeout?: number
}

const report = <Values>(title: string, details: fc.RunDetails<Values>) => {
  if (!details.failed) return
  const replay =
    `To replay: PROPERTY_SEED=${details.seed} PROPERTY_PATH=${details.counterexamplePath ?? ""} ` +
    `npx vitest run -t ${JSON.stringify(title)}`
  throw new Error(`${fc.defaultReportMessage(details) ?? "The property failed"}\n\n${replay}`, {
    cause: details.errorInstance
  })
}

/**
 * Tests that `check` holds for all values. An effect runs in virtual time, with a scope of its own for each run; a plain
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
    async () => {
      const law = fc.asyncProperty<Values>(...arbitraries, async (...values) => {
        const checked = check(...values)
        if (!Effect.isEffect(checked)) return
        await Effect.runPromise(Effect.scoped(checked).pipe(Effect.provide(TestClock.layer())))
      })
      report(title, await fc.check(law, { numRuns: Math.max(1, Math.ceil(runs * scale)), ...replayed }))
    },
    timeout
  )
