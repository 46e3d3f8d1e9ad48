/** Which way u and v run over a surface, as a normal map needs it. */
import type { Vertex } from "./mesh.ts"
import { add, cross, dot, length, normalize, scale, subtract, type Vec3 } from "./vector.ts"

/** A direction across the normal, for a corner whose texture tells none. */
const anyAcross = (normal: Vec3): Vec3 => normalize(cross(normal, Math.abs(normal[1]) < 0.9 ? [0, 1, 0] : [1, 0, 0]))

/**
 * For each corner the direction of u, and the sign that turns its cross product with
 * the normal against the direction of v: glTF's pictures begin at their upper edge.
 */
export const tangentsOf = (vertices: ReadonlyArray<Vertex>, indices: ReadonlyArray<number>): Float32Array => {
  const along = vertices.map((): Vec3 => [0, 0, 0])
  const down = vertices.map((): Vec3 => [0, 0, 0])
  for (let i = 0; i < indices.length; i += 3) {
    const corners = indices.slice(i, i + 3)
    const [a, b, c] = corners.map((index) => vertices[index])
    if (a === undefined || b === undefined || c === undefined) continue
    const [e1, e2] = [subtract(b.position, a.position), subtract(c.position, a.position)]
    const [u1, v1, u2, v2] = [b.uv[0] - a.uv[0], b.uv[1] - a.uv[1], c.uv[0] - a.uv[0], c.uv[1] - a.uv[1]]
    const sign = Math.sign(u1 * v2 - u2 * v1)
    const [t, d] = [
      scale(subtract(scale(e1, v2), scale(e2, v1)), sign),
      scale(subtract(scale(e2, u1), scale(e1, u2)), sign)
    ]
    for (const index of corners) {
      along[index] = add(along[index] ?? t, t)
      down[index] = add(down[index] ?? d, d)
    }
  }
  return Float32Array.from(
    vertices.flatMap(({ normal }, i) => {
      const sum = along[i] ?? normal
      const flat = subtract(sum, scale(normal, dot(sum, normal)))
      const tangent = length(flat) < 1e-9 ? anyAcross(normal) : normalize(flat)
      return [...tangent, dot(cross(normal, tangent), down[i] ?? normal) > 0 ? -1 : 1]
    })
  )
}
