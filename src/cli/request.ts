/**
 * A job's request from the command line. There is one flag for each field of the
 * API, whatever the kind; which of them belong together is for the kind's schema
 * to say.
 */
import type * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as Hunyuan from "../job/Hunyuan.ts"
import type * as JobKind from "../job/JobKind.ts"
import { usage } from "./failure.ts"
import { isStandardInput, readImage, readText, readTextFile } from "./input.ts"
import { refused } from "./refusal.ts"

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)
const whole = (name: string, description: string) =>
  Flag.Int(name).pipe(Flag.withDescription(description), Flag.optional)
const yes = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.optional)

export const requestFlags = {
  request: Flag.String("request").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription(
      "A JSON file with the fields of the API's request, or - for standard input; other flags add to them"
    ),
    Flag.optional
  ),
  prompt: text("prompt", "What to make, or what the texture looks like; - reads it from standard input"),
  image: text("image", "An image to start from: a PNG, JPEG or WEBP file, a link, or - for standard input"),
  views: Flag.KeyValuePair("view").pipe(
    Flag.withDescription(
      "Another side of the same thing, such as left=FILE or back=https://…; give it again for more sides"
    ),
    Flag.optional
  ),
  model: text("model", "The version of the model: 3.0 or 3.1"),
  generateType: text("generate-type", "Normal, LowPoly, Geometry or Sketch"),
  faceCount: whole("face-count", "How many faces, 3000 to 1500000"),
  faceLevel: text("face-level", "high, medium or low"),
  polygonType: text("polygon-type", "triangle or quadrilateral"),
  enablePbr: yes("enable-pbr", "Make materials for physically based rendering"),
  enableGeometry: yes("enable-geometry", "Leave the textures out"),
  resultFormat: text("result-format", "The file to make: OBJ, GLB, STL, USDZ, FBX, MP4 or GIF"),
  file: text("file", "The link of a 3D file to work on; its type is read from the name"),
  fileType: text("file-type", "The type of that file, if its name does not end in it: glb, obj or fbx"),
  format: text("format", "The format to convert to: STL, USDZ, FBX, MP4 or GIF"),
  motionType: whole("motion-type", "The number of a preset motion, 1 to 48, from the service's documentation"),
  partSegmentationInfo: text("part-segmentation-info", "JSON text of mesh parts and their face ids"),
  enableStagedGeneration: yes("enable-staged-generation", "Generate the parts in stages"),
  enablePostProcess: yes("enable-post-process", "Post-process the parts")
}

type RequestFlags = Command.Command.Config.Infer<typeof requestFlags>

/** Builds the request of a kind from its flags, and checks it with the kind's schema. */
export const readRequest = Effect.fnUntraced(function* (kind: JobKind.Any, flags: RequestFlags) {
  const { ast } = kind.submit.input
  const fields = new Set(SchemaAST.isObjects(ast) ? ast.propertySignatures.map(({ name }) => name) : [])
  yield* checkStandardInput(flags)
  const { subject, texture } = Hunyuan.imageLimits
  const image = Option.isSome(flags.image)
    ? yield* imageFields(`--image ${flags.image.value}`, flags.image.value, fields.has("Image") ? texture : subject)
    : undefined
  const file = Option.map(flags.file, (Url) => ({
    Url,
    Type: Option.getOrElse(flags.fileType, () => /\.([a-z0-9]+)$/i.exec(pathOf(Url))?.[1]?.toLowerCase())
  }))
  const fromFile = Option.isSome(flags.request) ? yield* readRequestFile(flags.request.value) : {}
  const given = {
    ...fromFile,
    ...present({
      Prompt: yield* Effect.transposeOption(Option.map(flags.prompt, readPrompt)),
      Model: flags.model,
      MultiViewImages: yield* Effect.transposeOption(Option.map(flags.views, readViews)),
      GenerateType: flags.generateType,
      FaceCount: flags.faceCount,
      FaceLevel: flags.faceLevel,
      PolygonType: flags.polygonType,
      EnablePBR: flags.enablePbr,
      EnableGeometry: flags.enableGeometry,
      ResultFormat: flags.resultFormat,
      // Kinds call their input file one or the other, and have the image as an object or as two fields.
      [fields.has("File3D") ? "File3D" : "File"]: file,
      ...(fields.has("Image") ? { Image: Option.fromUndefinedOr(image) } : prefixed("Image", image)),
      Format: flags.format,
      MotionType: flags.motionType,
      PartSegmentationInfo: flags.partSegmentationInfo,
      EnableStagedGeneration: flags.enableStagedGeneration,
      EnablePostProcess: flags.enablePostProcess
    })
  }
  return yield* Schema.decodeUnknownEffect(kind.submit.input, { onExcessProperty: "error" })(given).pipe(
    Effect.mapError((error) => refused(kind, error, Object.keys(fromFile)))
  )
})

const present = (fields: Readonly<Record<string, Option.Option<unknown>>>) => Record.getSomes(fields)

const prefixed = (prefix: string, image: Readonly<Record<string, string>> | undefined) =>
  Object.fromEntries(Object.entries(image ?? {}).map(([name, value]) => [prefix + name, Option.some(value)]))

const pathOf = (link: string) => (URL.canParse(link) ? new URL(link).pathname : link)

const checkStandardInput = Effect.fnUntraced(function* ({ prompt, image, views, request }: RequestFlags) {
  const values = [
    ...[prompt, image, request].flatMap(Option.toArray),
    ...Object.values(Option.getOrElse(views, () => ({})))
  ]
  if (values.filter(isStandardInput).length > 1) {
    return yield* usage("Only one of --prompt, --image, --view and --request can be -: there is one standard input.")
  }
})

const readPrompt = (prompt: string) => (isStandardInput(prompt) ? readText("--prompt -") : Effect.succeed(prompt))

/** An image as the API takes it: a link as it is, anything else as base64. */
const imageFields = Effect.fnUntraced(function* (typed: string, image: string, limits: Hunyuan.ImageLimits) {
  if (/^https?:/i.test(image)) return { Url: image }
  const { base64 } = yield* readImage(typed, image, limits)
  return { Base64: base64 }
})

const readViews = (views: Readonly<Record<string, string>>) =>
  Effect.forEach(Object.entries(views), ([ViewType, image]) =>
    Effect.map(imageFields(`--view ${ViewType}=${image}`, image, Hunyuan.imageLimits.view), (read) => ({
      ViewType,
      ...Object.fromEntries(Object.entries(read).map(([name, value]) => [`ViewImage${name}`, value]))
    }))
  )

const decodeRequestFile = Schema.decodeUnknownEffect(
  Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
)

const readRequestFile = Effect.fnUntraced(function* (path: string) {
  const text = yield* readTextFile(`--request ${path}`, path)
  const name = isStandardInput(path) ? "Standard input" : `"${path}"`
  return yield* Effect.mapError(decodeRequestFile(text), () =>
    usage(`${name} is not a JSON object. Write the fields of the request into it, such as {"Prompt":"a teapot"}.`)
  )
})
