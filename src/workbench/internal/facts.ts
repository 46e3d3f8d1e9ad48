/** Counts what a model is made of, from its bytes. */
import type { ModelFile } from "../Api.ts"
import { type Facts, glbFacts } from "./glb.ts"

const obj = (bytes: Uint8Array): Facts => {
  let vertices = 0
  let faces = 0
  let meshes = 0
  const materials = new Set<string>()
  for (const line of new TextDecoder().decode(bytes).split("\n")) {
    const [word = "", ...rest] = line.trim().split(/\s+/)
    if (word === "v") vertices += 1
    // A face of many corners is as many triangles as it has corners, less two.
    else if (word === "f") faces += Math.max(0, rest.length - 2)
    else if (word === "o") meshes += 1
    else if (word === "usemtl") materials.add(rest.join(" "))
  }
  return { meshes: Math.max(1, meshes), faces, vertices, materials: materials.size, textures: [] }
}

const stl = (bytes: Uint8Array): Facts => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = bytes.length < 84 ? 0 : view.getUint32(80, true)
  const isBinary = bytes.length === 84 + count * 50
  const faces = isBinary ? count : (new TextDecoder().decode(bytes).match(/^\s*facet\s/gm) ?? []).length
  return { meshes: 1, faces, vertices: faces * 3, textures: [] }
}

const nothing: Facts = { textures: [] }

/** What is not understood has no counts. */
export const factsOf = (format: ModelFile["format"], bytes: Uint8Array): Facts => {
  if (format === "obj") return obj(bytes)
  if (format === "stl") return stl(bytes)
  return (format === "glb" ? glbFacts(bytes) : undefined) ?? nothing
}
