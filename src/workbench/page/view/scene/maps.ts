/** The textures of a model as pictures, each once, with what it is for. */
import { MeshStandardMaterial, type Mesh, type Texture } from "three"
import { materialsOf } from "./meshes.ts"

/** A picture that a canvas can draw. */
export interface MapPicture {
  readonly title: string
  readonly width: number
  readonly height: number
  readonly image: ImageBitmap | HTMLImageElement
}

const usesOf = (material: MeshStandardMaterial): ReadonlyArray<readonly [string, Texture | null]> => [
  ["Base colour", material.map],
  ["Normals", material.normalMap],
  ["Metallic", material.metalnessMap],
  ["Roughness", material.roughnessMap],
  ["Occlusion", material.aoMap],
  ["Emission", material.emissiveMap],
  ["Bumps", material.bumpMap]
]

const imageOf = (texture: Texture | null) => {
  const image: unknown = texture?.image
  return image instanceof ImageBitmap || image instanceof HTMLImageElement ? image : undefined
}

export const mapsOf = (meshes: ReadonlyArray<Mesh>): ReadonlyArray<MapPicture> => {
  const uses = new Map<ImageBitmap | HTMLImageElement, Set<string>>()
  for (const material of new Set(meshes.flatMap(materialsOf))) {
    if (!(material instanceof MeshStandardMaterial)) continue
    for (const [use, texture] of usesOf(material)) {
      const image = imageOf(texture)
      if (image === undefined) continue
      const titles = uses.get(image) ?? new Set()
      uses.set(image, titles.add(use))
    }
  }
  return Array.from(uses, ([image, titles]) => ({
    title: [...titles].join(", "),
    width: image.width,
    height: image.height,
    image
  }))
}
