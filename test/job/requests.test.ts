/** The schemas of requests and the model of the service agree on what a request is. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Result, Schema } from "effect"
import * as RateLimit from "../../src/cloud/RateLimit.ts"
import * as Signer from "../../src/cloud/Signer.ts"
import * as TencentCloud from "../../src/cloud/TencentCloud.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import * as Fake from "../../src/testing/Fake.ts"

const Cloud = TencentCloud.layerNoDeps.pipe(
  Layer.provide([RateLimit.layerNone, Signer.layer]),
  Layer.provide(Fake.layer({ requestsPerSecond: Number.MAX_SAFE_INTEGER }))
)

/** Submits whatever it is given, without this library's own checks; answers with the code of the refusal, if any. */
const codeOf = (kind: JobKind.Any, request: unknown) =>
  TencentCloud.call({ ...kind.submit, input: Schema.Unknown }, request).pipe(
    Effect.as("accepted"),
    Effect.catchTag("ApiError", (error) => Effect.succeed(error.code))
  )

// Requests that are near to right ones: fields of the API with values that may or may not fit.
const Nearly = Schema.Struct({
  Prompt: Schema.optionalKey(Schema.Union([Schema.String, Schema.Finite])),
  ImageUrl: Schema.optionalKey(Schema.Literals(["https://host.example/a.png", "ftp://host.example/a.png", ""])),
  Model: Schema.optionalKey(Schema.Literals(["3.0", "3.1", "4.0"])),
  GenerateType: Schema.optionalKey(Schema.Literals(["Normal", "LowPoly", "Sketch", "normal"])),
  PolygonType: Schema.optionalKey(Schema.Literals(["triangle", "square"])),
  FaceCount: Schema.optionalKey(Schema.Int),
  ResultFormat: Schema.optionalKey(Schema.Literals(["OBJ", "GLB", "DOC"])),
  EnableGeometry: Schema.optionalKey(Schema.Boolean),
  Format: Schema.optionalKey(Schema.Literals(["STL", "GLB"])),
  File: Schema.optionalKey(
    Schema.Struct({ Url: Schema.Literal("https://host.example/a.fbx"), Type: Schema.Literals(["fbx", "doc"]) })
  ),
  File3D: Schema.optionalKey(
    Schema.Struct({ Url: Schema.Literal("https://host.example/a.fbx"), Type: Schema.Literals(["fbx", "glb"]) })
  )
})

const agree = (kind: JobKind.Any, schema: Schema.Codec<unknown, unknown>) =>
  describe(`a request for ${kind.name}`, () => {
    it.effect.prop("that its schema accepts is accepted by the model", [schema], ([request]) =>
      Effect.gen(function* () {
        assert.strictEqual(yield* codeOf(kind, request), "accepted")
      }).pipe(Effect.provide(Cloud))
    )

    it.effect.prop(
      "that its schema refuses is refused by the model, and the other way round",
      [Nearly],
      ([request]) =>
        Effect.gen(function* () {
          const decoded = Schema.decodeUnknownResult(schema, { onExcessProperty: "error" })(request)
          const code = yield* codeOf(kind, request)
          assert.strictEqual(code === "accepted", Result.isSuccess(decoded), code)
        }).pipe(Effect.provide(Cloud)),
      { arbitrary: { runs: 300 } }
    )
  })

agree(JobKind.Pro, JobKind.ProRequest)
agree(JobKind.Rapid, JobKind.RapidRequest)
agree(JobKind.SmartTopology, JobKind.SmartTopologyRequest)
agree(JobKind.UV, JobKind.UVRequest)
agree(JobKind.Part, JobKind.PartRequest)
agree(JobKind.TextureEdit, JobKind.TextureEditRequest)
agree(JobKind.Convert3DFormat, JobKind.Convert3DFormatRequest)
agree(JobKind.AutoRigging, JobKind.AutoRiggingRequest)
