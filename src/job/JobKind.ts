/**
 * The kinds of job that the service computes, each as data: how it is submitted,
 * how it is asked for, and how many the account may run at once.
 *
 * A kind is one entry here, and its place in `all`: its actions, and the schema of
 * its request. The requests carry the API's own field names, so the vendor's
 * documentation applies to them, and hold every rule that can be checked without
 * fetching anything. A broken rule is refused before anything is sent, with a
 * sentence that says what to change.
 *
 * What surprises: a field that the API does not know, such as a mistyped `Promt`,
 * is a type error in typed code, but is dropped in silence when a request from
 * outside is decoded. Decode those with `onExcessProperty: "error"`. Links are not
 * fetched, so the size, pixels and faces of what is behind them are documented and
 * not checked. A submit costs money, so it is tried again only when the service
 * surely refused it.
 *
 * **Example** (A request from outside)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Schema } from "effect"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 *
 * const decode = Schema.decodeUnknownEffect(JobKind.Pro.submit.input, { onExcessProperty: "error" })
 * const request = await Effect.runPromise(decode({ Prompt: "a cat", FaceCount: 40000 }))
 * assert.equal(request.FaceCount, 40000)
 *
 * const error = await Effect.runPromise(Effect.flip(decode({ Promt: "a cat" })))
 * assert.match(error.message, /Remove this field or correct its name/)
 * assert.match(error.message, /at \["Promt"\]/)
 * ```
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as TencentCloud from "../cloud/TencentCloud.ts"
import * as Job from "./Job.ts"

const Ask = Schema.Struct({ JobId: Job.JobId })

// Paid for when it arrives, so nothing about its form may turn it into an error:
// an id that `Job.JobId` would refuse is still in the hands of who submitted.
const Submitted = Schema.Struct({ JobId: Schema.NonEmptyString, RequestId: Schema.optional(Schema.String) })

/**
 * One kind of job.
 *
 * **Details**
 *
 * `submit` answers with the id as a plain string, whatever its form, because the
 * job is paid for by then. `Job.JobId` turns it into the id that `QueryJob` takes.
 *
 * @category models
 * @since 0.1.0
 */
export interface JobKind<out Request extends Schema.ConstraintCodec<unknown, unknown>> {
  /** The name in a `JobTicket`, such as `Pro`. */
  readonly name: string
  readonly submit: TencentCloud.Operation<Request, typeof Submitted>
  readonly query: TencentCloud.Operation<typeof Ask, typeof Job.Response>
  /** How many jobs of this kind the service computes at once for one account; 1 where it is not documented. */
  readonly tasksAtOnce: number
}

/**
 * A kind of job, whatever its request.
 *
 * @category models
 * @since 0.1.0
 */
export type Any = JobKind<Schema.ConstraintCodec<unknown, unknown>>

/**
 * Makes a kind of job from its name, its two actions and the schema of its request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <Request extends Schema.ConstraintCodec<unknown, unknown>>(kind: {
  readonly name: string
  readonly submit: string
  readonly query: string
  /** Left out where it is not documented; 1 is then the safe choice. */
  readonly tasksAtOnce?: number | undefined
  readonly request: Request
}): JobKind<Request> => ({
  name: kind.name,
  submit: TencentCloud.Operation.make({
    action: kind.submit,
    input: kind.request,
    output: Submitted,
    safeToRepeat: false
  }),
  query: TencentCloud.Operation.make({ action: kind.query, input: Ask, output: Job.Response, safeToRepeat: true }),
  tasksAtOnce: kind.tasksAtOnce ?? 1
})

// What requests are made of.

const struct = <const Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Struct(fields).annotate({
    messageUnexpectedKey: "Remove this field or correct its name: the API does not know it."
  })

const required = <S extends Schema.Top>(schema: S) =>
  schema.pipe(Schema.annotateKey({ messageMissingKey: "Add this field: the API requires it." }))

const oneOf = <const Values extends ReadonlyArray<string>>(values: Values) =>
  Schema.Literals(values).annotate({ message: `Set this to one of ${values.join(", ")}.` })

const count = (...values: ReadonlyArray<unknown>) => values.filter((value) => value !== undefined).length

// `others` is how many fields are there in any case. Only generated values need it:
// the first ones have as few fields as they may, and all would be discarded.
const exactlyOne = <Key extends string>(keys: ReadonlyArray<Key>, others = 0) =>
  Schema.makeFilter((request: { readonly [K in Key]?: unknown }) => count(...keys.map((key) => request[key])) === 1, {
    message: `Give exactly one of ${keys.join(", ")}.`,
    arbitraryConstraint: { minProperties: others + 1 }
  })

const wholeNumber = (minimum: number, maximum: number) => {
  const message = { message: `Set this to a whole number from ${minimum} to ${maximum}.` }
  return Schema.Number.check(Schema.isInt(message), Schema.isBetween({ minimum, maximum }, message))
}

const prompt = (most: number) =>
  Schema.String.check(
    Schema.isBetweenCodePoints(1, most, { message: `Make the prompt 1 to ${most} Unicode characters long.` })
  )

const Link = Schema.String.check(
  // The pattern first, since the parser trims spaces and adds missing slashes.
  Schema.makeFilter((link: string) => /^https?:\/\/\S+$/i.test(link) && URL.canParse(link), {
    message: "Give a complete http or https link, without spaces.",
    arbitraryConstraint: { patterns: [{ source: "^https?://[a-z]{1,9}\\.example/[a-z0-9]{0,9}$", flags: "" }] }
  })
)

const notBase64 = { message: "Encode the image as base64 with its padding, without line breaks or a data: prefix." }

const base64 = (mostCharacters: number, limit: string) =>
  Schema.String.check(
    Schema.isMaxLength(mostCharacters, { message: `Make the image smaller, or send it as a link: ${limit}.` }),
    Schema.isNonEmpty(notBase64),
    // Without the hint, generated values are empty and thus all discarded.
    Schema.isBase64({
      ...notBase64,
      arbitraryConstraint: { patterns: [{ source: "^([0-9a-zA-Z+/]{4}){1,9}$", flags: "" }] }
    })
  )

// 6 MB before encoding, 8 MB after it. Whether the vendor's MB is 10^6 or 1024^2
// bytes is not said; with the smaller one, what passes here passes there.
const ImageBase64 = base64(8_000_000, "6 MB at most, which are 8000000 characters of base64")

const subject = (longestPrompt: number) => ({
  /** What to make: 1 to 1024 Unicode characters, 200 for Rapid. */
  Prompt: Schema.optional(prompt(longestPrompt)),
  /** The image to start from: jpg, jpeg, png or webp, sides of 128 to 5000 px, at most 6 MB before encoding. */
  ImageBase64: Schema.optional(ImageBase64),
  /** The same as a link, at most 8 MB. */
  ImageUrl: Schema.optional(Link)
})

const glb = ["glb", "GLB"] as const
const obj = ["obj", "OBJ"] as const
const fbx = ["fbx", "FBX"] as const

const file = <const Types extends ReadonlyArray<string>>(types: Types) =>
  required(struct({ Url: required(Link), Type: required(oneOf(types)) }))

const PolygonType = Schema.optional(oneOf(["triangle", "quadrilateral"]))

const ConvertedFormat = required(oneOf(["STL", "USDZ", "FBX", "MP4", "GIF"]))

const views30 = ["left", "right", "back"] as const

const isView30 = Schema.is(Schema.Literals(views30))

const View = struct({
  ViewType: required(oneOf([...views30, "top", "bottom", "left_front", "right_front"])),
  ViewImageUrl: Schema.optional(Link),
  ViewImageBase64: Schema.optional(ImageBase64)
}).check(exactlyOne(["ViewImageUrl", "ViewImageBase64"], 1))

/**
 * What a {@link Pro} job is made from: a prompt or an image, and for a sketch both
 * if wanted.
 *
 * **Details**
 *
 * `MultiViewImages` go beside the image and do not stand in for it.
 *
 * **Gotchas**
 *
 * A whole request is at most 10 MB, so two large images in base64 do not fit: send
 * links. A MB is taken for 10^6 bytes, here and in the other requests.
 *
 * @category requests
 * @since 0.1.0
 */
export const ProRequest = struct({
  ...subject(1024),
  /** The model's version, `3.0` by default. `3.1` has no `LowPoly` and no `Sketch`. */
  Model: Schema.optional(oneOf(["3.0", "3.1"])),
  /**
   * Other sides of the same thing, one image a view: `left`, `right` and `back`,
   * with `Model` 3.1 also `top`, `bottom`, `left_front` and `right_front`. Each as
   * a link or as base64: jpg or png, sides of 128 to 5000 px, at most 8 MB encoded.
   */
  MultiViewImages: Schema.optional(
    Schema.Array(View).check(
      Schema.makeFilter((views) => new Set(views.map((view) => view.ViewType)).size === views.length, {
        message: "Give one image a view: a ViewType is there twice."
      })
    )
  ),
  /** Whether to make materials for physically based rendering, `false` by default. Has no effect with `Geometry`. */
  EnablePBR: Schema.optional(Schema.Boolean),
  /** How many faces the model has: 3000 to 1500000, 500000 by default. */
  FaceCount: Schema.optional(wholeNumber(3000, 1_500_000)),
  /**
   * `Normal` by default: a model with textures. `LowPoly` has few faces, `Geometry`
   * no textures and comes as GLB only, and `Sketch` starts from a drawing.
   */
  GenerateType: Schema.optional(oneOf(["Normal", "LowPoly", "Geometry", "Sketch"])),
  /** The shape of the faces, for `LowPoly` only: `triangle` by default, or `quadrilateral`, which mixes both. */
  PolygonType
}).check(
  Schema.makeFilter(
    ({ GenerateType, Prompt, ImageBase64, ImageUrl }) => {
      const images = count(ImageBase64, ImageUrl)
      const ignoresPrompt = GenerateType === "Sketch" && images > 0
      return images + (ignoresPrompt ? 0 : count(Prompt)) === 1
    },
    {
      message: "Give exactly one of Prompt, ImageBase64, ImageUrl; a Prompt beside an image needs GenerateType Sketch.",
      arbitraryConstraint: { minProperties: 1 }
    }
  ),
  Schema.makeFilter(({ Model, GenerateType }) =>
    Model === "3.1" && (GenerateType === "LowPoly" || GenerateType === "Sketch")
      ? { path: ["GenerateType"], issue: `Set Model to 3.0, or another GenerateType: 3.1 has no ${GenerateType}.` }
      : undefined
  ),
  Schema.makeFilter(({ Model, MultiViewImages = [] }) =>
    Model !== "3.1" && !MultiViewImages.every((view) => isView30(view.ViewType))
      ? { path: ["MultiViewImages"], issue: `Set Model to 3.1, or use the views ${views30.join(", ")} only.` }
      : undefined
  ),
  Schema.makeFilter(({ GenerateType, PolygonType }) =>
    PolygonType !== undefined && GenerateType !== "LowPoly"
      ? { path: ["PolygonType"], issue: "Leave out PolygonType, or set GenerateType to LowPoly." }
      : undefined
  )
)

/**
 * A model from a prompt or images, in full quality.
 *
 * **Example** (Submitting, and a first look)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer, Schema } from "effect"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as Job from "effect-hunyuan3d/Job"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 * import * as TencentCloud from "effect-hunyuan3d/TencentCloud"
 *
 * const program = Effect.gen(function* () {
 *   const submitted = yield* TencentCloud.call(JobKind.Pro.submit, { Prompt: "a cat", Model: "3.1" })
 *   const JobId = yield* Schema.decodeEffect(Job.JobId)(submitted.JobId)
 *   return yield* TencentCloud.call(JobKind.Pro.query, { JobId })
 * })
 * const Test = TencentCloud.layer.pipe(Layer.provide(Fake.layer()))
 * assert.equal((await Effect.runPromise(Effect.provide(program, Test))).Status, "RUN")
 * ```
 *
 * @category kinds
 * @since 0.1.0
 */
export const Pro = make({
  name: "Pro",
  submit: "SubmitHunyuanTo3DProJob",
  query: "QueryHunyuanTo3DProJob",
  tasksAtOnce: 3,
  request: ProRequest
})

/**
 * What a {@link Rapid} job is made from: a prompt or an image.
 *
 * @category requests
 * @since 0.1.0
 */
export const RapidRequest = struct({
  ...subject(200),
  /** The file to make. With `EnableGeometry` it is GLB by default and cannot be OBJ. */
  ResultFormat: Schema.optional(oneOf(["OBJ", "GLB", "STL", "USDZ", "FBX", "MP4", "GIF"])),
  /** Whether to make materials for physically based rendering, `false` by default. */
  EnablePBR: Schema.optional(Schema.Boolean),
  /** Whether to leave the textures out, `false` by default. */
  EnableGeometry: Schema.optional(Schema.Boolean)
}).check(
  exactlyOne(["Prompt", "ImageBase64", "ImageUrl"]),
  Schema.makeFilter(({ EnableGeometry, ResultFormat }) =>
    EnableGeometry === true && ResultFormat === "OBJ"
      ? { path: ["ResultFormat"], issue: "Set another ResultFormat than OBJ, or leave out EnableGeometry." }
      : undefined
  )
)

/**
 * A model from a prompt or an image, sooner and simpler than {@link Pro}.
 *
 * @category kinds
 * @since 0.1.0
 */
export const Rapid = make({
  name: "Rapid",
  submit: "SubmitHunyuanTo3DRapidJob",
  query: "QueryHunyuanTo3DRapidJob",
  tasksAtOnce: 1,
  request: RapidRequest
})

/**
 * What a {@link SmartTopology} job works on.
 *
 * @category requests
 * @since 0.1.0
 */
export const SmartTopologyRequest = struct({
  /** The model: GLB or OBJ, at most 200 MB. */
  File3D: file([...glb, ...obj]),
  /** The shape of the faces: `triangle` by default, or `quadrilateral`, which mixes both. */
  PolygonType,
  /** How many faces to leave. */
  FaceLevel: Schema.optional(oneOf(["high", "medium", "low"]))
})

/**
 * The same model with fewer and tidier faces.
 *
 * @category kinds
 * @since 0.1.0
 */
export const SmartTopology = make({
  name: "SmartTopology",
  submit: "Submit3DSmartTopologyJob",
  query: "Describe3DSmartTopologyJob",
  tasksAtOnce: 1,
  request: SmartTopologyRequest
})

/**
 * What a {@link UV} job works on.
 *
 * @category requests
 * @since 0.1.0
 */
export const UVRequest = struct({
  /** The model: FBX, OBJ or GLB, with fewer than 30000 faces and at most 100 connected components. */
  File: file([...fbx, ...obj, ...glb])
})

/**
 * The model's surface unfolded onto a plane.
 *
 * @category kinds
 * @since 0.1.0
 */
export const UV = make({
  name: "UV",
  submit: "SubmitHunyuanTo3DUVJob",
  query: "DescribeHunyuanTo3DUVJob",
  request: UVRequest
})

const decodeJsonObject = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

/**
 * What a {@link Part} job works on.
 *
 * @category requests
 * @since 0.1.0
 */
export const PartRequest = struct({
  /** The model: FBX, at most 200 MB and 1500000 faces. */
  File: file(fbx),
  /** Where to cut: JSON text of the mesh parts and their face ids, such as `{"Mesh_part_1":{"face_ids":[1,2]}}`. */
  PartSegmentationInfo: Schema.optional(
    Schema.String.check(
      Schema.makeFilter((text: string) => Option.isSome(decodeJsonObject(text)), {
        message: "Give the JSON text of an object: mesh parts by name, with their face ids.",
        arbitraryConstraint: {
          patterns: [{ source: '^\\{"part_[0-9]":\\{"face_ids":\\[[1-9][0-9]{0,3}\\]\\}\\}$', flags: "" }]
        }
      })
    )
  ),
  /** `false` by default. */
  EnableStagedGeneration: Schema.optional(Schema.Boolean),
  /** `false` by default. */
  EnablePostProcess: Schema.optional(Schema.Boolean)
})

/**
 * The model taken apart into its components.
 *
 * @category kinds
 * @since 0.1.0
 */
export const Part = make({
  name: "Part",
  submit: "SubmitHunyuan3DPartJob",
  query: "QueryHunyuan3DPartJob",
  request: PartRequest
})

/**
 * What a {@link TextureEdit} job works on: a model, and what its new texture looks
 * like, by an image or by a prompt.
 *
 * **Gotchas**
 *
 * A whole request is at most 10 MB: send an image of nearly that as a link.
 *
 * @category requests
 * @since 0.1.0
 */
export const TextureEditRequest = struct({
  /** The model: FBX, less than 200 MB. */
  File3D: file(fbx),
  /** The texture as an image, a link or base64: jpg, jpeg or png, sides of 128 to 4096 px, less than 10 MB encoded. */
  Image: Schema.optional(
    struct({
      Url: Schema.optional(Link),
      Base64: Schema.optional(base64(9_999_999, "less than 10 MB, which are 10000000 characters of base64"))
    }).check(exactlyOne(["Url", "Base64"]))
  ),
  /** The texture in words: 1 to 1024 Unicode characters. */
  Prompt: Schema.optional(prompt(1024)),
  /** Whether to make materials for physically based rendering; with a prompt only. */
  EnablePBR: Schema.optional(Schema.Boolean)
}).check(
  exactlyOne(["Image", "Prompt"], 1),
  Schema.makeFilter(({ EnablePBR, Prompt }) =>
    EnablePBR === true && Prompt === undefined
      ? { path: ["EnablePBR"], issue: "Leave out EnablePBR, or give a Prompt instead of an Image." }
      : undefined
  )
)

/**
 * The same model with another texture.
 *
 * @category kinds
 * @since 0.1.0
 */
export const TextureEdit = make({
  name: "TextureEdit",
  submit: "SubmitHunyuanTo3DTextureEditJob",
  query: "QueryHunyuanTo3DTextureEditJob",
  request: TextureEditRequest
})

/**
 * What a {@link Convert3DFormat} job works on.
 *
 * @category requests
 * @since 0.1.0
 */
export const Convert3DFormatRequest = struct({
  /** The model: FBX, OBJ (as a zip with its materials and textures) or GLB, less than 200 MB. */
  File: file([...fbx, ...obj, ...glb]),
  /** The format to convert to. */
  Format: ConvertedFormat
})

/**
 * The same model in another format. {@link convert3DFormat} does it in one call,
 * for smaller files.
 *
 * @category kinds
 * @since 0.1.0
 */
export const Convert3DFormat = make({
  name: "Convert3DFormat",
  submit: "SubmitConvert3DFormatJob",
  query: "DescribeConvert3DFormatJob",
  request: Convert3DFormatRequest
})

/**
 * What an {@link AutoRigging} job works on.
 *
 * @category requests
 * @since 0.1.0
 */
export const AutoRiggingRequest = struct({
  /** The character, upright with its arms stretched out sideways (T-pose): FBX or OBJ, at most 60 MB. */
  File3D: file([...fbx, ...obj]),
  /** How it moves: the number, 1 to 48, of a preset motion in the vendor's list. */
  MotionType: Schema.optional(wholeNumber(1, 48))
})

/**
 * A character given bones, and a motion if wanted.
 *
 * @category kinds
 * @since 0.1.0
 */
export const AutoRigging = make({
  name: "AutoRigging",
  submit: "SubmitAutoRiggingJob",
  query: "DescribeAutoRiggingJob",
  tasksAtOnce: 1,
  request: AutoRiggingRequest
})

/**
 * All kinds of job.
 *
 * @category kinds
 * @since 0.1.0
 */
export const all: ReadonlyArray<Any> = [Pro, Rapid, SmartTopology, UV, Part, TextureEdit, Convert3DFormat, AutoRigging]

/**
 * The kinds that are known by name: {@link all}, and those that {@link layer} adds.
 * `QueryJob` finds the kind of a ticket here, and the fake the kind of an action.
 *
 * @category references
 * @since 0.1.0
 */
export const Kinds = Context.Reference<ReadonlyArray<Any>>("effect-hunyuan3d/JobKind/Kinds", {
  defaultValue: () => all
})

/**
 * Adds kinds of one's own to those that are known by name. A kind with the name of
 * another takes its place.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (kinds: ReadonlyArray<Any>): Layer.Layer<never> =>
  Layer.effect(
    Kinds,
    Effect.map(Kinds, (known) => [...kinds, ...known])
  )

/**
 * Finds a kind by its name, as a `JobTicket` holds it.
 *
 * **Example** (From a name to its actions)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Option } from "effect"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 *
 * const kind = Option.getOrThrow(JobKind.fromName("UV"))
 * assert.equal(kind.query.action, "DescribeHunyuanTo3DUVJob")
 * assert.deepEqual(JobKind.fromName("Sculpture"), Option.none())
 * ```
 *
 * @category getters
 * @since 0.1.0
 */
export const fromName = (name: string): Option.Option<Any> =>
  Option.fromUndefinedOr(all.find((kind) => kind.name === name))

/**
 * Converts a model of at most 60 MB while the caller waits: a plain call of
 * `TencentCloud.call`, without a job. `ResultFile3D` is the link of the result.
 *
 * **Gotchas**
 *
 * A conversion may take longer than the 10 seconds that `TencentCloud.Policy` allows
 * an attempt by default, and like a submit it is tried again only when the service
 * surely refused it: allow more, or use the {@link Convert3DFormat} job.
 *
 * @category operations
 * @since 0.1.0
 */
export const convert3DFormat = TencentCloud.Operation.make({
  action: "Convert3DFormat",
  input: struct({ File3D: required(Link), Format: ConvertedFormat }),
  output: Schema.Struct({ ResultFile3D: Schema.String, RequestId: Schema.optional(Schema.String) }),
  safeToRepeat: false
})
