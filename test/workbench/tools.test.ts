import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { reasonFromCode } from "../../src/cloud/ApiError.ts"
import * as JobKind from "../../src/job/JobKind.ts"
import { codes } from "../../src/workbench/tools/codes.ts"
import { kindOf } from "../../src/workbench/tools/kinds.ts"
import commonCodes from "../fixtures/common-error-codes.json" with { type: "json" }
import hunyuanCodes from "../fixtures/hunyuan-error-codes.json" with { type: "json" }

describe("the kinds of the look-up", () => {
  for (const kind of JobKind.all) {
    it(`have for ${kind.name} a text for the kind and for each field, and an example that can be sent`, () => {
      const { description, example, fields } = kindOf(kind)
      assert.isNotEmpty(description)
      for (const field of fields) assert.isNotEmpty(field.description, field.path)
      assert.isTrue(Result.isSuccess(Schema.decodeUnknownResult(kind.submit.input)(example)))
    })
  }

  it("know the values, bounds and lengths that the schemas have", () => {
    const { fields } = kindOf(JobKind.Pro)
    const field = (path: string) => fields.find((field) => field.path === path)
    assert.deepInclude(field("Prompt"), { type: "text", maxLength: 1024, required: false })
    assert.deepInclude(field("FaceCount"), { type: "number", minimum: 3000, maximum: 1_500_000 })
    assert.deepInclude(field("GenerateType"), { type: "choice", values: ["Normal", "LowPoly", "Geometry", "Sketch"] })
    assert.deepInclude(
      kindOf(JobKind.SmartTopology).fields.find(({ path }) => path === "File3D.Type"),
      { type: "choice", values: ["glb", "obj"], required: true }
    )
  })

  it("have a form for a kind of one's own, which has no texts", () => {
    const Own = JobKind.make({
      name: "Sculpture",
      submit: "SubmitSculptureJob",
      query: "QuerySculptureJob",
      request: Schema.Struct({ Prompt: Schema.String, Height: Schema.optional(Schema.Int) })
    })
    assert.deepStrictEqual(
      kindOf(Own).fields.map(({ path, required, type }) => [path, type, required]),
      [
        ["Prompt", "text", true],
        ["Height", "number", false]
      ]
    )
  })
})

describe("the error codes of the look-up", () => {
  it("are all that the service documents", () => {
    const documented = new Set([...commonCodes, ...hunyuanCodes].map(({ code }) => code))
    assert.sameMembers(
      codes.map(({ code }) => code),
      [...documented]
    )
  })

  it("say of each what the library makes of it, and what to do", () => {
    for (const { advice, code, meaning, reason } of codes) {
      assert.strictEqual(reason, reasonFromCode({ code, description: "", region: "ap-singapore" })._tag, code)
      assert.match(advice, /\.$/, code)
      assert.match(meaning, /\.$/, code)
    }
  })
})
