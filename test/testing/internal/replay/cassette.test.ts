import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import * as fc from "fast-check"
import * as Replay from "../../../../src/testing/Replay.ts"
import proTroubled from "../../../cassettes/pro-troubled.json" with { type: "json" }
import { anything, jsonValue, key } from "../../../support/arbitraries.ts"
import { property } from "../../../support/property.ts"
import {
  answered,
  anyBytes,
  anyUrl,
  cassette,
  cassetteErrorOf,
  deep,
  endpoint,
  json,
  makeFiles,
  openFile,
  recorded,
  request
} from "./calls.ts"

describe("Replay.layerFile", () => {
  it.effect("a replay answers from a file", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* openFile(JSON.stringify(cassette(answered(1)))), 1)
    })
  )

  it.effect("a CassetteError names the file that is not there", () =>
    Effect.gen(function* () {
      const layer = Replay.layerFile("test/none.json").pipe(Layer.provide(makeFiles().layer))
      const error = cassetteErrorOf(yield* Effect.flip(Effect.provide(json(request()), layer)))
      assert.strictEqual(error.path, "test/none.json")
      assert.include(error.message, "NotFound")
    })
  )

  const corrupt: ReadonlyArray<readonly [what: string, content: string, said: string]> = [
    ["no JSON", "{", "JSON"],
    ["an empty file", "", "JSON"],
    ["an unknown version", JSON.stringify({ version: 2, recordings: [] }), 'at ["version"]'],
    ["no version", JSON.stringify({ recordings: [] }), 'at ["version"]'],
    ["no recordings", JSON.stringify({ version: 1 }), 'at ["recordings"]'],
    ["a misspelt field", JSON.stringify(cassette({ ...answered(1), repaet: true })), 'at ["recordings"][0]["repaet"]'],
    [
      "a request without method",
      JSON.stringify(cassette({ request: { url: endpoint }, failure: "dropped" })),
      'at ["recordings"][0]["request"]["method"]'
    ],
    [
      "a URL that is none",
      JSON.stringify(cassette({ request: { method: "GET", url: "/a" }, failure: "dropped" })),
      "Expected an absolute URL"
    ],
    [
      "an unknown failure",
      JSON.stringify(cassette({ request: recorded(), failure: "lost" })),
      'at ["recordings"][0]["failure"]'
    ],
    [
      "neither a response nor a failure",
      JSON.stringify(cassette({ request: recorded() })),
      "either a response or a failure"
    ],
    [
      "both a response and a failure",
      JSON.stringify(cassette({ ...answered(1), failure: "dropped" })),
      "either a response or a failure"
    ],
    [
      "two bodies",
      JSON.stringify(cassette({ request: recorded(), response: { status: 200, body: 1, base64: "AA==" } })),
      "got both"
    ],
    [
      "bytes that are not base64",
      JSON.stringify(cassette({ request: recorded(), response: { status: 200, base64: "?" } })),
      'at ["recordings"][0]["response"]["base64"]'
    ],
    [
      "a status that HTTP has not",
      JSON.stringify(cassette({ request: recorded(), response: { status: 1000 } })),
      'at ["recordings"][0]["response"]'
    ],
    [
      "a body where none may be",
      JSON.stringify(cassette({ request: recorded(), response: { status: 204, body: 1 } })),
      'at ["recordings"][0]["response"]'
    ],
    [
      "a header that HTTP has not",
      JSON.stringify(cassette({ request: recorded(), response: { status: 200, headers: { "a b": "c" } } })),
      'at ["recordings"][0]["response"]'
    ],
    [
      "an answer nested too deep to write",
      `{"version":1,"recordings":[{"request":{"method":"GET","url":"${endpoint}"},"response":{"status":200,"body":${deep}}}]}`,
      'at ["recordings"][0]["response"]'
    ]
  ]
  for (const [what, content, said] of corrupt) {
    it.effect(`a CassetteError says where the cassette has ${what}`, () =>
      Effect.gen(function* () {
        const error = cassetteErrorOf(yield* Effect.flip(openFile(content)))
        assert.strictEqual(error.path, "test/a.json")
        assert.include(error.message, said)
        assert.include(error.message, "The cassette test/a.json cannot be used.")
      })
    )
  }

  // A cassette with one byte changed.
  const damaged = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => {
    const bytes = new TextEncoder().encode(JSON.stringify(proTroubled))
    bytes[at % bytes.length] = byte
    return bytes
  })

  const opened = <A>(layer: Layer.Layer<A, Replay.CassetteError>) =>
    Effect.match(Layer.build(layer), { onFailure: cassetteErrorOf, onSuccess: () => {} })

  property(
    "any bytes are a cassette or a CassetteError",
    [fc.oneof(anyBytes, damaged)],
    (bytes) => {
      const files = FileSystem.layerNoop({ readFileString: () => Effect.succeed(new TextDecoder().decode(bytes)) })
      return opened(Replay.layerFile("any.json", { allowUnused: true }).pipe(Layer.provide(files)))
    },
    { runs: 1000 }
  )

  const near = fc.record(
    {
      method: fc.oneof(fc.constant("POST"), anything()),
      url: fc.oneof(fc.constant(endpoint), anyUrl, anything()),
      action: anything(),
      body: jsonValue(),
      base64: fc.base64String()
    },
    { requiredKeys: ["method", "url"] }
  )
  const response = fc.record(
    {
      status: fc.oneof(fc.integer({ min: 100, max: 700 }), anything()),
      headers: fc.oneof(fc.dictionary(key, fc.string()), anything()),
      body: fc.oneof(jsonValue(), anything()),
      base64: fc.oneof(fc.base64String(), fc.string())
    },
    { requiredKeys: ["status"] }
  )
  const recording = fc.record(
    { request: near, response, failure: fc.constantFrom("timeout", "dropped"), repeat: fc.boolean() },
    { requiredKeys: ["request"] }
  )
  const value = fc.oneof(
    anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }),
    fc.record({ version: fc.constantFrom(1, 1, 1, "1", 2), recordings: fc.array(recording, { maxLength: 4 }) })
  )

  property(
    "any value is a cassette or a CassetteError",
    [value],
    (value) => opened(Replay.layer(value, { allowUnused: true })),
    { runs: 1000 }
  )

  it.effect("a cassette may have a note", () =>
    Effect.gen(function* () {
      const noted = { ...cassette(answered(1)), note: "Written by hand." }
      assert.strictEqual(yield* openFile(JSON.stringify(noted)), 1)
    })
  )
})
