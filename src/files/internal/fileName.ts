/**
 * The names of result files: one path component each, safe on every file system,
 * and never one that the service or a link chooses.
 */
import type * as SignedLink from "../../cloud/SignedLink.ts"
import type * as Job from "../../job/Job.ts"

/** A file to fetch: its link, and its name without the extension. */
export interface Target {
  readonly file: Job.File3D
  readonly preview: boolean
  readonly url: SignedLink.SignedLink
  readonly name: string
}

/** The files of a job, named after its id and their types; a type that comes several times is numbered. */
export const targets = (job: Job.Done, previews: boolean): ReadonlyArray<Target> => {
  const seen = new Map<string, number>()
  return job.files.flatMap((file) => {
    // No `-` is left in it, so that no type can take the name of a preview or of a numbered one.
    const type =
      (file.type ?? "")
        .toLowerCase()
        .replaceAll(/[^a-z0-9_]+/g, "")
        .slice(0, 40) || "file"
    const count = (seen.get(type) ?? 0) + 1
    seen.set(type, count)
    const name = `${job.id}-${type}${count === 1 ? "" : `-${count}`}`
    return [
      ...(file.url === undefined ? [] : [{ file, preview: false, url: file.url, name }]),
      ...(file.previewUrl === undefined || !previews
        ? []
        : [{ file, preview: true, url: file.previewUrl, name: `${name}-preview` }])
    ]
  })
}

// What models, pictures and archives are called. No system runs a file with one of these names when it is opened.
const known = new Set(
  [
    "3ds 3mf abc dae fbx glb gltf mtl obj off ply stl usd usda usdc usdz vrm wrl x3d",
    "avif bmp dds exr gif hdr jpeg jpg ktx ktx2 mov mp4 png tga tif tiff webm webp",
    "7z gz rar tar zip"
  ].flatMap((names) => names.split(" "))
)

/** The extension of a file whose bytes do not show what it is: that of its link or its type if it is a known one. */
export const fallbackExtension = ({ url, file, preview }: Target): string => {
  const path = URL.canParse(url.href) ? new URL(url.href).pathname.toLowerCase() : ""
  const ofLink = /\.([a-z0-9]+)$/.exec(path)?.[1] ?? ""
  const ofType = preview ? "" : (file.type ?? "").toLowerCase()
  return [ofLink, ofType].find((extension) => known.has(extension)) ?? "bin"
}
