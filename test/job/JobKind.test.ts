import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import * as JobKind from "../../src/job/JobKind.ts"
import { ofSchema } from "../support/arbitraries.ts"
import { property } from "../support/property.ts"

const link = "https://example.com/a.png"

/** What decoding a request from outside says: nothing when it is accepted. */
const refusal = (schema: Schema.ConstraintDecoder<unknown>, input: unknown) =>
  Schema.decodeUnknownEffect(schema, { onExcessProperty: "error" })(input).pipe(
    Effect.match({ onFailure: (error) => error.message, onSuccess: () => "" })
  )

const pro = JobKind.ProRequest
const model = (...types: ReadonlyArray<string>) => types.map((Type) => ({ Url: link, Type }))
const [fbx] = model("FBX")
const view = (ViewType: string) => ({ ViewType, ViewImageUrl: link })
const texture = (fields: object) => ({ File3D: fbx, ...fields })

const accepted: ReadonlyArray<readonly [behaviour: string, Schema.ConstraintDecoder<unknown>, ReadonlyArray<unknown>]> =
  [
    ["a prompt of 1 to 1024 characters", pro, ["a", "a".repeat(1024), "😀".repeat(1024)].map((Prompt) => ({ Prompt }))],
    ["a Rapid prompt of 200 characters", JobKind.RapidRequest, [{ Prompt: "😀".repeat(200) }]],
    [
      "http and https links, those of results too",
      pro,
      [
        "http://127.0.0.1:8080/a.png",
        "HTTPS://EXAMPLE.COM/%E4%BA%BA.png",
        "https://b-1250000000.cos.ap-singapore.tencentcos.cn/3d/output/1/2_output.obj?q-sign-time=1775554903%3B1775641302&q-url-param-list=&q-signature=0"
      ].map((ImageUrl) => ({ ImageUrl }))
    ],
    ["an image of 6 MB in base64", pro, [{ ImageBase64: "A".repeat(8_000_000) }]],
    ["base64 with both paddings", pro, ["QQ==", "QUI=", "QUJD", "+/+/"].map((ImageBase64) => ({ ImageBase64 }))],
    ["both models", pro, ["3.0", "3.1"].map((Model) => ({ Prompt: "a", Model }))],
    ["3000 to 1500000 faces", pro, [3000, 1_500_000].map((FaceCount) => ({ Prompt: "a", FaceCount }))],
    ["the three views of model 3.0", pro, [{ ImageUrl: link, MultiViewImages: ["left", "right", "back"].map(view) }]],
    [
      "the seven views of model 3.1",
      pro,
      [
        {
          ImageUrl: link,
          Model: "3.1",
          MultiViewImages: ["left", "right", "back", "top", "bottom", "left_front", "right_front"].map(view)
        }
      ]
    ],
    [
      "a view of 8 MB in base64",
      pro,
      [{ ImageUrl: link, MultiViewImages: [{ ViewType: "left", ViewImageBase64: "A".repeat(8_000_000) }] }]
    ],
    ["PBR with Geometry, where it has no effect", pro, [{ Prompt: "a", GenerateType: "Geometry", EnablePBR: true }]],
    ["a field that is there but undefined", pro, [{ Prompt: undefined, ImageUrl: link }]],
    [
      "every result format of Rapid",
      JobKind.RapidRequest,
      ["OBJ", "GLB", "STL", "USDZ", "FBX", "MP4", "GIF"].map((ResultFormat) => ({ Prompt: "a", ResultFormat }))
    ],
    [
      "Rapid's geometry in any format but OBJ",
      JobKind.RapidRequest,
      [
        { Prompt: "a", EnableGeometry: true },
        { Prompt: "a", EnableGeometry: true, ResultFormat: "GLB" },
        { Prompt: "a", EnableGeometry: false, ResultFormat: "OBJ" }
      ]
    ],
    [
      "the file types of SmartTopology, in either case",
      JobKind.SmartTopologyRequest,
      model("glb", "GLB", "obj", "OBJ").map((File3D) => ({ File3D, PolygonType: "quadrilateral", FaceLevel: "low" }))
    ],
    [
      "the file types of UV",
      JobKind.UVRequest,
      model("fbx", "FBX", "obj", "OBJ", "glb", "GLB").map((File) => ({ File }))
    ],
    ["the file type of Part", JobKind.PartRequest, model("fbx", "FBX").map((File) => ({ File }))],
    [
      "segmentation as JSON text",
      JobKind.PartRequest,
      [{ File: fbx, PartSegmentationInfo: '{"Mesh_part_1":{"face_ids":[1,2]}}' }]
    ],
    [
      "a texture by one image or a prompt",
      JobKind.TextureEditRequest,
      [
        texture({ Image: { Url: link } }),
        texture({ Image: { Base64: "A".repeat(9_999_996) }, EnablePBR: false }),
        texture({ Prompt: "a".repeat(1024), EnablePBR: true })
      ]
    ],
    [
      "the formats of Convert3DFormat",
      JobKind.Convert3DFormatRequest,
      ["STL", "USDZ", "FBX", "MP4", "GIF"].map((Format) => ({ File: { Url: link, Type: "OBJ" }, Format }))
    ],
    [
      "the file types of AutoRigging and its 48 motions",
      JobKind.AutoRiggingRequest,
      [
        ...model("fbx", "FBX", "obj", "OBJ").map((File3D) => ({ File3D })),
        ...[1, 48].map((MotionType) => ({ File3D: fbx, MotionType }))
      ]
    ]
  ]

const unknown = "Remove this field or correct its name: the API does not know it."
const missing = "Add this field: the API requires it."
const badLink = "Give a complete http or https link, without spaces."
const badBase64 = "Encode the image as base64 with its padding, without line breaks or a data: prefix."
const tooLarge = "Make the image smaller, or send it as a link: 6 MB at most, which are 8000000 characters of base64."
const oneSubject = "Give exactly one of Prompt, ImageBase64, ImageUrl"
const prompts = "Make the prompt 1 to 1024 Unicode characters long."
const faces = "Set this to a whole number from 3000 to 1500000."
const motions = "Set this to a whole number from 1 to 48."
const json = "Give the JSON text of an object: mesh parts by name, with their face ids."

const refused: ReadonlyArray<
  readonly [behaviour: string, Schema.ConstraintDecoder<unknown>, ReadonlyArray<unknown>, message: string]
> = [
  ["an unknown field", pro, [{ Promt: "a" }], `${unknown}\n  at ["Promt"]`],
  [
    "an unknown field of a file",
    JobKind.UVRequest,
    [{ File: { ...fbx, PreviewImageUrl: link } }],
    `${unknown}\n  at ["File"]["PreviewImageUrl"]`
  ],
  ["a request without its file", JobKind.UVRequest, [{}], `${missing}\n  at ["File"]`],
  ["a file without its type", JobKind.UVRequest, [{ File: { Url: link } }], `${missing}\n  at ["File"]["Type"]`],
  ["a prompt of 0 or 1025", pro, ["", "a".repeat(1025)].map((Prompt) => ({ Prompt })), `${prompts}\n  at ["Prompt"]`],
  [
    "a Rapid prompt of 201 characters",
    JobKind.RapidRequest,
    [{ Prompt: "😀".repeat(201) }],
    `Make the prompt 1 to 200 Unicode characters long.\n  at ["Prompt"]`
  ],
  ["null", pro, [{ Prompt: null }], `Expected string | undefined\n  at ["Prompt"]`],
  [
    "what is not a web link",
    pro,
    [
      "",
      "a.png",
      "ftp://example.com/a.png",
      "data:image/png;base64,QQ==",
      "https:example.com",
      "https://",
      "https://[",
      " https://example.com",
      "https://example.com/a b.png"
    ].map((ImageUrl) => ({ ImageUrl })),
    `${badLink}\n  at ["ImageUrl"]`
  ],
  ["an image over 6 MB", pro, [{ ImageBase64: "A".repeat(8_000_004) }], `${tooLarge}\n  at ["ImageBase64"]`],
  [
    "a view over 8 MB",
    pro,
    [{ ImageUrl: link, MultiViewImages: [{ ViewType: "left", ViewImageBase64: "A".repeat(8_000_004) }] }],
    `${tooLarge}\n  at ["MultiViewImages"][0]["ViewImageBase64"]`
  ],
  [
    "malformed base64, without a long search",
    pro,
    [
      "",
      "QQ=",
      "QQ",
      "Q===",
      "====",
      "QQ==QQ==",
      "QU\nJD",
      "-_-_",
      "data:image/png;base64,QUJD",
      "A".repeat(7_999_999) + "!",
      "A".repeat(4_000_000) + "=" + "A".repeat(3_999_999)
    ].map((ImageBase64) => ({ ImageBase64 })),
    `${badBase64}\n  at ["ImageBase64"]`
  ],
  ["an unknown model", pro, [{ Prompt: "a", Model: "2.5" }], `Set this to one of 3.0, 3.1.\n  at ["Model"]`],
  [
    "a number of faces out of range, or in part",
    pro,
    [2999, 1_500_001, 40000.5, Infinity].map((FaceCount) => ({ Prompt: "a", FaceCount })),
    `${faces}\n  at ["FaceCount"]`
  ],
  [
    "a view twice",
    pro,
    [{ ImageUrl: link, MultiViewImages: ["left", "back", "left"].map(view) }],
    `Give one image a view: a ViewType is there twice.\n  at ["MultiViewImages"]`
  ],
  [
    "a view of model 3.1 with model 3.0",
    pro,
    ["top", "bottom", "left_front", "right_front"].flatMap((type) => [
      { ImageUrl: link, MultiViewImages: [view("left"), view(type)] },
      { ImageUrl: link, Model: "3.0", MultiViewImages: [view(type)] }
    ]),
    `Set Model to 3.1, or use the views left, right, back only.\n  at ["MultiViewImages"]`
  ],
  [
    "a view without an image, or with two",
    pro,
    [
      { ImageUrl: link, MultiViewImages: [{ ViewType: "left" }] },
      { ImageUrl: link, MultiViewImages: [{ ...view("left"), ViewImageBase64: "QUJD" }] }
    ],
    `Give exactly one of ViewImageUrl, ViewImageBase64.\n  at ["MultiViewImages"][0]`
  ],
  [
    "views alone",
    pro,
    [{ MultiViewImages: [view("left")] }],
    `${oneSubject}; a Prompt beside an image needs GenerateType Sketch.`
  ],
  [
    "Rapid with nothing, or with too much, to start from",
    JobKind.RapidRequest,
    [{}, { Prompt: "a", ImageUrl: link }, { ImageUrl: link, ImageBase64: "QUJD" }],
    `${oneSubject}.`
  ],
  [
    "Rapid's geometry as OBJ",
    JobKind.RapidRequest,
    [{ Prompt: "a", EnableGeometry: true, ResultFormat: "OBJ" }],
    `Set another ResultFormat than OBJ, or leave out EnableGeometry.\n  at ["ResultFormat"]`
  ],
  [
    "an FBX for SmartTopology",
    JobKind.SmartTopologyRequest,
    [{ File3D: fbx }],
    `Set this to one of glb, GLB, obj, OBJ.\n  at ["File3D"]["Type"]`
  ],
  [
    "an STL for UV",
    JobKind.UVRequest,
    [{ File: { Url: link, Type: "STL" } }],
    `Set this to one of fbx, FBX, obj, OBJ, glb, GLB.\n  at ["File"]["Type"]`
  ],
  [
    "anything but an FBX for Part",
    JobKind.PartRequest,
    model("glb", "OBJ").map((File) => ({ File })),
    `Set this to one of fbx, FBX.\n  at ["File"]["Type"]`
  ],
  [
    "segmentation that is not the JSON text of an object",
    JobKind.PartRequest,
    ["", "{", "[1]", "1", "[".repeat(100_000), '{"a":'.repeat(100_000)].map((PartSegmentationInfo) => ({
      File: fbx,
      PartSegmentationInfo
    })),
    `${json}\n  at ["PartSegmentationInfo"]`
  ],
  [
    "anything but an FBX for TextureEdit",
    JobKind.TextureEditRequest,
    model("glb", "OBJ").map((File3D) => ({ File3D, Prompt: "a" })),
    `Set this to one of fbx, FBX.\n  at ["File3D"]["Type"]`
  ],
  [
    "a texture by nothing, or by both",
    JobKind.TextureEditRequest,
    [texture({}), texture({ Prompt: "a", Image: { Url: link } })],
    "Give exactly one of Image, Prompt."
  ],
  [
    "a texture image of nothing, or of both",
    JobKind.TextureEditRequest,
    [texture({ Image: {} }), texture({ Image: { Url: link, Base64: "QUJD" } })],
    `Give exactly one of Url, Base64.\n  at ["Image"]`
  ],
  [
    "a texture image of 10 MB in base64",
    JobKind.TextureEditRequest,
    [texture({ Image: { Base64: "A".repeat(10_000_000) } })],
    `Make the image smaller, or send it as a link: 7.5 MB at most, which are 9999996 characters of base64.\n  at ["Image"]["Base64"]`
  ],
  [
    "a texture prompt of 1025 characters",
    JobKind.TextureEditRequest,
    [texture({ Prompt: "a".repeat(1025) })],
    `${prompts}\n  at ["Prompt"]`
  ],
  [
    "PBR for a texture by an image",
    JobKind.TextureEditRequest,
    [texture({ Image: { Url: link }, EnablePBR: true })],
    `Leave out EnablePBR, or give a Prompt instead of an Image.\n  at ["EnablePBR"]`
  ],
  [
    "a conversion to a format that there is not",
    JobKind.Convert3DFormatRequest,
    [{ File: fbx, Format: "PLY" }],
    `Set this to one of STL, USDZ, FBX, MP4, GIF.\n  at ["Format"]`
  ],
  ["a conversion to no format", JobKind.Convert3DFormatRequest, [{ File: fbx }], `${missing}\n  at ["Format"]`],
  [
    "a GLB for AutoRigging",
    JobKind.AutoRiggingRequest,
    model("glb").map((File3D) => ({ File3D })),
    `Set this to one of fbx, FBX, obj, OBJ.\n  at ["File3D"]["Type"]`
  ],
  [
    "a motion that there is not",
    JobKind.AutoRiggingRequest,
    [0, 49, 1.5].map((MotionType) => ({ File3D: fbx, MotionType })),
    `${motions}\n  at ["MotionType"]`
  ]
]

describe("JobKind", () => {
  describe("a kind", () => {
    it("has the actions and the slots that the vendor documents", () => {
      assert.deepStrictEqual(
        JobKind.all.map((kind) => [kind.name, kind.submit.action, kind.query.action, kind.tasksAtOnce]),
        [
          ["Pro", "SubmitHunyuanTo3DProJob", "QueryHunyuanTo3DProJob", 3],
          ["Rapid", "SubmitHunyuanTo3DRapidJob", "QueryHunyuanTo3DRapidJob", 1],
          ["SmartTopology", "Submit3DSmartTopologyJob", "Describe3DSmartTopologyJob", 1],
          ["UV", "SubmitHunyuanTo3DUVJob", "DescribeHunyuanTo3DUVJob", 1],
          ["Part", "SubmitHunyuan3DPartJob", "QueryHunyuan3DPartJob", 1],
          ["TextureEdit", "SubmitHunyuanTo3DTextureEditJob", "QueryHunyuanTo3DTextureEditJob", 1],
          ["Convert3DFormat", "SubmitConvert3DFormatJob", "DescribeConvert3DFormatJob", 1],
          ["AutoRigging", "SubmitAutoRiggingJob", "DescribeAutoRiggingJob", 1]
        ]
      )
    })

    it("is found by its name, and by no other", () => {
      for (const kind of JobKind.all) assert.deepStrictEqual(JobKind.fromName(kind.name), Option.some(kind))
      for (const name of ["", "pro", "SubmitHunyuanTo3DProJob", "constructor"]) {
        assert.isTrue(Option.isNone(JobKind.fromName(name)))
      }
    })

    it("is asked for again at will, but never submitted twice", () => {
      for (const kind of JobKind.all) {
        assert.isTrue(kind.query.safeToRepeat)
        assert.isFalse(kind.submit.safeToRepeat)
      }
    })

    it.effect("gives the id of a paid job whatever its form", () =>
      Effect.gen(function* () {
        const read = Schema.decodeUnknownEffect(JobKind.Pro.submit.output)
        for (const JobId of ["1375367755519696896", "1", "9".repeat(40), "job-2f6a"]) {
          assert.strictEqual((yield* read({ JobId, RequestId: "r" })).JobId, JobId)
          assert.strictEqual((yield* read({ JobId })).JobId, JobId)
        }
      })
    )

    it.effect("is asked for by an id of digits only", () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* refusal(JobKind.Pro.query.input, { JobId: "1375367755519696896" }), "")
        assert.match(yield* refusal(JobKind.Pro.query.input, { JobId: "job-2f6a" }), /a string of digits/)
        assert.match(yield* refusal(JobKind.Pro.query.input, { JobId: 1375367755519 }), /Expected string/)
      })
    )
  })

  describe("a request is accepted with", () => {
    it.effect.each([...accepted])("%s", ([, schema, inputs]) =>
      Effect.gen(function* () {
        for (const input of inputs) assert.strictEqual(yield* refusal(schema, input), "")
      })
    )
  })

  describe("a request is refused, and told what to change, with", () => {
    it.effect.each([...refused])("%s", ([, schema, inputs, message]) =>
      Effect.gen(function* () {
        for (const input of inputs) assert.strictEqual(yield* refusal(schema, input), message)
      })
    )
  })

  it.effect("every combination of Pro's fields that exclude each other is decided as the vendor says", () =>
    Effect.gen(function* () {
      for (const Prompt of [undefined, "a cat"]) {
        for (const ImageUrl of [undefined, link]) {
          for (const ImageBase64 of [undefined, "QUJD"]) {
            for (const Model of [undefined, "3.0", "3.1"]) {
              for (const GenerateType of [undefined, "Normal", "LowPoly", "Geometry", "Sketch"]) {
                for (const PolygonType of [undefined, "triangle", "quadrilateral"]) {
                  const request = { Prompt, ImageUrl, ImageBase64, Model, GenerateType, PolygonType }
                  const imageTwice = ImageUrl !== undefined && ImageBase64 !== undefined
                  const image = ImageUrl !== undefined || ImageBase64 !== undefined
                  const started =
                    GenerateType === "Sketch" ? image || Prompt !== undefined : image !== (Prompt !== undefined)
                  const known = !(Model === "3.1" && (GenerateType === "LowPoly" || GenerateType === "Sketch"))
                  const shaped = PolygonType === undefined || GenerateType === "LowPoly"
                  assert.strictEqual(
                    (yield* refusal(pro, request)) === "",
                    !imageTwice && started && known && shaped,
                    JSON.stringify(request)
                  )
                }
              }
            }
          }
        }
      }
    })
  )

  it.effect("all broken rules of a request are told at once when asked for", () =>
    Effect.gen(function* () {
      const error = yield* Schema.decodeUnknownEffect(pro, { errors: "all", onExcessProperty: "error" })({
        FaceCount: 1,
        Modell: "3.1",
        ImageUrl: "a.png"
      }).pipe(Effect.flip)
      assert.sameMembers(error.message.split(/\n(?! )/), [
        `${unknown}\n  at ["Modell"]`,
        `${badLink}\n  at ["ImageUrl"]`,
        `${faces}\n  at ["FaceCount"]`
      ])
    })
  )

  const accepts = Schema.is(JobKind.RapidRequest)
  property(
    "a prompt is measured in Unicode characters",
    [fc.constantFrom("a", "é", "\u0301", "\u6f22", "\u{1f600}", "\u{10ffff}"), fc.nat({ max: 220 })],
    (character, length) => {
      assert.strictEqual(accepts({ Prompt: character.repeat(length) }), length >= 1 && length <= 200)
    },
    { runs: 1000 }
  )

  const acceptsPro = Schema.is(pro)
  property(
    "any bytes are accepted in base64, and not with one character of it broken",
    [fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), fc.constantFrom("!", "-", "_", " ", "\n", "é", "")],
    (bytes, at, wrong) => {
      const ImageBase64 = Buffer.from(bytes).toString("base64")
      const index = at % ImageBase64.length
      assert.isTrue(acceptsPro({ ImageBase64 }))
      assert.isFalse(acceptsPro({ ImageBase64: ImageBase64.slice(0, index) + wrong + ImageBase64.slice(index + 1) }))
    },
    { runs: 1000 }
  )

  describe("any acceptable request is sent as it is", () => {
    const sentAsItIs = <Request>(name: string, schema: Schema.Codec<Request, unknown>) =>
      property(name, [ofSchema(schema)], (request) =>
        Effect.gen(function* () {
          const sent = yield* Schema.encodeEffect(schema)(request)
          assert.deepStrictEqual(sent, request)
          assert.strictEqual(yield* refusal(schema, sent), "")
        })
      )
    sentAsItIs("Pro", JobKind.ProRequest)
    sentAsItIs("Rapid", JobKind.RapidRequest)
    sentAsItIs("SmartTopology", JobKind.SmartTopologyRequest)
    sentAsItIs("UV", JobKind.UVRequest)
    sentAsItIs("Part", JobKind.PartRequest)
    sentAsItIs("TextureEdit", JobKind.TextureEditRequest)
    sentAsItIs("Convert3DFormat", JobKind.Convert3DFormatRequest)
    sentAsItIs("AutoRigging", JobKind.AutoRiggingRequest)
  })
})
