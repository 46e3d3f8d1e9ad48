/** A skeleton in glTF: joints as nodes, how much each corner follows which of them, and their motion. */
import type { GltfBuffer } from "./gltfBuffer.ts"
import type { Vertex } from "./mesh.ts"
import type { Bone, Rig } from "./model.ts"
import { clamp, dot, length, scale, add, subtract, type Vec3 } from "./vector.ts"

/** What a scene with a skeleton has in the JSON. */
export interface Skinned {
  readonly scenes: ReadonlyArray<object>
  readonly nodes: ReadonlyArray<object>
  readonly skins?: ReadonlyArray<object>
  readonly animations?: ReadonlyArray<object>
}

const distance = (point: Vec3, { joint, tip }: Bone) => {
  const way = subtract(tip, joint)
  const t = clamp(dot(subtract(point, joint), way) / Math.max(dot(way, way), 1e-9), 0, 1)
  return length(subtract(point, add(joint, scale(way, t))))
}

/** Each corner follows the bones that are nearest to it, up to four; its shares are 1 together. */
export const weigh = ({ bones }: Rig, vertices: ReadonlyArray<Vertex>) => {
  const joints = new Uint8Array(vertices.length * 4)
  const weights = new Float32Array(vertices.length * 4)
  vertices.forEach(({ position }, i) => {
    const near = bones
      .map((bone, joint) => ({ joint, share: 1 / (distance(position, bone) + 0.01) ** 5 }))
      .toSorted((a, b) => b.share - a.share)
      .slice(0, 4)
    const most = near[0]?.share ?? 1
    const kept = near.filter(({ share }) => share > most / 50)
    const sum = kept.reduce((total, { share }) => total + share, 0)
    kept.forEach(({ joint, share }, k) => {
      joints[i * 4 + k] = joint
      weights[i * 4 + k] = share / sum
    })
  })
  return { joints, weights }
}

/** Columns of a matrix that moves the joint into the origin. */
const inverse = ({ joint: [x, y, z] }: Bone) => [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -x, -y, -z, 1]

const animate = (buffer: GltfBuffer, { bones, motion }: Rig) => {
  if (motion === undefined) return {}
  const moved = [...motion.turns]
  const count = moved[0]?.[1].length ?? 2
  const times = Float32Array.from({ length: count }, (_, i) => (motion.seconds * i) / (count - 1))
  const input = buffer.add(times, "SCALAR", { withRange: true })
  return {
    animations: [
      {
        name: motion.name,
        samplers: moved.map(([, turns]) => ({
          input,
          output: buffer.add(Float32Array.from(turns.flat()), "VEC4"),
          interpolation: "LINEAR"
        })),
        channels: moved.map(([name], sampler) => ({
          sampler,
          target: { node: 1 + bones.findIndex((bone) => bone.name === name), path: "rotation" }
        }))
      }
    ]
  }
}

/** The mesh is node 0, and the joints are the nodes after it. */
export const addSkin = (buffer: GltfBuffer, rig: Rig, name: string): Skinned => {
  const { bones } = rig
  const joints = bones.map((bone) => {
    const parent = bones.find(({ name }) => name === bone.parent)
    const children = bones.flatMap((child, i) => (child.parent === bone.name ? [1 + i] : []))
    return {
      name: bone.name,
      translation: parent === undefined ? bone.joint : subtract(bone.joint, parent.joint),
      ...(children.length === 0 ? {} : { children })
    }
  })
  const roots = bones.flatMap((bone, i) => (bone.parent === undefined ? [1 + i] : []))
  return {
    scenes: [{ nodes: [0, ...roots] }],
    nodes: [{ name, mesh: 0, skin: 0 }, ...joints],
    skins: [
      {
        inverseBindMatrices: buffer.add(Float32Array.from(bones.flatMap(inverse)), "MAT4"),
        joints: bones.map((_, i) => 1 + i),
        ...(roots[0] === undefined ? {} : { skeleton: roots[0] })
      }
    ],
    ...animate(buffer, rig)
  }
}
