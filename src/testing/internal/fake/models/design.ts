/** What model a job makes: it follows from its kind, its request and a seed, and from nothing else. */
import { sha256 } from "../../../../internal/sha256.ts"
import { field, isSet, type Request, textOf } from "./request.ts"
import { findShape, figure, shapeOfNothing, teapot } from "./shapes/all.ts"
import type { Shape } from "./shapes/shape.ts"
import type { Surface } from "./surface.ts"
import { surfaceFor, wordsOf } from "./words.ts"

/** The job whose model is made. */
export interface Order {
  /** The name of the kind. */
  readonly kind: string
  readonly request: Request
  readonly seed: number
}

export interface Design {
  readonly name: string
  readonly shape: Shape
  readonly surfaces: Readonly<Record<string, Surface>>
  /** What its chance is drawn from. */
  readonly seed: string
  /** How finely it is divided: 1 for what looks round. */
  readonly detail: number
  /** The most triangles that it may have. */
  readonly maxTriangles: number
  readonly isFaceted: boolean
  readonly isBare: boolean
  readonly isPbr: boolean
  readonly isTakenApart: boolean
  /** The number of the motion of a figure; undefined for what has no bones, 0 for bones without a motion. */
  readonly motion: number | undefined
}

/** The most triangles of any model, so that it is made quickly. */
const most = 8000

/** The name of the file behind a link. */
const fileNameOf = (link: string) => /([^/?#]*?)(?:\.\w+)?(?:[?#].*)?$/.exec(link)?.[1] ?? ""

const linkOf = (request: Request): string | undefined => {
  const file = field(request, "File3D") ?? field(request, "File")
  return typeof file === "string" ? file : textOf(file, "Url")
}

const shapeFor = ({ kind, request }: Order, words: ReadonlyArray<string>): readonly [string, Shape] => {
  if (kind === "AutoRigging") return ["figure", figure]
  const found = findShape(words)
  if (found !== undefined) return found
  const prompt = kind === "TextureEdit" ? undefined : textOf(request, "Prompt")
  const image = textOf(request, "ImageBase64") ?? textOf(request, "ImageUrl")
  if (prompt !== undefined) return ["solid", shapeOfNothing]
  return image === undefined ? ["teapot", teapot] : ["solid", shapeOfNothing]
}

/** How finely the faces of a topology job are divided. */
const levels: Readonly<Record<string, number>> = { high: 0.62, medium: 0.42, low: 0.26 }

const detailOf = ({ kind, request }: Order): number => {
  if (kind === "SmartTopology") return levels[textOf(request, "FaceLevel") ?? "medium"] ?? 0.42
  return textOf(request, "GenerateType") === "LowPoly" ? 0.26 : 1
}

/** Numbers and words of one or two letters make no other model. */
const isTelling = (word: string) => word.length > 2 && !/^\p{N}+$/u.test(word)

export const designOf = (order: Order): Design => {
  const { kind, request, seed } = order
  const prompt = textOf(request, "Prompt") ?? ""
  const link = linkOf(request) ?? textOf(request, "ImageUrl") ?? ""
  const said = wordsOf(prompt)
  const words = kind === "TextureEdit" || prompt === "" ? [...wordsOf(fileNameOf(link)), ...said] : said
  const [name, shape] = shapeFor(order, words)
  const isLowPoly = textOf(request, "GenerateType") === "LowPoly"
  const faceCount = field(request, "FaceCount")
  const motion = field(request, "MotionType")
  return {
    name,
    shape,
    surfaces: { ...shape.surfaces, main: surfaceFor(words, shape.surfaces.main) },
    seed: sha256(`${seed}\n${said.filter(isTelling).join(" ")}\n${textOf(request, "ImageBase64") ?? link}`),
    detail: detailOf(order),
    maxTriangles: typeof faceCount === "number" && !isLowPoly ? Math.min(faceCount, most) : most,
    isFaceted: isLowPoly,
    isBare: textOf(request, "GenerateType") === "Geometry" || isSet(request, "EnableGeometry"),
    isPbr: isSet(request, "EnablePBR"),
    isTakenApart: kind === "Part",
    motion: kind === "AutoRigging" ? (typeof motion === "number" ? motion : 0) : undefined
  }
}
