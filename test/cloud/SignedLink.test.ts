import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Schema } from "effect"
import * as fc from "fast-check"
import * as SignedLink from "../../src/cloud/SignedLink.ts"
import { jsonValue } from "../support/arbitraries.ts"
import { printed } from "../support/printed.ts"
import { property } from "../support/property.ts"

const decode = Schema.decodeUnknownEffect(SignedLink.FromString)

/** Text that may stand in a query, and one that must not be printed. */
const query = fc
  .tuple(fc.string({ unit: "binary" }), fc.string())
  .map(([before, after]) => `?${before}q-signature=53c4e7${after}`)

describe("a signed link", () => {
  property("is its whole href, and prints none of its query", [query], (query) => {
    const link = SignedLink.make(`https://host/a.glb${query}`)
    assert.strictEqual(link.href, `https://host/a.glb${query}`)
    assert.strictEqual(String(link), "https://host/a.glb?…")
    assert.notInclude(printed(link), "53c4e7")
  })

  it("prints nothing of a fragment", () => {
    assert.notInclude(printed(SignedLink.make("https://host/a.glb#q-signature=53c4e7")), "53c4e7")
  })

  it("prints as a whole where it has no query", () => {
    assert.strictEqual(JSON.stringify(SignedLink.make("https://host/a.glb")), `"https://host/a.glb"`)
  })

  property(
    "is stored as its href, and read again the same",
    [query],
    Effect.fnUntraced(function* (query) {
      const link = SignedLink.make(`https://host/a.glb${query}`)
      const stored = yield* Schema.encodeEffect(SignedLink.FromString)(link)
      assert.strictEqual(stored, link.href)
      assert.deepStrictEqual(yield* decode(stored), link)
    })
  )

  property(
    "that was printed is refused, since it is dead",
    [query],
    Effect.fnUntraced(function* (query) {
      const error = yield* Effect.flip(decode(String(SignedLink.make(`https://host/a.glb${query}`))))
      assert.include(error.message, "This link has lost its query")
    })
  )
})

describe("expiresAt", () => {
  it.each([
    ["https://host/a?q-sign-time=1775554903%3B1775641302", 1_775_641_302],
    ["https://host/a?q-sign-time=1775554903%3b1775641302&x=1", 1_775_641_302],
    ["https://host/a?x=1&q-sign-time=1775554903;1775641302", 1_775_641_302],
    ["https://host/a", undefined],
    ["https://host/a?q-sign-time=", undefined],
    ["https://host/a?q-sign-time=1775554903", undefined],
    ["https://host/a?q-sign-time=tomorrow;later", undefined],
    ["https://host/a?q-sign-time=1;99999999999999999999", undefined],
    ["https://host/a?not-q-sign-time=1;2", undefined],
    ["no link", undefined]
  ])("of %s is %s", (href, seconds) => {
    const { expiresAt } = SignedLink.make(href)
    assert.strictEqual(expiresAt && DateTime.toEpochMillis(expiresAt) / 1000, seconds)
  })
})

describe("withoutQueries", () => {
  it.each([
    ["cannot fetch https://host/a.glb?q-signature=1 now", "cannot fetch https://host/a.glb?… now"],
    [`{"Url":"https://host/a?q=1","Next":1}`, `{"Url":"https://host/a?…","Next":1}`],
    [`"{\\"Url\\":\\"https://host/a?q=1\\u0026b=2\\"}"`, `"{\\"Url\\":\\"https://host/a?…\\"}"`],
    ["https://host/a?q=1 https://host/b?q=2", "https://host/a?… https://host/b?…"],
    ["Is it there? a=b", "Is it there? a=b"],
    ["https://host/a", "https://host/a"]
  ])("of %j is %j", (text, redacted) => {
    assert.strictEqual(SignedLink.withoutQueries(text), redacted)
  })

  property("leaves JSON text that it is, and no query in it", [jsonValue(), query], (value, query) => {
    const link = `https://host/a.glb?${new URLSearchParams(query.slice(1)).toString()}`
    const text = JSON.stringify([{ value, link }, JSON.stringify({ link })])
    const redacted = SignedLink.withoutQueries(text)
    assert.notInclude(redacted, "53c4e7")
    assert.isArray(JSON.parse(redacted))
  })

  it("reads a megabyte of question marks in no time", () => {
    const started = process.threadCpuUsage()
    for (const text of [
      "?a=".repeat(350_000),
      "?".repeat(1_000_000),
      `/${"a".repeat(1_000_000)}`,
      "://".repeat(350_000)
    ]) {
      SignedLink.withoutQueries(text)
      SignedLink.hasLostQuery(text)
    }
    // CPU time, since other processes take the rest.
    assert.isBelow(process.threadCpuUsage(started).user / 1000, 1000)
  })
})

describe("hasLostQuery", () => {
  it.each([
    ["see https://host/a.glb?… now", true],
    ["https://host?…", true],
    [`{"Url":"https://host/a?…"}`, true],
    ["https://host/a.glb?q=1", false],
    ["Really?…", false],
    ["https://host/a is there?…", false],
    ["", false]
  ])("of %j is %s", (text, lost) => {
    assert.strictEqual(SignedLink.hasLostQuery(text), lost)
  })
})
