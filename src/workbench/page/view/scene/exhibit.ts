/** A model on the stage: what it wears, its wireframe, and its animation. */
import { AnimationMixer, type Material, Mesh, MeshBasicMaterial } from "three"
import type { Look } from "../looks.ts"
import type { Model } from "./load.ts"
import { type MapPicture, mapsOf } from "./maps.ts"
import { count, disposeModel, materialsOf, meshesOf } from "./meshes.ts"
import { place } from "./placing.ts"
import { dress } from "./wardrobe.ts"

/** What a model holds, counted from what is drawn. */
export interface FacesAndMaps {
  readonly meshes: number
  readonly faces: number
  readonly vertices: number
  readonly maps: ReadonlyArray<MapPicture>
  readonly clips: ReadonlyArray<string>
}

/** The mesh again, as lines. */
const linesOf = (mesh: Mesh, material: Material) => {
  const lines = mesh.clone(false)
  lines.material = material
  lines.position.set(0, 0, 0)
  lines.rotation.set(0, 0, 0)
  lines.scale.set(1, 1, 1)
  lines.castShadow = false
  return lines
}

/** So that lines on a surface are seen. */
const pushBack = (material: Material) => {
  material.polygonOffset = true
  material.polygonOffsetFactor = 1
  material.polygonOffsetUnits = 1
}

export const exhibit = ({ clips, root }: Model) => {
  const meshes = meshesOf(root)
  const { extent, group } = place(root)
  const own = new Map(meshes.map((mesh) => [mesh, mesh.material]))
  const ownMaterials = new Set(meshes.flatMap(materialsOf))
  const facts: FacesAndMaps = {
    ...count(meshes),
    maps: mapsOf(meshes),
    clips: clips.map(({ name }, i) => name || `Clip ${i + 1}`)
  }
  for (const mesh of meshes) mesh.castShadow = true

  let worn: ReadonlyArray<Material> = []
  const undress = () => {
    for (const material of worn) material.dispose()
    worn = []
  }
  const wear = (look: Look) => {
    undress()
    const dressed = new Map<Material, Material>()
    for (const [mesh, material] of own) {
      const change = (one: Material) => {
        if (look === "shaded" || look === "maps") return one
        const other = dressed.get(one) ?? dress(look, one)
        dressed.set(one, other)
        return other
      }
      mesh.material = Array.isArray(material) ? material.map(change) : change(material)
      for (const one of materialsOf(mesh)) pushBack(one)
    }
    worn = [...dressed.values()]
  }

  const ink = new MeshBasicMaterial({ color: 0x1f6feb, wireframe: true, transparent: true, opacity: 0.55 })
  let lines: ReadonlyArray<Mesh> = []
  const wireframe = (on: boolean) => {
    for (const line of lines) line.removeFromParent()
    lines = on ? meshes.map((mesh) => linesOf(mesh, ink)) : []
    for (const [i, line] of lines.entries()) meshes[i]?.add(line)
  }

  const mixer = new AnimationMixer(root)
  const play = (index: number | undefined) => {
    mixer.stopAllAction()
    const clip = index === undefined ? undefined : clips[index]
    if (clip !== undefined) mixer.clipAction(clip).play()
  }
  const dispose = () => {
    mixer.stopAllAction()
    mixer.uncacheRoot(root)
    wireframe(false)
    ink.dispose()
    undress()
    disposeModel(root, ownMaterials)
  }
  return { group, extent, facts, wear, wireframe, play, advance: (seconds: number) => mixer.update(seconds), dispose }
}
