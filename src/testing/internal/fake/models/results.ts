/**
 * The result files of jobs: which ones a job has, and their bytes.
 *
 * **Gotchas**
 *
 * - Files are made when they are downloaded for the first time, since that takes much longer than a submit or a query.
 *   The ones that were used last are kept.
 */
import { sha256 } from "../../../../internal/sha256.ts"
import { buildModel } from "./build.ts"
import { designOf, type Order } from "./design.ts"
import { encodeGlb } from "./glb.ts"
import type { Model } from "./model.ts"
import { encodeObj } from "./obj.ts"
import { encodePng } from "./png.ts"
import { drawPreview } from "./preview/preview.ts"
import { type Request, textOf } from "./request.ts"
import { encodeStl } from "./stl.ts"

export interface ResultFile {
  readonly bytes: Uint8Array
  readonly headers: { readonly "accept-ranges": string; readonly "content-type": string; readonly etag: string }
}

interface Format {
  readonly contentType: string
  readonly encode: (model: Model) => Uint8Array
}

/** By the names of the files. */
const formats: ReadonlyMap<string, Format> = new Map([
  ["output.glb", { contentType: "model/gltf-binary", encode: encodeGlb }],
  ["output.zip", { contentType: "application/zip", encode: encodeObj }],
  ["output.stl", { contentType: "model/stl", encode: encodeStl }],
  ["preview.png", { contentType: "image/png", encode: (model: Model) => encodePng(drawPreview(model)) }]
])

/** The name of the file of each type that the fake can write. An OBJ is a zip, as the service's. */
const names: Readonly<Record<string, string>> = { GLB: "output.glb", OBJ: "output.zip", STL: "output.stl" }

const typeOf = (kind: string, request: Request): string =>
  (kind === "Rapid"
    ? textOf(request, "ResultFormat")
    : kind === "Convert3DFormat"
      ? textOf(request, "Format")
      : undefined) ?? "GLB"

/** The types and the names of a job's files. */
export const namesOf = (kind: string, request: Request) => {
  const type = typeOf(kind, request)
  const name = names[type]
  return name === undefined ? [] : [{ type, name, preview: "preview.png" }]
}

/** Why a job cannot end with its files, if it cannot. */
export const failureOf = (kind: string, request: Request) => {
  const type = typeOf(kind, request)
  return names[type] === undefined
    ? {
        code: "FailedOperation.UnsupportedFormat",
        message: `The fake cannot write ${type}. Choose one of ${Object.keys(names).join(", ")}, or use the real service.`
      }
    : undefined
}

/** Keeps what was used last. */
const makeCache = <A>(limit: number) => {
  const known = new Map<string, A>()
  return (key: string, make: () => A): A => {
    const value = known.get(key) ?? make()
    known.delete(key)
    known.set(key, value)
    for (const oldest of known.keys()) {
      if (known.size <= limit) break
      known.delete(oldest)
    }
    return value
  }
}

// Of all fakes together: the same order makes the same files in each of them. A model is much larger than its files.
const models = makeCache<Model>(2)
const files = makeCache<ResultFile>(32)

/** A file of a job; undefined when it has none with this name. */
export const fileOf = (order: Order, name: string): ResultFile | undefined => {
  const isKnown = namesOf(order.kind, order.request).some((file) => file.name === name || file.preview === name)
  const format = formats.get(name)
  if (!isKnown || format === undefined) return undefined
  const design = designOf(order)
  // Without its functions, which follow from its name.
  const key = JSON.stringify(design)
  return files(`${name} ${key}`, () => {
    const bytes = format.encode(models(key, () => buildModel(design)))
    const etag = `"${sha256(bytes).slice(0, 32)}"`
    return { bytes, headers: { "accept-ranges": "bytes", "content-type": format.contentType, etag } }
  })
}
