/** Which triangle each sample of the picture shows (a z-buffer), and where in it. */
import { type Part, trianglesOf, type Vertex } from "../mesh.ts"
import type { Vec3 } from "../vector.ts"
import type { Camera } from "./camera.ts"

export interface Seen {
  readonly part: Part
  readonly corners: readonly [Vertex, Vertex, Vertex]
}

export interface Visible {
  readonly triangles: ReadonlyArray<Seen>
  /** The number of the triangle from 1; 0 for none. */
  readonly ids: Uint32Array
  /** How near it is: 1 divided by the distance. */
  readonly nearness: Float32Array
  /** The shares of the first two corners. */
  readonly shares: Float32Array
}

type Corners = readonly [Vec3, Vec3, Vec3]

const drawTriangle = ({ ids, nearness, shares }: Visible, [a, b, c]: Corners, size: number, id: number) => {
  const area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
  // Counterclockwise in space is clockwise where y runs down: what is positive shows its back.
  if (area >= -1e-9) return
  const [za, zb, zc] = [1 / a[2], 1 / b[2], 1 / c[2]]
  const left = Math.max(0, Math.floor(Math.min(a[0], b[0], c[0])))
  const right = Math.min(size - 1, Math.ceil(Math.max(a[0], b[0], c[0])))
  const top = Math.max(0, Math.floor(Math.min(a[1], b[1], c[1])))
  const bottom = Math.min(size - 1, Math.ceil(Math.max(a[1], b[1], c[1])))
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const px = x + 0.5
      const py = y + 0.5
      const u = ((b[0] - px) * (c[1] - py) - (b[1] - py) * (c[0] - px)) / area
      const v = ((c[0] - px) * (a[1] - py) - (c[1] - py) * (a[0] - px)) / area
      const w = 1 - u - v
      if (u < 0 || v < 0 || w < 0) continue
      const near = u * za + v * zb + w * zc
      const at = y * size + x
      if (near <= (nearness[at] ?? 0)) continue
      nearness[at] = near
      ids[at] = id
      shares[at * 2] = (u * za) / near
      shares[at * 2 + 1] = (v * zb) / near
    }
  }
}

export const findVisible = (parts: ReadonlyArray<Part>, camera: Camera, size: number): Visible => {
  const triangles: Array<Seen> = []
  const visible: Visible = {
    triangles,
    ids: new Uint32Array(size * size),
    nearness: new Float32Array(size * size),
    shares: new Float32Array(size * size * 2)
  }
  for (const part of parts) {
    for (const { faces, vertices } of part.patches) {
      const projected = vertices.map(({ position }) => camera.project(position))
      for (const [i, j, k] of trianglesOf(faces)) {
        const [a, b, c] = [vertices[i], vertices[j], vertices[k]]
        const [p, q, r] = [projected[i], projected[j], projected[k]]
        if (!a || !b || !c || !p || !q || !r) continue
        triangles.push({ part, corners: [a, b, c] })
        drawTriangle(visible, [p, q, r], size, triangles.length)
      }
    }
  }
  return visible
}
