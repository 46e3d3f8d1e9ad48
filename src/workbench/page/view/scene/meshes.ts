/** What a loaded model holds, and how it is let go of. */
import { type BufferGeometry, type Material, Mesh, type Object3D, SkinnedMesh, Texture } from "three"

const isMesh = (object: Object3D): object is Mesh => object instanceof Mesh

export const meshesOf = (root: Object3D) => {
  const meshes: Array<Mesh> = []
  root.traverse((object) => {
    if (isMesh(object)) meshes.push(object)
  })
  return meshes
}

export const materialsOf = (mesh: Mesh): ReadonlyArray<Material> =>
  Array.isArray(mesh.material) ? mesh.material : [mesh.material]

const facesOf = (geometry: BufferGeometry) =>
  Math.floor((geometry.index?.count ?? geometry.getAttribute("position").count) / 3)

/** Counted from what is drawn. */
export const count = (meshes: ReadonlyArray<Mesh>) => ({
  meshes: meshes.length,
  faces: meshes.reduce((sum, { geometry }) => sum + facesOf(geometry), 0),
  vertices: meshes.reduce((sum, { geometry }) => sum + geometry.getAttribute("position").count, 0)
})

const isTexture = (value: unknown): value is Texture => value instanceof Texture

const disposeTexture = (texture: Texture) => {
  const { image } = texture
  if (image instanceof ImageBitmap) image.close()
  texture.dispose()
}

const disposeMaterial = (material: Material) => {
  for (const value of Object.values<unknown>({ ...material })) if (isTexture(value)) disposeTexture(value)
  material.dispose()
}

/** Frees what a model holds on the graphics card. `materials` are its own ones, which may not be those it wears. */
export const disposeModel = (root: Object3D, materials: Iterable<Material>) => {
  for (const mesh of meshesOf(root)) {
    mesh.geometry.dispose()
    if (mesh instanceof SkinnedMesh) mesh.skeleton.dispose()
  }
  for (const material of materials) disposeMaterial(material)
}
