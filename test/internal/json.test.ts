import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { brokenAt, brokenLine } from "../../src/internal/json.ts"
import { jsonValue } from "../support/arbitraries.ts"
import { property } from "../support/property.ts"

const object = fc
  .tuple(jsonValue(), fc.string(), fc.nat(4))
  .map(([value, text, indent]) => JSON.stringify({ value, text }, null, indent))
const at = fc.nat(1_000_000)

describe("broken JSON", () => {
  property("is broken at the character that JSON cannot have", [object, at], (text, random) => {
    const place = random % text.length
    assert.strictEqual(brokenAt(`${text.slice(0, place)}\u0001${text.slice(place + 1)}`), place)
  })

  property("is broken at its end where the rest is missing", [object, at], (text, random) => {
    const place = random % text.length
    assert.strictEqual(brokenAt(text.slice(0, place)), place)
  })

  it("is found fast in a large text", () => {
    const text = `{"a":"${"b".repeat(10_000_000)}",c}`
    assert.strictEqual(brokenAt(text), text.length - 2)
  })

  it("has its line, whatever ends a line", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      assert.strictEqual(brokenLine(["{", `"a": 1,`, `"b" 2`, "}"].join(end)), 3)
    }
    assert.strictEqual(brokenLine(""), 1)
  })
})
