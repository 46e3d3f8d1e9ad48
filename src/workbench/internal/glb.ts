/** Counts what a GLB is made of: its JSON says it, but for the sides of its textures. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ModelFacts } from "../Api.ts"
import { sidesOf } from "./sides.ts"

export type Facts = Omit<ModelFacts, "file" | "validator">

const Index = Schema.Int

const Gltf = Schema.fromJsonString(
  Schema.Struct({
    meshes: Schema.optionalKey(
      Schema.Array(
        Schema.Struct({
          primitives: Schema.Array(
            Schema.Struct({
              mode: Schema.optionalKey(Schema.Int),
              indices: Schema.optionalKey(Index),
              attributes: Schema.Struct({ POSITION: Schema.optionalKey(Index) })
            })
          )
        })
      )
    ),
    accessors: Schema.optionalKey(Schema.Array(Schema.Struct({ count: Schema.Finite }))),
    images: Schema.optionalKey(
      Schema.Array(Schema.Struct({ name: Schema.optionalKey(Schema.String), bufferView: Schema.optionalKey(Index) }))
    ),
    bufferViews: Schema.optionalKey(
      Schema.Array(Schema.Struct({ byteOffset: Schema.optionalKey(Schema.Finite), byteLength: Schema.Finite }))
    ),
    materials: Schema.optionalKey(Schema.Array(Schema.Unknown)),
    skins: Schema.optionalKey(Schema.Array(Schema.Unknown)),
    animations: Schema.optionalKey(Schema.Array(Schema.Unknown))
  })
)
type Gltf = typeof Gltf.Type

const decode = Schema.decodeUnknownOption(Gltf)

/** The JSON, and the binary part after it. */
const chunksOf = (bytes: Uint8Array) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 20 || view.getUint32(0, true) !== 0x46546c67 || view.getUint32(16, true) !== 0x4e4f534a) {
    return undefined
  }
  const end = 20 + view.getUint32(12, true)
  const json = decode(new TextDecoder().decode(bytes.subarray(20, end)))
  return Option.isSome(json) ? { gltf: json.value, binary: bytes.subarray(end + 8) } : undefined
}

const trianglesOf = (mode: number, corners: number) => {
  if (mode === 4) return Math.floor(corners / 3)
  return mode === 5 || mode === 6 ? Math.max(0, corners - 2) : 0
}

const texturesOf = ({ bufferViews = [], images = [] }: Gltf, binary: Uint8Array): Facts["textures"] =>
  images.map(({ bufferView, name }, index) => {
    const { byteLength: size = 0, byteOffset: start = 0 } = bufferViews[bufferView ?? -1] ?? {}
    const sides = sidesOf(binary.subarray(start, start + size))
    return { name: name ?? `texture ${index + 1}`, size, ...sides }
  })

/** Nothing where the bytes are no GLB. */
export const glbFacts = (bytes: Uint8Array): Facts | undefined => {
  const chunks = chunksOf(bytes)
  if (chunks === undefined) return undefined
  const { gltf } = chunks
  const { accessors = [], animations = [], materials = [], meshes = [], skins = [] } = gltf
  const count = (index: number | undefined) => accessors[index ?? -1]?.count ?? 0
  const primitives = meshes.flatMap((mesh) => mesh.primitives)
  // Parts of a mesh may share their vertices.
  const positions = new Set(primitives.map(({ attributes }) => attributes.POSITION))
  return {
    meshes: meshes.length,
    faces: primitives.reduce(
      (sum, { attributes, indices, mode = 4 }) => sum + trianglesOf(mode, count(indices ?? attributes.POSITION)),
      0
    ),
    vertices: [...positions].reduce<number>((sum, index) => sum + count(index), 0),
    materials: materials.length,
    textures: texturesOf(gltf, chunks.binary),
    skins: skins.length,
    animations: animations.length
  }
}
