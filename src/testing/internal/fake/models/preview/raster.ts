/** Triangles as pixels. */
import type { Vec2, Vec3 } from "../vector.ts"

type Corner = Vec2 | Vec3

/** Twice the area of a triangle: positive where its corners go the way of a clock, with y down. */
export const doubleArea = (a: Corner, b: Corner, c: Corner): number =>
  (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

/** Visits each pixel of a square picture whose middle a triangle covers, with the shares of the corners there. */
export const visitCovered = (
  [a, b, c]: readonly [Corner, Corner, Corner],
  size: number,
  visit: (pixel: number, u: number, v: number, w: number) => void
): void => {
  const area = doubleArea(a, b, c)
  if (Math.abs(area) < 1e-9) return
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
      if (u >= 0 && v >= 0 && w >= 0) visit(y * size + x, u, v, w)
    }
  }
}
