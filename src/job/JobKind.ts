/**
 * The kinds of job that the service computes, each as data: how it is submitted and
 * queried, and how many the account may run at once.
 *
 * A kind is one entry here, and its place in `all`: its actions, and the schema of
 * its request. A request carries the API's own field names, so the vendor's
 * documentation applies to it, and holds every rule that can be checked without
 * fetching anything. A broken rule is refused before anything is sent, with a
 * sentence that says what to change. `make` is for a kind of one's own, which the
 * setting `Kinds` makes known by its name.
 *
 * **Gotchas**
 *
 * - Kinds are compared by name: `{ ...Pro, tasksAtOnce: 10 }` is still `Pro`.
 * - A field that the API does not know, such as a mistyped `Promt`, is a type error
 *   in typed code, but is dropped in silence when a request from outside is decoded.
 *   Decode those with `onExcessProperty: "error"`.
 * - Links are not fetched, so the size, pixels and faces of what is behind them are
 *   documented and not checked.
 * - Of an image in base64 the length is checked, and not what it shows. The module
 *   `Image` checks its format and its sides.
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
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Operation from "../cloud/Operation.ts"
import * as Hunyuan from "./Hunyuan.ts"
import {
  base64,
  ConvertedFormat,
  count,
  exactlyOne,
  fbx,
  file,
  glb,
  isView30,
  Link,
  obj,
  oneOf,
  PolygonType,
  prompt,
  Segmentation,
  struct,
  subject,
  View,
  views30,
  wholeNumber
} from "./internal/fields.ts"
import * as Job from "./Job.ts"

const Target = Schema.Struct({ JobId: Job.JobId })

// The job is paid for when this arrives, so an id of any form is taken here. `JobApi` says what becomes of an odd one.
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
export interface JobKind<out Request extends Operation.Codec> {
  /** The name in a `JobTicket`, such as `Pro`. */
  readonly name: string
  readonly submit: Operation.Operation<Request, typeof Submitted>
  readonly query: Operation.Operation<typeof Target, typeof Job.Response>
  /** How many jobs of this kind the service computes at once for one account; 1 where it is not documented. */
  readonly tasksAtOnce: number
}

/**
 * A kind of job, whatever its request.
 *
 * @category models
 * @since 0.1.0
 */
export type Any = JobKind<Operation.Codec>

/**
 * Makes a kind of job from its name, its two actions and the schema of its request.
 *
 * **Details**
 *
 * Its submission answers `JobId`, and its query what {@link Job.Response} describes.
 *
 * **Example** (A kind that this library does not know)
 *
 * ```ts
 * import assert from "node:assert/strict"
 * import { Effect, Layer, Schema } from "effect"
 * import * as Fake from "effect-hunyuan3d/Fake"
 * import * as GenerateJob from "effect-hunyuan3d/GenerateJob"
 * import * as JobKind from "effect-hunyuan3d/JobKind"
 * import * as Kinds from "effect-hunyuan3d/Kinds"
 *
 * const Sculpture = JobKind.make({
 *   name: "Sculpture",
 *   submit: "SubmitSculptureJob",
 *   query: "QuerySculptureJob",
 *   request: Schema.Struct({ Prompt: Schema.String })
 * })
 *
 * const program = GenerateJob.GenerateJob.use((jobs) => jobs.generate(Sculpture, { Prompt: "a cat" }))
 * const Test = GenerateJob.layer.pipe(
 *   Layer.provide(Fake.layer({ run: 0 })),
 *   Layer.provide(Kinds.layer([Sculpture]))
 * )
 * assert.equal((await Effect.runPromise(Effect.provide(program, Test)))._tag, "Done")
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <Request extends Operation.Codec>(kind: {
  readonly name: string
  readonly submit: string
  readonly query: string
  /** Where its actions are called; {@link Hunyuan.product} by default. */
  readonly product?: Operation.Product | undefined
  /** Left out where it is not documented; 1 is then the safe choice. */
  readonly tasksAtOnce?: number | undefined
  readonly request: Request
}): JobKind<Request> => {
  const { name, request, product = Hunyuan.product, tasksAtOnce = 1 } = kind
  return {
    name,
    submit: Operation.make({
      action: kind.submit,
      product,
      input: request,
      output: Submitted,
      safeToRepeat: false,
      receipt: "JobId"
    }),
    query: Operation.make({ action: kind.query, product, input: Target, output: Job.Response, safeToRepeat: true }),
    tasksAtOnce
  }
}

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
   * a link or as base64: jpg or png, sides of 129 to 4999 px, at most 8 MB encoded.
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
 * The type of {@link ProRequest}.
 *
 * @category requests
 * @since 0.1.0
 */
export type ProRequest = typeof ProRequest.Type

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
 * The type of {@link RapidRequest}.
 *
 * @category requests
 * @since 0.1.0
 */
export type RapidRequest = typeof RapidRequest.Type

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
 * The type of {@link SmartTopologyRequest}.
 *
 * @category requests
 * @since 0.1.0
 */
export type SmartTopologyRequest = typeof SmartTopologyRequest.Type

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
 * The type of {@link UVRequest}.
 *
 * @category requests
 * @since 0.1.0
 */
export type UVRequest = typeof UVRequest.Type

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
  PartSegmentationInfo: Schema.optional(Segmentation),
  /** `false` by default. */
  EnableStagedGeneration: Schema.optional(Schema.Boolean),
  /** `false` by default. */
  EnablePostProcess: Schema.optional(Schema.Boolean)
})

/**
 * The type of {@link PartRequest}.
 *
 * @category requests
 * @since 0.1.0
 */
export type PartRequest = typeof PartRequest.Type

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
      Base64: Schema.optional(base64(Hunyuan.imageLimits.texture))
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
 * The type of {@link TextureEditRequest}.
 *
 * @category requests
 * @since 0.1.0
 */
export type TextureEditRequest = typeof TextureEditRequest.Type

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
 * The type of {@link Convert3DFormatRequest}.
 *
 * @category requests
 * @since 0.1.0
 */
export type Convert3DFormatRequest = typeof Convert3DFormatRequest.Type

/**
 * The same model in another format.
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
 * The type of {@link AutoRiggingRequest}.
 *
 * @category requests
 * @since 0.1.0
 */
export type AutoRiggingRequest = typeof AutoRiggingRequest.Type

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
 * Finds a kind by its name, as a `JobTicket` holds it, among {@link all} or the kinds given.
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
export const fromName = (name: string, kinds: ReadonlyArray<Any> = all): Option.Option<Any> =>
  Option.fromUndefinedOr(kinds.find((kind) => kind.name === name))
