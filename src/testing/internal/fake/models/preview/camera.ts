/** Where the preview looks from: a little from above and from the side, with the whole model in the frame. */
import { boundsOf, type Patch } from "../mesh.ts"
import { add, cross, dot, normalize, scale, subtract, type Vec3 } from "../vector.ts"

export interface Camera {
  readonly eye: Vec3
  /** Pixels to the right and down, and how far away it is along the view. */
  readonly project: (point: Vec3) => Vec3
  /** The direction in which a pixel looks. */
  readonly ray: (x: number, y: number) => Vec3
}

const from: Vec3 = normalize([0.42, 0.4, 1])

/** How much of the frame the model takes. */
const share = 0.74

export const lookAt = (patches: ReadonlyArray<Patch>, size: number): Camera => {
  const { high, low } = boundsOf(patches)
  const middle = scale(add(low, high), 0.5)
  const radius = Math.max(Math.hypot(...subtract(high, low)) / 2, 1e-6)
  const eye = add(middle, scale(from, radius * 4.2))
  const right = normalize(cross([0, 1, 0], from))
  const up = cross(from, right)
  const flat = (point: Vec3): Vec3 => {
    const way = subtract(point, eye)
    const depth = -dot(way, from)
    return [dot(way, right) / depth, -dot(way, up) / depth, depth]
  }
  let [left, rightmost, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const { vertices } of patches) {
    for (const { position } of vertices) {
      const [x, y] = flat(position)
      left = Math.min(left, x)
      rightmost = Math.max(rightmost, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
    }
  }
  const zoom = (size * share) / Math.max(rightmost - left, bottom - top, 1e-6)
  const shiftX = size / 2 - ((left + rightmost) / 2) * zoom
  const shiftY = size * 0.49 - ((top + bottom) / 2) * zoom
  return {
    eye,
    project: (point) => {
      const [x, y, depth] = flat(point)
      return [x * zoom + shiftX, y * zoom + shiftY, depth]
    },
    ray: (x, y) =>
      normalize(add(subtract(scale(right, (x - shiftX) / zoom), scale(up, (y - shiftY) / zoom)), scale(from, -1)))
  }
}
