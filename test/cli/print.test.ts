import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestConsole } from "effect/testing"
import * as fc from "fast-check"
import { printable, printJson } from "../../src/cli/print.ts"
import { jsonValue } from "../support/arbitraries.ts"
import { property } from "../support/property.ts"

/** Text with everything that steers a terminal. */
const steering = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      "\u001b",
      "\u009b",
      "\r",
      "\n",
      "\u0007",
      "\u007f",
      "\u202e",
      "\u2066",
      "\u200f",
      "\u061c",
      "\u2028"
    ),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 })
  )
})

describe("what the program prints", () => {
  property("is one line that does nothing to the terminal", [steering], (text) => {
    assert.notMatch(printable(text), /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u)
  })

  property(
    "is unchanged when it is harmless",
    [fc.string({ unit: fc.constantFrom("a", " ", "é", "模", "👩‍🚀", "/") })],
    (text) => {
      assert.strictEqual(printable(text), text)
    }
  )

  property("is printed twice as it is printed once", [steering], (text) => {
    assert.strictEqual(printable(printable(text)), printable(text))
  })

  property(
    "as JSON is the same value, on one line that does nothing to the terminal",
    [jsonValue(), steering],
    (value, text) =>
      Effect.gen(function* () {
        yield* printJson({ value, text })
        const [line] = yield* TestConsole.logLines
        const printed = typeof line === "string" ? line : ""
        assert.notMatch(printed, /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u)
        assert.strictEqual(JSON.stringify(JSON.parse(printed)), JSON.stringify({ value, text }))
      }).pipe(Effect.provide(TestConsole.layer))
  )

  it("holds no password and no query of a link", () => {
    assert.strictEqual(
      printable("https://user:p@ss@host/a.glb?q-signature=abc is not reachable"),
      "https://…@host/a.glb?… is not reachable"
    )
  })

  it("takes time in proportion to its length", () => {
    const text = `${" ".repeat(500_000)}x${"://".repeat(300_000)}`
    assert.strictEqual(printable(text), text)
  })
})
