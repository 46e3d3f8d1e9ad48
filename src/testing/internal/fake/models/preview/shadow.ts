/** Shadows: what the key light does not reach, on the model itself and, softly, on the ground. */
import { boundsOf, patchesOf, type Part, trianglesOf } from "../mesh.ts"
import { add, cross, dot, normalize, scale, subtract, type Vec2, type Vec3 } from "../vector.ts"
import { visitCovered } from "./raster.ts"

/** Where the key light comes from. */
export const keyLight: Vec3 = normalize([-0.55, 1, 0.62])

export interface Shadows {
  /** How much of the key light reaches a point of the model, from 0 to 1. */
  readonly lit: (point: Vec3, normal: Vec3) => number
  /** How dark the ground is at x and z, from 0 to 1. */
  readonly ground: (x: number, z: number) => number
}

const mapSize = 384

interface Frame {
  readonly low: Vec2
  readonly size: number
}

const place = ({ low, size }: Frame, [x, y]: Vec2): Vec2 => [
  ((x - low[0]) / size) * mapSize,
  ((y - low[1]) / size) * mapSize
]

/** Fills triangles; the highest value stays. */
const fill = (map: Float32Array, corners: ReadonlyArray<readonly [Vec2, number]>) => {
  const [[a, ha] = none, [b, hb] = none, [c, hc] = none] = corners
  visitCovered([a, b, c], mapSize, (pixel, u, v, w) => {
    map[pixel] = Math.max(map[pixel] ?? -Infinity, u * ha + v * hb + w * hc)
  })
}

const none: readonly [Vec2, number] = [[0, 0], 0]

/** A running mean over `radius` pixels to each side, along rows or columns. */
const blurLine = (map: Float32Array, radius: number, step: number, across: number): Float32Array => {
  const blurred = new Float32Array(map.length)
  for (let line = 0; line < mapSize; line++) {
    const at = (i: number) => (i < 0 || i >= mapSize ? 0 : (map[line * across + i * step] ?? 0))
    let sum = 0
    for (let i = -radius; i <= radius; i++) sum += at(i)
    for (let i = 0; i < mapSize; i++) {
      blurred[line * across + i * step] = sum / (radius * 2 + 1)
      sum += at(i + radius + 1) - at(i - radius)
    }
  }
  return blurred
}

const blur = (map: Float32Array, radius: number): Float32Array => {
  let blurred = map
  for (let round = 0; round < 3; round++) {
    blurred = blurLine(blurLine(blurred, radius, 1, mapSize), radius, mapSize, 1)
  }
  return blurred
}

const sample = (map: Float32Array, frame: Frame, point: Vec2): number => {
  const [x, y] = place(frame, point)
  const [fx, fy] = [x - 0.5, y - 0.5]
  const [x0, y0] = [Math.floor(fx), Math.floor(fy)]
  if (x0 < 0 || y0 < 0 || x0 >= mapSize - 1 || y0 >= mapSize - 1) return 0
  const at = (dx: number, dy: number) => map[(y0 + dy) * mapSize + x0 + dx] ?? 0
  const [u, v] = [fx - x0, fy - y0]
  return (at(0, 0) * (1 - u) + at(1, 0) * u) * (1 - v) + (at(0, 1) * (1 - u) + at(1, 1) * u) * v
}

/** Fills a map with all triangles, each corner put to a place and a value. */
const drawAll = (parts: ReadonlyArray<Part>, map: Float32Array, of: (point: Vec3) => readonly [Vec2, number]) => {
  for (const { faces, vertices } of patchesOf(parts)) {
    const placed = vertices.map(({ position }) => of(position))
    for (const triangle of trianglesOf(faces))
      fill(
        map,
        triangle.map((index) => placed[index] ?? none)
      )
  }
}

export const castShadows = (parts: ReadonlyArray<Part>): Shadows => {
  const { high, low } = boundsOf(patchesOf(parts))
  const middle = scale(add(low, high), 0.5)
  const reach = Math.hypot(...subtract(high, low)) / 2
  const right = normalize(cross([0, 1, 0], keyLight))
  const up = cross(keyLight, right)
  const towards: Frame = { low: [-reach, -reach], size: reach * 2 }
  const seen = (point: Vec3): readonly [Vec2, number] => {
    const way = subtract(point, middle)
    return [[dot(way, right), dot(way, up)], dot(way, keyLight)]
  }
  const depths = new Float32Array(mapSize * mapSize).fill(-Infinity)
  drawAll(parts, depths, (point) => {
    const [flat, depth] = seen(point)
    return [place(towards, flat), depth]
  })

  const floor: Frame = { low: [middle[0] - reach * 3, middle[2] - reach * 3], size: reach * 6 }
  const cast = new Float32Array(mapSize * mapSize)
  drawAll(parts, cast, ([x, y, z]) => {
    const t = (y - low[1]) / keyLight[1]
    return [place(floor, [x - keyLight[0] * t, z - keyLight[2] * t]), 1]
  })
  // Where the model is near the ground, little light comes from anywhere.
  const near = new Float32Array(mapSize * mapSize)
  drawAll(parts, near, ([x, y, z]) => [place(floor, [x, z]), Math.exp((low[1] - y) / (reach * 0.22))])
  const [softCast, softNear, tight] = [blur(cast, 5), blur(near, 7), blur(near, 2)]

  return {
    lit: (point, normal) => {
      const texel = (reach * 2) / mapSize
      const [flat, depth] = seen(add(point, scale(normal, texel * 2.5)))
      const [x, y] = place(towards, flat)
      let lit = 0
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const at = (Math.floor(y) + dy * 2) * mapSize + Math.floor(x) + dx * 2
          if ((depths[at] ?? -Infinity) <= depth + texel * 2.5) lit += 1
        }
      }
      return lit / 9
    },
    ground: (x, z) =>
      1 -
      (1 - 0.3 * sample(softCast, floor, [x, z])) *
        (1 - 0.45 * sample(softNear, floor, [x, z])) *
        (1 - 0.35 * sample(tight, floor, [x, z]))
  }
}
