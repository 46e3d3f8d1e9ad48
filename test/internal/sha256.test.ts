import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { vi } from "vitest"
import { makeHasher, native, nativeOrPure, pure, sha256 } from "../../src/internal/sha256.ts"
import { property } from "../support/property.ts"

/** Every run of UTF-16 code units: empty, astral and lone surrogates included. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units))
)
// Around the block of 64 bytes, and a part of a larger buffer as well as a whole one.
const bytes = fc
  .tuple(fc.uint8Array({ maxLength: 300 }), fc.nat(70))
  .map(([bytes, start]) => bytes.subarray(Math.min(start, bytes.length)))

/** Runs in another runtime, which has another global `process` or none. */
const withProcess = (process: unknown, body: () => void) => {
  try {
    vi.stubGlobal("process", process)
    body()
  } finally {
    vi.unstubAllGlobals()
  }
}

const inNode = native() ?? assert.fail("Node has a native hash")
const sameForAll = (data: string | Uint8Array) => {
  const expected = createHash("sha256").update(data).digest("hex")
  assert.strictEqual(inNode(data), expected)
  assert.strictEqual(pure(data), expected)
  assert.strictEqual(sha256(data), expected)
}

describe("the hash of Node and the one of Noble", () => {
  property("both are equal for any text", [text], sameForAll)

  property("both are equal for any bytes", [bytes], sameForAll)

  it("both are equal where a text is empty, astral, or cut in the middle of a surrogate pair", () => {
    for (const text of ["", "一只猫 🐈", "🐈".charAt(0), `a${"🐈".charAt(1)}b`, "\u0000", "\ufeff"]) sameForAll(text)
    assert.strictEqual(inNode("🐈".charAt(0)), pure("\ufffd"))
  })

  property("are the same for bytes that come in parts", [fc.array(bytes)], (parts) => {
    const whole = createHash("sha256").update(Buffer.concat(parts)).digest("hex")
    const inParts = () => {
      const hasher = makeHasher()
      for (const part of parts) hasher.update(part)
      return hasher.digest()
    }
    assert.strictEqual(inParts(), whole)
    withProcess({ env: {} }, () => assert.strictEqual(inParts(), whole))
  })

  it("both are equal for a body of a megabyte, as text and as bytes", () => {
    const body = "0123456789abcdé🐈".repeat(60_000)
    sameForAll(body)
    sameForAll(new TextEncoder().encode(body))
  })
})

describe("where there is no native hash", () => {
  it.each<readonly [runtime: string, process: unknown]>([
    ["a browser", undefined],
    ["a bundler's stand-in for Node", { env: {} }],
    ["a runtime without node:crypto", { getBuiltinModule: () => undefined }],
    ["a runtime whose node:crypto has no one-shot hash", { getBuiltinModule: () => ({ createHash }) }]
  ])("%s hashes by Noble's", ([, process]) => {
    withProcess(process, () => {
      assert.isUndefined(native())
      assert.strictEqual(nativeOrPure(), pure)
    })
  })
})
