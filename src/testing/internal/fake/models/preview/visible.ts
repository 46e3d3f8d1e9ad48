/** Which triangle each sample of the picture shows (a z-buffer), and where in it. */
import { type Part, trianglesOf, type Vertex } from "../mesh.ts"
import type { Vec3 } from "../vector.ts"
import type { Camera } from "./camera.ts"
import { doubleArea, visitCovered } from "./raster.ts"

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

const drawTriangle = ({ ids, nearness, shares }: Visible, corners: Corners, size: number, id: number) => {
  const [a, b, c] = corners
  // Counterclockwise in space is clockwise where y runs down: what is positive shows its back.
  if (doubleArea(a, b, c) >= 0) return
  const [za, zb, zc] = [1 / a[2], 1 / b[2], 1 / c[2]]
  visitCovered(corners, size, (pixel, u, v, w) => {
    const near = u * za + v * zb + w * zc
    if (near <= (nearness[pixel] ?? 0)) return
    nearness[pixel] = near
    ids[pixel] = id
    shares[pixel * 2] = (u * za) / near
    shares[pixel * 2 + 1] = (v * zb) / near
  })
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
