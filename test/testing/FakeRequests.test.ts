/** The fake accepts the requests that the library's own schemas accept, and no others. */
import { assert } from "@effect/vitest"
import { Effect, Layer, Result, Schema } from "effect"
import * as fc from "fast-check"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as Signer from "../../src/cloud/Signer.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Fake from "../../src/testing/Fake.ts"
import { ofSchema } from "../support/arbitraries.ts"
import { property } from "../support/property.ts"

const Cloud = TencentCloud.layerNoDeps.pipe(
  Layer.provide([RateLimit.layerNone, Signer.layer]),
  Layer.provide(Fake.layer())
)

/** Submits whatever it is given, without this library's own checks. Answers with the code of the refusal, if any. */
const codeOf = (kind: JobKind.Any, request: unknown) =>
  TencentCloud.call({ ...kind.submit, input: Schema.Unknown }, request).pipe(
    Effect.as("accepted"),
    Effect.catchTag("ApiError", (error) => Effect.succeed(error.code)),
    Effect.provide(Cloud)
  )

for (const kind of JobKind.all) {
  property(
    `a request for ${kind.name} that its schema accepts is accepted by the fake`,
    [ofSchema(kind.submit.input)],
    (request) => Effect.map(codeOf(kind, request), (code) => assert.strictEqual(code, "accepted")),
    { runs: 40 }
  )
}

const link = "https://host.example/a.fbx"

/** Fields of the API with values that may or may not fit. */
const nearly = fc.record(
  {
    Prompt: fc.oneof(fc.constantFrom("", "a cat"), fc.string(), fc.integer()),
    ImageUrl: fc.constantFrom("https://host.example/a.png", "ftp://host.example/a.png", ""),
    Model: fc.constantFrom("3.0", "3.1", "4.0"),
    GenerateType: fc.constantFrom("Normal", "LowPoly", "Sketch", "normal"),
    PolygonType: fc.constantFrom("triangle", "square"),
    FaceCount: fc.oneof(fc.constantFrom(2999, 3000, 1_500_000, 1_500_001), fc.integer()),
    ResultFormat: fc.constantFrom("OBJ", "GLB", "DOC"),
    EnableGeometry: fc.boolean(),
    Format: fc.constantFrom("STL", "GLB"),
    File: fc.record({ Url: fc.constant(link), Type: fc.constantFrom("fbx", "doc") }),
    File3D: fc.record({ Url: fc.constant(link), Type: fc.constantFrom("fbx", "glb") })
  },
  { requiredKeys: [] }
)

property(
  "a request is accepted by the fake exactly when the schema of its kind accepts it",
  [
    fc.constantFrom(...JobKind.all),
    nearly.chain((fields) => {
      const entries = Object.entries(fields)
      return fc.subarray(entries, { maxLength: Math.min(4, entries.length) })
    })
  ],
  (kind, fields) =>
    Effect.gen(function* () {
      const request = Object.fromEntries(fields)
      const decoded = Schema.decodeUnknownResult(kind.submit.input, { onExcessProperty: "error" })(request)
      const code = yield* codeOf(kind, request)
      assert.strictEqual(code === "accepted", Result.isSuccess(decoded), code)
    }),
  { runs: 400 }
)
