/** Arbitraries that several test files need. */
import { Effect, type Schema } from "effect"
import * as Arbitrary from "effect/Arbitrary"
import * as fc from "fast-check"

/**
 * What a schema accepts. Effect draws the value, from a seed and a size that fast-check draws, so what breaks a law
 * shrinks to a value of a smaller size.
 */
export const ofSchema = <S extends Schema.Constraint>(schema: S): fc.Arbitrary<S["Type"]> => {
  const values = Arbitrary.schema(schema)
  const sample = (size: number, seed: number) =>
    Effect.runSync(Arbitrary.sampleEffect(values, { count: 1, seed, size }))
  return fc.tuple(fc.nat(10), fc.noShrink(fc.integer())).map(([size, seed]) => sample(size, seed)[0])
}

/**
 * Node 24 reads some JSON wrongly (nodejs/node#63785): once a key `\` was parsed at some place of the code, another
 * escaped key of one character at that place becomes `\` too. So no arbitrary of the tests draws the key `\`.
 */
const hasNoBackslashKey = (value: unknown): boolean => !/[{,]"\\\\":/.test(JSON.stringify(value) ?? "")

/** Any JSON value. */
export const jsonValue = (constraints: fc.JsonSharedConstraints = {}): fc.Arbitrary<fc.JsonValue> =>
  fc.jsonValue(constraints).filter(hasNoBackslashKey)

/** Any JSON value, as text. */
export const jsonText = (constraints: fc.JsonSharedConstraints = {}): fc.Arbitrary<string> =>
  jsonValue(constraints).map((value) => JSON.stringify(value))

/** Any key of an object. */
export const key: fc.Arbitrary<string> = fc.string().filter((text) => text !== "\\")

/** Any value at all. */
export const anything = (constraints: fc.ObjectConstraints = {}): fc.Arbitrary<unknown> =>
  fc.anything({ key, ...constraints })
