import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fc from "fast-check"
import { readObject } from "../../src/cli/json.ts"
import { brokenAt } from "../../src/internal/json.ts"
import { jsonValue } from "../support/arbitraries.ts"
import { property } from "../support/property.ts"

const object = fc
  .tuple(jsonValue(), fc.string(), fc.nat(4))
  .map(([value, text, indent]) => JSON.stringify({ value, text }, null, indent))
const at = fc.nat(1_000_000)

const refused = (text: string) => Effect.runSync(Effect.flip(readObject("--request a.json", text, "{}"))).message

describe("broken JSON", () => {
  property("is broken at the character that JSON cannot have", [object, at], (text, random) => {
    const place = random % text.length
    assert.strictEqual(brokenAt(`${text.slice(0, place)}\u0001${text.slice(place + 1)}`), place)
  })

  property("is broken at its end where the rest is missing", [object, at], (text, random) => {
    const place = random % text.length
    assert.strictEqual(brokenAt(text.slice(0, place)), place)
  })

  it("is told of with the line and the column", () => {
    const cases: ReadonlyArray<readonly [string, string]> = [
      ["{bad", `the error is in line 1, column 2, at "bad". Correct it.`],
      [`{\n  "Prompt": "a",\n  "FaceCount": 5k\n}`, `the error is in line 3, column 17, at "k". Correct it.`],
      [`{"a":1,}`, `the error is in line 1, column 8, at "}". Correct it.`],
      [`{"a":}`, `the error is in line 1, column 6, at "}". Correct it.`],
      [`{"a":1} x`, `the error is in line 1, column 9, at "x". Correct it.`],
      [`{"a":tru}`, `the error is in line 1, column 9, at "}". Correct it.`],
      [`{"a":"\\x"}`, `the error is in line 1, column 8, at "x\\"}". Correct it.`],
      [`{"a":\r\n01}`, `the error is in line 2, column 2, at "1}". Correct it.`],
      [`{"a":1`, "it ends too soon, in line 1, column 7. Complete it."],
      ["", "it ends too soon, in line 1, column 1. Complete it."]
    ]
    for (const [text, message] of cases) {
      assert.strictEqual(refused(text), `--request a.json: This is not JSON: ${message}`)
    }
  })

  it("is found fast in a large text", () => {
    const text = `{"a":"${"b".repeat(10_000_000)}",c}`
    assert.strictEqual(brokenAt(text), text.length - 2)
  })
})
