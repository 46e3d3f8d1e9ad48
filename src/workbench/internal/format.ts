/** What a file is by the end of its name. Only models, pictures and what belongs to a model are known. */
import type { ModelFile } from "../Api.ts"

interface Format {
  readonly format: ModelFile["format"]
  readonly contentType: string
}

const formats: Readonly<Record<string, Format>> = {
  glb: { format: "glb", contentType: "model/gltf-binary" },
  obj: { format: "obj", contentType: "model/obj" },
  stl: { format: "stl", contentType: "model/stl" },
  zip: { format: "zip", contentType: "application/zip" },
  png: { format: "image", contentType: "image/png" },
  jpg: { format: "image", contentType: "image/jpeg" },
  jpeg: { format: "image", contentType: "image/jpeg" },
  webp: { format: "image", contentType: "image/webp" },
  gif: { format: "image", contentType: "image/gif" },
  mtl: { format: "other", contentType: "model/mtl" },
  fbx: { format: "other", contentType: "application/octet-stream" },
  usdz: { format: "other", contentType: "model/vnd.usdz+zip" },
  "3mf": { format: "other", contentType: "model/3mf" },
  mp4: { format: "other", contentType: "video/mp4" }
}

export const formatOf = (name: string): Format | undefined => {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase() ?? ""
  return Object.hasOwn(formats, ending) ? formats[ending] : undefined
}
