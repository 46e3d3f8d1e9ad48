/**
 * A job's request from the command line. There is one flag for each field of the
 * API, whatever the kind; which of them belong together is for the kind's schema
 * to say.
 */
import type * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import type * as JobKind from "../job/JobKind.ts"
import { type Failure, usage } from "./failure.ts"
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
    Flag.withDescription("A JSON file with the fields of the API's request; other flags add to them"),
    Flag.optional
  ),
  prompt: text("prompt", "What to make, or what the texture looks like"),
  image: text("image", "An image to start from: a file or a link"),
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
  const image = Option.isSome(flags.image) ? yield* readImage(flags.image.value) : undefined
  const file = Option.map(flags.file, (Url) => ({
    Url,
    Type: Option.getOrElse(flags.fileType, () => /\.([a-z0-9]+)$/i.exec(pathOf(Url))?.[1]?.toLowerCase())
  }))
  const fromFile = Option.isSome(flags.request) ? yield* readRequestFile(flags.request.value) : {}
  const given = {
    ...fromFile,
    ...present({
      Prompt: flags.prompt,
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

const cannotRead = (path: string) => (cause: { readonly message: string }) =>
  usage(`"${path}" cannot be read. Check its name and its permissions. (${cause.message})`)

/** An image as the API takes it: a link as it is, a file as base64. */
const readImage = (image: string): Effect.Effect<Record<string, string>, Failure, FileSystem.FileSystem> =>
  /^https?:/i.test(image)
    ? Effect.succeed({ Url: image })
    : FileSystem.FileSystem.use((fs) => fs.readFile(image)).pipe(
        Effect.map((bytes) => ({ Base64: Base64.encode(bytes) })),
        Effect.mapError(cannotRead(image))
      )

const readViews = (views: Readonly<Record<string, string>>) =>
  Effect.forEach(Object.entries(views), ([ViewType, image]) =>
    Effect.map(readImage(image), (read) => ({
      ViewType,
      ...Object.fromEntries(Object.entries(read).map(([name, value]) => [`ViewImage${name}`, value]))
    }))
  )

const decodeRequestFile = Schema.decodeUnknownEffect(
  Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
)

const readRequestFile = Effect.fnUntraced(function* (path: string) {
  const text = yield* Effect.mapError(
    FileSystem.FileSystem.use((fs) => fs.readFileString(path)),
    cannotRead(path)
  )
  return yield* Effect.mapError(decodeRequestFile(text), () =>
    usage(`"${path}" is not a JSON object. Write the fields of the request into it, such as {"Prompt":"a teapot"}.`)
  )
})
