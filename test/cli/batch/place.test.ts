import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { columnOf } from "../../../src/cli/batch/place.ts"
import { property } from "../../support/property.ts"

describe("the column of a field", () => {
  // Node 24 reads some keys with a backslash wrongly.
  const key = fc.string().map((text) => text.replaceAll("\\", "/"))
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.array(fc.string()),
    fc.dictionary(key, fc.oneof(fc.string(), fc.array(fc.integer())))
  )
  const space = fc.constantFrom("", " ", "  ")

  property(
    "is where its name begins, whatever stands before it and in it",
    [fc.uniqueArray(fc.tuple(key, value), { minLength: 1, selector: ([name]) => name }), fc.nat(), space],
    (fields, nth, space) => {
      const parts = fields.map(([name, value]) => `${JSON.stringify(name)}${space}:${space}${JSON.stringify(value)}`)
      const place = nth % fields.length
      const text = `${space}{${space}${parts.join(`${space},${space}`)}}`
      const before = `${space}{${space}${parts.slice(0, place).join(`${space},${space}`)}`
      const comma = place === 0 ? 0 : 1 + 2 * space.length
      assert.strictEqual(columnOf(text, fields[place]?.[0]), before.length + comma + 1)
    }
  )

  it("is that of the object where it has no such field", () => {
    assert.strictEqual(columnOf('  {"a":{"b":1}}', "b"), 3)
    assert.strictEqual(columnOf('{"a":"b"}', "b"), 1)
    assert.strictEqual(columnOf("[1]", undefined), 1)
  })

  it("is found in a line of megabytes", () => {
    const text = JSON.stringify({ ImageBase64: "A".repeat(8_000_000), FaceCount: 5 })
    assert.strictEqual(columnOf(text, "FaceCount"), text.length - '"FaceCount":5}'.length + 1)
  })
})
