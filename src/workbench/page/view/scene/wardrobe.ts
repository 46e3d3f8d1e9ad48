/**
 * Materials that show one property of a model's own material: its colour, its normals, how metallic or how rough it is.
 *
 * **Gotchas**
 *
 * - Their textures belong to the model's own material: to dispose of them is not done here.
 * - Metallic and roughness are numbers, not colours: they are drawn as they are, without a colour space.
 */
import { type Material, MeshBasicMaterial, MeshNormalMaterial, MeshStandardMaterial, type Texture } from "three"
import type { Look } from "../looks.ts"

const base = (own: Material) => {
  const is = own instanceof MeshStandardMaterial
  return new MeshBasicMaterial({
    color: is ? own.color : 0xffffff,
    map: is ? own.map : null,
    vertexColors: own.vertexColors,
    side: own.side,
    transparent: own.transparent,
    alphaTest: own.alphaTest,
    toneMapped: false
  })
}

const normal = (own: Material) => {
  const material = new MeshNormalMaterial({ side: own.side })
  if (own instanceof MeshStandardMaterial && own.normalMap !== null) {
    material.normalMap = own.normalMap
    material.normalScale = own.normalScale
  }
  return material
}

/** As glTF has it: green is roughness, blue is metallic. */
const channel = (own: Material, map: Texture | null, factor: number, name: "g" | "b") => {
  const material = new MeshBasicMaterial({ map, side: own.side, toneMapped: false })
  const value = map === null ? factor.toFixed(4) : `texture2D(map, vMapUv).${name} * ${factor.toFixed(4)}`
  material.onBeforeCompile = (shader) => {
    shader.fragmentShader = shader.fragmentShader
      .replace("#include <map_fragment>", `diffuseColor.rgb = vec3(${value});`)
      .replace("#include <colorspace_fragment>", "")
  }
  material.customProgramCacheKey = () => value
  return material
}

/** What a mesh wears for a look, in place of its own material. */
export const dress = (look: Exclude<Look, "shaded" | "maps">, own: Material): Material => {
  const is = own instanceof MeshStandardMaterial
  switch (look) {
    case "base":
      return base(own)
    case "normal":
      return normal(own)
    case "metallic":
      return channel(own, is ? own.metalnessMap : null, is ? own.metalness : 0, "b")
    case "roughness":
      return channel(own, is ? own.roughnessMap : null, is ? own.roughness : 1, "g")
  }
}
