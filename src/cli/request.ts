/**
 * A job's request from the command line. There is one flag for each field of the
 * API, whatever the kind; which of them belong together is for the kind's schema
 * to say.
 */
import * as Argument from "effect/cli/Argument"
import type * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import * as shell from "../internal/shell.ts"
import * as Hunyuan from "../job/Hunyuan.ts"
import type * as JobKind from "../job/JobKind.ts"
import { usage } from "./failure.ts"
import { hasField, kindsOf, type Name, valuesOf } from "./fields.ts"
import * as flag from "./flag.ts"
import { isStandardInput, readImage, readText, readTextFile } from "./input.ts"
import * as json from "./json.ts"
import { refused } from "./refusal.ts"

const described =
  (name: Name, description: string) =>
  <A>(self: Flag.Flag<A>) =>
    self.pipe(Flag.withDescription(`${description} [${kindsOf(name).join(", ")}]`), Flag.optional)

const text = (name: Name, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), described(name, description))
const whole = (name: Name, description: string) => flag.whole(name).pipe(described(name, description))
const yes = (name: Name, description: string) => Flag.Boolean(name).pipe(described(name, description))
const oneOf = (name: Name, metavar: string, description: string) =>
  flag
    .choice(
      name,
      metavar,
      valuesOf(name).map((value) => [value, value])
    )
    .pipe(described(name, description))

export const requestFlags = {
  positional: Argument.String("prompt").pipe(Argument.withDescription("The same as --prompt"), Argument.optional),
  prompt: Flag.String("prompt").pipe(
    Flag.withAlias("p"),
    Flag.withMetavar("TEXT"),
    described("prompt", "What to make, or what the texture looks like; - reads it from standard input")
  ),
  image: flag
    .file("image")
    .pipe(
      Flag.withAlias("i"),
      described("image", "An image to start from: a PNG, JPEG or WEBP file, a link, or - for standard input")
    ),
  request: flag
    .file("request")
    .pipe(
      Flag.withDescription(
        "The fields of the API's request as JSON: a file, the JSON itself, or - for standard input; other flags add to them"
      ),
      Flag.optional
    ),
  view: flag
    .namedFiles("view")
    .pipe(
      described(
        "view",
        "Another side of the same thing, such as left=FILE or back=https://…; give it again for more sides"
      )
    ),
  model: oneOf("model", "VERSION", "The version of the model (default: 3.0)"),
  generateType: oneOf(
    "generate-type",
    "TYPE",
    "With textures, of few faces, without textures, or from a drawing (default: Normal)"
  ),
  faceCount: whole("face-count", "How many faces, 3000 to 1500000 (default: 500000)"),
  faceLevel: oneOf("face-level", "LEVEL", "How many faces to leave (default: the service decides)"),
  polygonType: oneOf("polygon-type", "TYPE", "The shape of the faces (default: triangle)"),
  enablePbr: yes("enable-pbr", "Make materials for physically based rendering"),
  enableGeometry: yes("enable-geometry", "Leave the textures out"),
  resultFormat: oneOf("result-format", "FORMAT", "The file to make (default: the service decides)"),
  file: text("file", "URL", "The link of a 3D file to work on; its type is read from the name"),
  fileType: oneOf("file-type", "TYPE", "The type of that file, if its name does not end in it"),
  format: oneOf("format", "FORMAT", "The format to convert to"),
  motionType: whole(
    "motion-type",
    "The number of a preset motion, 1 to 48, from the service's documentation (default: no motion)"
  ),
  partSegmentationInfo: text("part-segmentation-info", "JSON", "JSON text of mesh parts and their face ids"),
  enableStagedGeneration: yes("enable-staged-generation", "Generate the parts in stages"),
  enablePostProcess: yes("enable-post-process", "Post-process the parts")
}

/** Above the flags of a request in the help. */
export const requestSection = ["THE REQUEST (in brackets: the kinds that have a flag)", requestFlags] as const

type RequestFlags = Command.Command.Config.Infer<typeof requestFlags>

/** Builds the request of a kind from its flags, and checks it with the kind's schema. */
export const readRequest = Effect.fnUntraced(function* (kind: JobKind.Any, flags: RequestFlags) {
  yield* checkStandardInput(flags)
  const prompt = yield* promptOf(flags)
  const { subject, texture } = Hunyuan.imageLimits
  const image = Option.isSome(flags.image)
    ? yield* imageFields(`--image ${flags.image.value}`, flags.image.value, hasField(kind, "Image") ? texture : subject)
    : undefined
  const fromFile = Option.isSome(flags.request) ? yield* readRequestFile(flags.request.value) : {}
  const fromFlags = present({
    Prompt: yield* Effect.transposeOption(Option.map(prompt, readPrompt)),
    Model: flags.model,
    MultiViewImages: yield* Effect.transposeOption(Option.map(flags.view, readViews)),
    GenerateType: flags.generateType,
    FaceCount: flags.faceCount,
    FaceLevel: flags.faceLevel,
    PolygonType: flags.polygonType,
    EnablePBR: flags.enablePbr,
    EnableGeometry: flags.enableGeometry,
    ResultFormat: flags.resultFormat,
    // Kinds call their input file one or the other, and have the image as an object or as two fields.
    [hasField(kind, "File3D") ? "File3D" : "File"]: yield* readFile(flags),
    ...(hasField(kind, "Image") ? { Image: Option.fromUndefinedOr(image) } : prefixed("Image", image)),
    Format: flags.format,
    MotionType: flags.motionType,
    PartSegmentationInfo: flags.partSegmentationInfo,
    EnableStagedGeneration: flags.enableStagedGeneration,
    EnablePostProcess: flags.enablePostProcess
  })
  const given = { ...fromFile, ...fromFlags }
  return yield* Schema.decodeUnknownEffect(kind.submit.input, { onExcessProperty: "error" })(given).pipe(
    Effect.mapError((error) =>
      refused(
        kind,
        error,
        Object.keys(fromFile).filter((field) => !Object.hasOwn(fromFlags, field))
      )
    )
  )
})

/** The prompt, with its flag or without. A prompt that is none costs money, so what looks like something else is refused. */
const promptOf = Effect.fnUntraced(function* ({ positional, prompt }: RequestFlags) {
  if (Option.isNone(positional)) return prompt
  const text = positional.value
  if (Option.isSome(prompt)) {
    return yield* usage(`There are two prompts: ${shell.word(text)} and --prompt. Give one of them.`)
  }
  const asPrompt = `If it is the prompt: --prompt ${shell.word(text)}`
  if (text === "help") return yield* usage(`For help, give --help. ${asPrompt}`)
  const isLink = /^https?:\/\/\S+$/i.test(text)
  const isFile = yield* FileSystem.FileSystem.use((fs) => fs.stat(text)).pipe(
    Effect.match({ onFailure: () => false, onSuccess: ({ type }) => type === "File" })
  )
  if (isLink || isFile) {
    return yield* usage(
      `"${text}" is a ${isLink ? "link" : "file"}. If it is the image: --image ${shell.word(text)}. ${asPrompt}`
    )
  }
  return positional
})

const present = (fields: Readonly<Record<string, Option.Option<unknown>>>) => Record.getSomes(fields)

const prefixed = (prefix: string, image: Readonly<Record<string, string>> | undefined) =>
  Object.fromEntries(Object.entries(image ?? {}).map(([name, value]) => [prefix + name, Option.some(value)]))

const pathOf = (link: string) => (URL.canParse(link) ? new URL(link).pathname : link)

/** The file to work on. */
const readFile = Effect.fnUntraced(function* ({ file, fileType }: RequestFlags) {
  if (Option.isNone(file) && Option.isSome(fileType)) {
    return yield* usage("--file-type needs --file, the link of the file.")
  }
  return Option.map(file, (Url) => ({
    Url,
    Type: Option.getOrElse(fileType, () => /\.([a-z0-9]+)$/i.exec(pathOf(Url))?.[1]?.toLowerCase())
  }))
})

const checkStandardInput = Effect.fnUntraced(function* ({ positional, prompt, image, view, request }: RequestFlags) {
  const values = [
    ...[positional, prompt, image, request].flatMap(Option.toArray),
    ...Option.getOrElse(view, () => []).map(([, file]) => file)
  ]
  if (values.filter(isStandardInput).length > 1) {
    return yield* usage("Only one of --prompt, --image, --view and --request can be -: there is one standard input.")
  }
})

const readPrompt = (prompt: string) => (isStandardInput(prompt) ? readText("--prompt -") : Effect.succeed(prompt))

/** An image as the API takes it: a link as it is, anything else as base64. */
export const imageFields = Effect.fnUntraced(function* (typed: string, image: string, limits: Hunyuan.ImageLimits) {
  if (/^https?:/i.test(image)) return { Url: image }
  const { base64 } = yield* readImage(typed, image, limits)
  return { Base64: base64 }
})

const readViews = (views: ReadonlyArray<readonly [string, string]>) =>
  Effect.forEach(views, ([ViewType, image]) =>
    Effect.map(imageFields(`--view ${ViewType}=${image}`, image, Hunyuan.imageLimits.view), (read) => ({
      ViewType: ViewType.toLowerCase(),
      ...Object.fromEntries(Object.entries(read).map(([name, value]) => [`ViewImage${name}`, value]))
    }))
  )

/** The fields of the request as JSON. What begins as an object does is the JSON itself. */
const readRequestFile = Effect.fnUntraced(function* (given: string) {
  const isJson = given.trimStart().startsWith("{")
  const typed = isJson ? "--request" : `--request ${given}`
  const text = isJson ? given : yield* readTextFile(typed, given)
  return yield* json.readObject(typed, text, '{"Prompt":"a teapot"}')
})
