import { inspect } from "node:util"
import { Cause } from "effect"

/** Everything that a program could print of a value without thinking. */
export const printed = (value: unknown): string =>
  [
    String(value),
    JSON.stringify(value),
    inspect(value, { depth: 10 }),
    inspect({ nested: [value] }, { depth: 10 }),
    Cause.pretty(Cause.fail(value))
  ].join("\n")
