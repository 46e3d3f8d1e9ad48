/**
 * Files to models. Each format's loader is a chunk of its own, which comes when a file of it is opened.
 *
 * **Gotchas**
 *
 * - Nothing is loaded from an address in a file: what belongs to an OBJ comes from its archive or its folder, by name.
 * - OBJ has no physically based material: its own is changed into one, so that the studio lights all models alike.
 */
import {
  type AnimationClip,
  type BufferGeometry,
  LoadingManager,
  type Material,
  Mesh,
  MeshPhongMaterial,
  MeshStandardMaterial,
  type Object3D
} from "three"
import { nameOf } from "../source.ts"
import { meshesOf } from "./meshes.ts"

export interface Model {
  readonly root: Object3D
  readonly clips: ReadonlyArray<AnimationClip>
}

/** What may belong to a file, by name: the other files of its folder or archive. */
export type Companions = ReadonlyMap<string, () => Promise<ArrayBuffer>>

const clay = () => new MeshStandardMaterial({ color: 0xb9bec6, roughness: 0.55, metalness: 0 })

const finish = (geometry: BufferGeometry) => {
  if (!geometry.hasAttribute("normal")) geometry.computeVertexNormals()
}

const loadGlb = async (bytes: ArrayBuffer): Promise<Model> => {
  if (new TextDecoder().decode(bytes.slice(0, 4)) !== "glTF") throw new Error("It is not a GLB.")
  const { GLTFLoader } = await import("three/examples/jsm/loaders/GLTFLoader.js")
  const manager = new LoadingManager()
  manager.setURLModifier((url) => (url.startsWith("blob:") ? url : "blob:nothing"))
  const { animations, scene } = await new GLTFLoader(manager).parseAsync(bytes, "")
  return { root: scene, clips: animations }
}

const loadStl = async (bytes: ArrayBuffer): Promise<Model> => {
  const { STLLoader } = await import("three/examples/jsm/loaders/STLLoader.js")
  const geometry = new STLLoader().parse(bytes)
  const root = new Mesh(geometry, clay())
  // STL is for machines that build upwards: z is up.
  root.rotation.x = -Math.PI / 2
  return { root, clips: [] }
}

const standard = (material: Material): Material => {
  if (!(material instanceof MeshPhongMaterial)) return material
  const { alphaTest, bumpMap, color, map, normalMap, opacity, shininess, side, transparent, vertexColors } = material
  const changed = new MeshStandardMaterial({
    color,
    map,
    bumpMap,
    normalMap,
    opacity,
    transparent,
    alphaTest,
    side,
    vertexColors,
    roughness: Math.sqrt(2 / (shininess + 2)),
    metalness: 0
  })
  changed.name = material.name
  material.dispose()
  return changed
}

/** The material library of an OBJ, with its textures loaded. */
const loadMaterials = async (text: string, companions: Companions) => {
  const { MTLLoader } = await import("three/examples/jsm/loaders/MTLLoader.js")
  const urls = new Map<string, string>()
  for (const [name, bytes] of companions) {
    if (text.includes(name)) urls.set(name, URL.createObjectURL(new Blob([await bytes()])))
  }
  const manager = new LoadingManager()
  manager.setURLModifier((url) => urls.get(nameOf(url.replaceAll("\\", "/"))) ?? "blob:nothing")
  const materials = new MTLLoader(manager).parse(text, "")
  await new Promise<void>((resolve) => {
    manager.onLoad = resolve
    manager.itemStart("the library itself")
    materials.preload()
    manager.itemEnd("the library itself")
  })
  for (const url of urls.values()) URL.revokeObjectURL(url)
  return materials
}

const loadObj = async (bytes: ArrayBuffer, companions: Companions): Promise<Model> => {
  const { OBJLoader } = await import("three/examples/jsm/loaders/OBJLoader.js")
  const text = new TextDecoder().decode(bytes)
  const loader = new OBJLoader()
  const library = /^mtllib\s+(.+?)\s*$/m.exec(text)?.[1]
  const mtl = library === undefined ? undefined : companions.get(nameOf(library))
  if (mtl !== undefined) loader.setMaterials(await loadMaterials(new TextDecoder().decode(await mtl()), companions))
  const root = loader.parse(text)
  const changed = new Map<Material, Material>()
  const change = (material: Material) => {
    const known = changed.get(material) ?? (mtl === undefined ? clay() : standard(material))
    changed.set(material, known)
    return known
  }
  for (const mesh of meshesOf(root)) {
    mesh.material = Array.isArray(mesh.material) ? mesh.material.map(change) : change(mesh.material)
  }
  return { root, clips: [] }
}

const loadZip = async (bytes: ArrayBuffer): Promise<Model> => {
  const { unzip } = await import("./unzip.ts")
  const companions = new Map<string, () => Promise<ArrayBuffer>>()
  for (const [path, entry] of Object.entries(unzip(bytes))) {
    companions.set(nameOf(path), () => Promise.resolve(new Uint8Array(entry).buffer))
  }
  for (const format of ["glb", "obj", "stl"] as const) {
    const name = [...companions.keys()].find((name) => name.toLowerCase().endsWith(`.${format}`))
    const read = name === undefined ? undefined : companions.get(name)
    if (read !== undefined) return loaders[format](await read(), companions)
  }
  throw new Error("The archive has no GLB, OBJ or STL file.")
}

const loaders = { glb: loadGlb, obj: loadObj, stl: loadStl, zip: loadZip }

/** Fails with a reason where the bytes are not what the format says. */
export const loadModel = async (format: keyof typeof loaders, bytes: ArrayBuffer, companions: Companions) => {
  const model = await loaders[format](bytes, companions)
  const meshes = meshesOf(model.root)
  if (meshes.length === 0) throw new Error("The file has no mesh.")
  for (const { geometry } of meshes) finish(geometry)
  return model
}
