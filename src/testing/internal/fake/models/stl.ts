/** Writes a model as binary STL: triangles, and nothing else. */
import { bytesOf } from "./bytes.ts"
import { countTriangles, patchesOf, trianglesOf } from "./mesh.ts"
import type { Model } from "./model.ts"
import { cross, normalize, subtract, type Vec3 } from "./vector.ts"

export const encodeStl = ({ parts }: Model): Uint8Array => {
  const count = countTriangles(parts)
  const bytes = new Uint8Array(84 + count * 50)
  bytes.set(bytesOf("effect-hunyuan3d/Fake"))
  const view = new DataView(bytes.buffer)
  view.setUint32(80, count, true)
  let at = 84
  const put = (vector: Vec3) => {
    // Programs for printing have z upwards.
    const [x, y, z] = vector
    for (const value of [x, -z, y]) {
      view.setFloat32(at, value, true)
      at += 4
    }
  }
  for (const { faces, vertices } of patchesOf(parts)) {
    for (const triangle of trianglesOf(faces)) {
      const corners = triangle.map((index): Vec3 => vertices[index]?.position ?? [0, 0, 0])
      const [a = [0, 0, 0], b = a, c = a] = corners
      put(normalize(cross(subtract(b, a), subtract(c, a))))
      for (const corner of corners) put(corner)
      at += 2
    }
  }
  return bytes
}
