import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readObject } from "../../src/cli/json.ts"

const refused = (text: string) => Effect.runSync(Effect.flip(readObject("--request a.json", text, "{}"))).message

describe("broken JSON", () => {
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
})
