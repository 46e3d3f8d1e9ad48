/**
 * What shapes are made of: parts of one surface each, of patches whose faces turn
 * counterclockwise as seen from outside.
 *
 * **Gotchas**
 *
 * - A patch has a flat rectangle of texture to itself. Its `uv` run from 0 to 1 over
 *   that rectangle, until `atlas.ts` gives each patch its place in one picture.
 * - Patches share no vertices. Where they meet, their positions are the same numbers.
 */
import { add, cross, dot, normalize, scale, subtract, type Vec2, type Vec3 } from "./vector.ts"

export interface Vertex {
  readonly position: Vec3
  readonly normal: Vec3
  readonly uv: Vec2
}

/** Three or four indices of vertices. */
export type Face = readonly [number, number, number] | readonly [number, number, number, number]

export interface Patch {
  readonly vertices: ReadonlyArray<Vertex>
  readonly faces: ReadonlyArray<Face>
  /** How large its rectangle of texture is, in the units of space. */
  readonly width: number
  readonly height: number
}

export interface Part {
  readonly name: string
  /** What it is made of: a name that the shape's surfaces have. */
  readonly surface: string
  readonly patches: ReadonlyArray<Patch>
}

export type Triangle = readonly [number, number, number]

export const trianglesOf = (faces: ReadonlyArray<Face>): ReadonlyArray<Triangle> =>
  faces.flatMap(([a, b, c, d]): ReadonlyArray<Triangle> =>
    d === undefined
      ? [[a, b, c]]
      : [
          [a, b, c],
          [a, c, d]
        ]
  )

export const patchesOf = (parts: ReadonlyArray<Part>): ReadonlyArray<Patch> => parts.flatMap(({ patches }) => patches)

export const countTriangles = (parts: ReadonlyArray<Part>): number =>
  patchesOf(parts).reduce((sum, { faces }) => sum + faces.reduce((count, face) => count + face.length - 2, 0), 0)

const mapVertices = (
  patches: ReadonlyArray<Patch>,
  move: (position: Vec3) => Vec3,
  turn: (normal: Vec3) => Vec3
): ReadonlyArray<Patch> =>
  patches.map((patch) => ({
    ...patch,
    vertices: patch.vertices.map(({ normal, position, uv }) => ({ position: move(position), normal: turn(normal), uv }))
  }))

export const translate = (patches: ReadonlyArray<Patch>, by: Vec3): ReadonlyArray<Patch> =>
  mapVertices(
    patches,
    (position) => add(position, by),
    (normal) => normal
  )

/** Turns about an axis through the origin, counterclockwise as seen from its tip. */
export const rotate = (patches: ReadonlyArray<Patch>, axis: Vec3, angle: number): ReadonlyArray<Patch> => {
  const k = normalize(axis)
  const cos = Math.cos(angle)
  const sin = Math.sin(angle)
  const turn = (v: Vec3): Vec3 => add(add(scale(v, cos), scale(cross(k, v), sin)), scale(k, dot(k, v) * (1 - cos)))
  return mapVertices(patches, turn, turn)
}

const flip = ([a, b, c, d]: Face): Face => (d === undefined ? [a, c, b] : [a, d, c, b])

/** Makes longer or shorter along each axis; a negative factor mirrors. */
export const stretch = (patches: ReadonlyArray<Patch>, [sx, sy, sz]: Vec3): ReadonlyArray<Patch> => {
  const moved = mapVertices(
    patches,
    ([x, y, z]) => [x * sx, y * sy, z * sz],
    ([x, y, z]) => normalize([x / sx, y / sy, z / sz])
  )
  const size = Math.cbrt(Math.abs(sx * sy * sz))
  const sized = moved.map((patch) => ({ ...patch, width: patch.width * size, height: patch.height * size }))
  return sx * sy * sz < 0 ? sized.map((patch) => ({ ...patch, faces: patch.faces.map(flip) })) : sized
}

/** Moves every point, and works out the normals anew. Where a patch meets itself or another, they stay smooth. */
export const bend = (patches: ReadonlyArray<Patch>, move: (position: Vec3) => Vec3): ReadonlyArray<Patch> =>
  smooth(mapVertices(patches, move, (normal) => normal))

const keyOf = ([x, y, z]: Vec3) => `${Math.round(x * 1e5)},${Math.round(y * 1e5)},${Math.round(z * 1e5)}`

/** Gives each point the mean normal of the faces around it. */
export const smooth = (patches: ReadonlyArray<Patch>): ReadonlyArray<Patch> => {
  const sums = new Map<string, Vec3>()
  for (const { faces, vertices } of patches) {
    for (const [a, b, c] of trianglesOf(faces)) {
      const corners = [vertices[a], vertices[b], vertices[c]].map((vertex) => vertex?.position ?? origin)
      const normal = faceNormal(corners)
      for (const corner of corners) {
        const key = keyOf(corner)
        sums.set(key, add(sums.get(key) ?? origin, normal))
      }
    }
  }
  return patches.map((patch) => ({
    ...patch,
    vertices: patch.vertices.map((vertex) => ({
      ...vertex,
      normal: normalize(sums.get(keyOf(vertex.position)) ?? vertex.normal)
    }))
  }))
}

const origin: Vec3 = [0, 0, 0]

/** As long as twice the area of the triangle. */
const faceNormal = ([a = origin, b = origin, c = origin]: ReadonlyArray<Vec3>): Vec3 =>
  cross(subtract(b, a), subtract(c, a))

/** Makes every face flat: each has its own corners, with one normal. */
export const facet = (patches: ReadonlyArray<Patch>): ReadonlyArray<Patch> =>
  patches.map((patch) => {
    const vertices: Array<Vertex> = []
    const faces = patch.faces.map((face): Face => {
      const corners = face.flatMap((index) => patch.vertices[index] ?? [])
      const [p, q, r, s] = corners.map(({ position }) => position)
      // Of four corners, the diagonals tell how the face lies.
      const normal = normalize(
        p === undefined || q === undefined || r === undefined
          ? origin
          : s === undefined
            ? faceNormal([p, q, r])
            : cross(subtract(r, p), subtract(s, q))
      )
      const at = vertices.length
      vertices.push(...corners.map((corner) => ({ ...corner, normal })))
      return face.length === 3 ? [at, at + 1, at + 2] : [at, at + 1, at + 2, at + 3]
    })
    return { ...patch, vertices, faces }
  })

/** The corners of the smallest box, parallel to the axes, that holds everything. */
export const boundsOf = (patches: ReadonlyArray<Patch>): { readonly low: Vec3; readonly high: Vec3 } => {
  let low: Vec3 = [Infinity, Infinity, Infinity]
  let high: Vec3 = [-Infinity, -Infinity, -Infinity]
  for (const { vertices } of patches) {
    for (const {
      position: [x, y, z]
    } of vertices) {
      low = [Math.min(low[0], x), Math.min(low[1], y), Math.min(low[2], z)]
      high = [Math.max(high[0], x), Math.max(high[1], y), Math.max(high[2], z)]
    }
  }
  return { low, high }
}
