/**
 * What the requests of the kinds are made of: fields, and the sentence that each
 * broken rule is refused with.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Hunyuan from "../Hunyuan.ts"

export const struct = <const Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.Struct(fields).annotate({
    messageUnexpectedKey: "Remove this field or correct its name: the API does not know it."
  })

const required = <S extends Schema.Top>(schema: S) =>
  schema.pipe(Schema.annotateKey({ messageMissingKey: "Add this field: the API requires it." }))

export const oneOf = <const Values extends ReadonlyArray<string>>(values: Values) =>
  Schema.Literals(values).annotate({ message: `Set this to one of ${values.join(", ")}.` })

export const count = (...values: ReadonlyArray<unknown>) => values.filter((value) => value !== undefined).length

// `others` is how many fields are there in any case. Only generated values need it:
// the first ones have as few fields as they may, and all would be discarded.
export const exactlyOne = <Key extends string>(keys: ReadonlyArray<Key>, others = 0) =>
  Schema.makeFilter((request: { readonly [K in Key]?: unknown }) => count(...keys.map((key) => request[key])) === 1, {
    message: `Give exactly one of ${keys.join(", ")}.`,
    arbitraryConstraint: { minProperties: others + 1 }
  })

export const wholeNumber = (minimum: number, maximum: number) => {
  const message = { message: `Set this to a whole number from ${minimum} to ${maximum}.` }
  return Schema.Number.check(Schema.isInt(message), Schema.isBetween({ minimum, maximum }, message))
}

export const prompt = (most: number) =>
  Schema.String.check(
    Schema.isBetweenCodePoints(1, most, { message: `Make the prompt 1 to ${most} Unicode characters long.` })
  )

export const Link = Schema.String.check(
  // The pattern first, since the parser trims spaces and adds missing slashes.
  Schema.makeFilter((link: string) => /^https?:\/\/\S+$/i.test(link) && URL.canParse(link), {
    message: "Give a complete http or https link, without spaces.",
    arbitraryConstraint: { patterns: [{ source: "^https?://[a-z]{1,9}\\.example/[a-z0-9]{0,9}$", flags: "" }] }
  })
)

const notBase64 = { message: "Encode the image as base64 with its padding, without line breaks or a data: prefix." }

export const base64 = ({ maxSize }: Hunyuan.ImageLimits) => {
  const characters = Math.ceil(maxSize / 3) * 4
  const limit = `${Math.round(maxSize / 100_000) / 10} MB at most, which are ${characters} characters of base64`
  return Schema.String.check(
    Schema.isMaxLength(characters, { message: `Make the image smaller, or send it as a link: ${limit}.` }),
    Schema.isNonEmpty(notBase64),
    // Without the hint, generated values are empty and thus all discarded.
    Schema.isBase64({
      ...notBase64,
      arbitraryConstraint: { patterns: [{ source: "^([0-9a-zA-Z+/]{4}){1,9}$", flags: "" }] }
    })
  )
}

export const subject = (longestPrompt: number) => ({
  /** What to make: 1 to 1024 Unicode characters, 200 for Rapid. */
  Prompt: Schema.optional(prompt(longestPrompt)),
  /** The image to start from: jpg, jpeg, png or webp, sides of 128 to 5000 px, at most 6 MB before encoding. */
  ImageBase64: Schema.optional(base64(Hunyuan.imageLimits.subject)),
  /** The same as a link, at most 8 MB. */
  ImageUrl: Schema.optional(Link)
})

export const glb = ["glb", "GLB"] as const
export const obj = ["obj", "OBJ"] as const
export const fbx = ["fbx", "FBX"] as const

export const file = <const Types extends ReadonlyArray<string>>(types: Types) =>
  required(struct({ Url: required(Link), Type: required(oneOf(types)) }))

export const PolygonType = Schema.optional(oneOf(["triangle", "quadrilateral"]))

export const ConvertedFormat = required(oneOf(["STL", "USDZ", "FBX", "MP4", "GIF"]))

export const views30 = ["left", "right", "back"] as const

export const isView30 = Schema.is(Schema.Literals(views30))

export const View = struct({
  ViewType: required(oneOf([...views30, "top", "bottom", "left_front", "right_front"])),
  ViewImageUrl: Schema.optional(Link),
  ViewImageBase64: Schema.optional(base64(Hunyuan.imageLimits.view))
}).check(exactlyOne(["ViewImageUrl", "ViewImageBase64"], 1))

const decodeJsonObject = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

/** Where to cut a model: JSON text of an object. */
export const Segmentation = Schema.String.check(
  Schema.makeFilter((text: string) => Option.isSome(decodeJsonObject(text)), {
    message: "Give the JSON text of an object: mesh parts by name, with their face ids.",
    arbitraryConstraint: {
      patterns: [{ source: '^\\{"part_[0-9]":\\{"face_ids":\\[[1-9][0-9]{0,3}\\]\\}\\}$', flags: "" }]
    }
  })
)
