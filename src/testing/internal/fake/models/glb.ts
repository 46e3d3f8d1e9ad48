/**
 * Writes a model as GLB: glTF 2.0 in one binary file, with its pictures.
 *
 * Faces of one surface are one primitive. A surface is a material, all of which
 * share the pictures of the atlas.
 */
import { bytesOf } from "./bytes.ts"
import { type GltfBuffer, makeGltfBuffer } from "./gltfBuffer.ts"
import { type Part, patchesOf, trianglesOf, type Vertex } from "./mesh.ts"
import type { Model } from "./model.ts"
import { encodePng, type Picture } from "./png.ts"
import { addSkin, type Skinned, weigh } from "./skin.ts"
import type { Surface } from "./surface.ts"
import { tangentsOf } from "./tangents.ts"

/** glTF counts colours as light, and not as a screen does. */
const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)

const materialOf = (name: string, surface: Surface, { textures }: Model) => {
  const isGlass = surface.alpha < 1
  const [r, g, b] = textures === undefined ? ([0.78, 0.78, 0.78] as const) : surface.color
  return {
    name,
    pbrMetallicRoughness: {
      baseColorFactor:
        textures === undefined ? [linear(r), linear(g), linear(b), 1] : [1, 1, 1, isGlass ? surface.alpha : 1],
      metallicFactor: textures === undefined ? 0 : textures.roughness === undefined ? surface.metallic : 1,
      roughnessFactor: textures === undefined ? 0.7 : textures.roughness === undefined ? surface.roughness : 1,
      ...(textures === undefined ? {} : { baseColorTexture: { index: 0 } }),
      ...(textures?.roughness === undefined ? {} : { metallicRoughnessTexture: { index: 1 } })
    },
    ...(textures?.normal === undefined ? {} : { normalTexture: { index: 2 } }),
    ...(isGlass && textures !== undefined ? { alphaMode: "BLEND" } : {})
  }
}

const numbers = (vertices: ReadonlyArray<Vertex>, of: (vertex: Vertex) => ReadonlyArray<number>) =>
  Float32Array.from(vertices.flatMap(of))

/** The faces of these parts as one primitive. */
const addPrimitive = (buffer: GltfBuffer, parts: ReadonlyArray<Part>, material: number, model: Model) => {
  const vertices: Array<Vertex> = []
  const indices: Array<number> = []
  for (const patch of patchesOf(parts)) {
    const start = vertices.length
    vertices.push(...patch.vertices)
    for (const triangle of trianglesOf(patch.faces)) indices.push(...triangle.map((index) => start + index))
  }
  const target = "vertices"
  const uvs = Uint16Array.from(vertices.flatMap(({ uv: [u, v] }) => [Math.round(u * 65535), Math.round(v * 65535)]))
  const weights = model.rig && weigh(model.rig, vertices)
  return {
    attributes: {
      POSITION: buffer.add(
        numbers(vertices, ({ position }) => position),
        "VEC3",
        { target, withRange: true }
      ),
      NORMAL: buffer.add(
        numbers(vertices, ({ normal }) => normal),
        "VEC3",
        { target }
      ),
      ...(model.textures === undefined ? {} : { TEXCOORD_0: buffer.add(uvs, "VEC2", { target, isNormalized: true }) }),
      ...(model.textures?.normal === undefined
        ? {}
        : { TANGENT: buffer.add(tangentsOf(vertices, indices), "VEC4", { target }) }),
      ...(weights === undefined
        ? {}
        : {
            JOINTS_0: buffer.add(weights.joints, "VEC4", { target }),
            WEIGHTS_0: buffer.add(weights.weights, "VEC4", { target })
          })
    },
    indices: buffer.add(Uint16Array.from(indices), "SCALAR", { target: "indices" }),
    material
  }
}

/** One mesh with a primitive for each surface. */
const addMesh = (buffer: GltfBuffer, name: string, parts: ReadonlyArray<Part>, model: Model) => ({
  name,
  primitives: Object.keys(model.surfaces).flatMap((surface, material) => {
    const own = parts.filter((part) => part.surface === surface)
    return own.length === 0 ? [] : [addPrimitive(buffer, own, material, model)]
  })
})

const addPictures = (buffer: GltfBuffer, { textures }: Model) => {
  const pictures: ReadonlyArray<readonly [string, Picture | undefined]> = [
    ["color", textures?.color],
    ["metallic-roughness", textures?.roughness],
    ["normal", textures?.normal]
  ]
  const images = pictures.flatMap(([name, picture]) =>
    picture === undefined ? [] : [{ name, mimeType: "image/png", bufferView: buffer.addView(encodePng(picture)) }]
  )
  return images.length === 0
    ? {}
    : {
        images,
        samplers: [{ magFilter: 9729, minFilter: 9987, wrapS: 33071, wrapT: 33071 }],
        textures: images.map((_, source) => ({ source, sampler: 0 }))
      }
}

/** The nodes of the scene, and what else a skeleton needs. */
const nodesOf = (model: Model, meshes: ReadonlyArray<{ readonly name: string }>, buffer: GltfBuffer): Skinned => {
  const nodes = meshes.map(({ name }, mesh) => ({ name, mesh }))
  return model.rig === undefined
    ? { scenes: [{ nodes: nodes.map((_, i) => i) }], nodes }
    : addSkin(buffer, model.rig, model.name)
}

/** Chunks begin and end at multiples of 4 bytes. */
const chunk = (type: number, content: Uint8Array, fill: number) => {
  const length = Math.ceil(content.length / 4) * 4
  const bytes = new Uint8Array(8 + length).fill(fill)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, length, true)
  view.setUint32(4, type, true)
  bytes.set(content, 8)
  return bytes
}

export const encodeGlb = (model: Model): Uint8Array => {
  const buffer = makeGltfBuffer()
  const used = Object.entries(model.surfaces).filter(([name]) => model.parts.some(({ surface }) => surface === name))
  const shown: Model = { ...model, surfaces: Object.fromEntries(used) }
  const meshes = shown.isTakenApart
    ? shown.parts.map((part) => addMesh(buffer, part.name, [part], shown))
    : [addMesh(buffer, shown.name, shown.parts, shown)]
  const scene = nodesOf(shown, meshes, buffer)
  const pictures = addPictures(buffer, shown)
  const content = buffer.toBytes()
  const json = JSON.stringify({
    asset: { version: "2.0", generator: "effect-hunyuan3d/Fake" },
    scene: 0,
    ...scene,
    meshes,
    materials: used.map(([name, surface]) => materialOf(name, surface, shown)),
    ...pictures,
    accessors: buffer.accessors,
    bufferViews: buffer.views,
    buffers: [{ byteLength: content.length }]
  })
  const chunks = bytesOf(chunk(0x4e4f534a, bytesOf(json), 0x20), chunk(0x004e4942, content, 0))
  const header = new DataView(new ArrayBuffer(12))
  header.setUint32(0, 0x46546c67, true)
  header.setUint32(4, 2, true)
  header.setUint32(8, 12 + chunks.length, true)
  return bytesOf(new Uint8Array(header.buffer), chunks)
}
