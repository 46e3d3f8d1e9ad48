/**
 * The solids that shapes are put together from. All are closed, and stand around the
 * origin; `detail` says how finely they are divided, 1 for what looks round.
 */
import type { Face, Patch, Vertex } from "./mesh.ts"
import { smooth } from "./mesh.ts"
import { add, clamp, cross, length, mix, normalize, scale, subtract, type Vec2, type Vec3 } from "./vector.ts"

export interface Primitives {
  /** A sheet over u and v from 0 to 1, whose outside is where the directions of u and v, in this order, turn to. */
  readonly sheet: (
    columns: number,
    rows: number,
    point: (u: number, v: number) => Vec3,
    closed?: { readonly u?: boolean; readonly v?: boolean }
  ) => Patch
  /** Turned about the y axis: the outline from bottom to top, as distances from the axis and heights. */
  readonly lathe: (outline: ReadonlyArray<Vec2>, sides?: number) => ReadonlyArray<Patch>
  /** Rounded edges of the given radius. */
  readonly box: (size: Vec3, radius?: number) => ReadonlyArray<Patch>
  readonly ball: (radii: Vec3) => ReadonlyArray<Patch>
  /** Upright, with edges broken by `bevel`; a cone where the upper radius is small. */
  readonly cylinder: (
    lower: number,
    upper: number,
    height: number,
    bevel?: number,
    sides?: number
  ) => ReadonlyArray<Patch>
  /** Lies flat, around the y axis. */
  readonly torus: (radius: number, thickness: number) => ReadonlyArray<Patch>
  /** A round bar along a curve. The radius may change, and may have two values for an oval one. */
  readonly tube: (
    path: (t: number) => Vec3,
    radius: (t: number) => number | Vec2,
    options?: { readonly steps?: number; readonly sides?: number; readonly closed?: boolean }
  ) => ReadonlyArray<Patch>
  /** A plate of the outline in x and y, counterclockwise, as thick as `depth` along z. */
  readonly plate: (outline: ReadonlyArray<Vec2>, depth: number) => ReadonlyArray<Patch>
  /** How many points of a curve look smooth. */
  readonly count: (fine: number) => number
}

const tau = Math.PI * 2
const same = (a: Vec3, b: Vec3) => length(subtract(a, b)) < 1e-9

/** A smooth curve through all points, which may begin where it ends. */
export const curve = (points: ReadonlyArray<Vec3>, closed = false): ((t: number) => Vec3) => {
  const count = points.length
  const at = (index: number): Vec3 =>
    points[closed ? ((index % count) + count) % count : clamp(index, 0, count - 1)] ?? [0, 0, 0]
  return (t) => {
    const position = t * (closed ? count : count - 1)
    const index = Math.min(Math.floor(position), closed ? count : count - 2)
    const f = position - index
    const [a, b, c, d] = [at(index - 1), at(index), at(index + 1), at(index + 2)]
    const value = (axis: 0 | 1 | 2) =>
      b[axis] +
      0.5 *
        f *
        (c[axis] -
          a[axis] +
          f * (2 * a[axis] - 5 * b[axis] + 4 * c[axis] - d[axis] + f * (3 * (b[axis] - c[axis]) + d[axis] - a[axis])))
    return [value(0), value(1), value(2)]
  }
}

/** Points of the smooth line through these points, `steps` for each of its pieces. */
export const curved = (points: ReadonlyArray<Vec2>, steps: number): ReadonlyArray<Vec2> => {
  const line = curve(points.map(([x, y]): Vec3 => [x, y, 0]))
  const count = Math.max(1, Math.round(steps)) * (points.length - 1)
  return Array.from({ length: count + 1 }, (_, i): Vec2 => {
    const [x, y] = line(i / count)
    return [Math.max(0, x), y]
  })
}

/** The longest way along u and along v, which the texture is stretched over. */
const extent = (grid: ReadonlyArray<ReadonlyArray<Vec3>>) => {
  const way = (points: ReadonlyArray<Vec3>) =>
    points.reduce((sum, point, i) => sum + (i === 0 ? 0 : length(subtract(point, points[i - 1] ?? point))), 0)
  const columns = grid[0]?.map((_, i) => grid.flatMap((row) => row.slice(i, i + 1))) ?? []
  return { width: Math.max(...grid.map(way)), height: Math.max(...columns.map(way)) }
}

const sheet: Primitives["sheet"] = (columns, rows, point, closed = {}) => {
  const grid = Array.from({ length: rows + 1 }, (_, j) =>
    // The last column and row are the first ones to the last digit.
    Array.from({ length: columns + 1 }, (_, i) =>
      point(closed.u === true && i === columns ? 0 : i / columns, closed.v === true && j === rows ? 0 : j / rows)
    )
  )
  const vertices: ReadonlyArray<Vertex> = grid.flatMap((row, j) =>
    row.map((position, i) => ({ position, normal: [0, 1, 0], uv: [i / columns, j / rows] }))
  )
  const faces: Array<Face> = []
  const width = columns + 1
  const isPole = grid.map((row) => row.every((position) => same(position, row[0] ?? position)))
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const a = j * width + i
      if (isPole[j] === true) {
        if (isPole[j + 1] !== true) faces.push([a, a + width + 1, a + width])
      } else faces.push(isPole[j + 1] === true ? [a, a + 1, a + width] : [a, a + 1, a + width + 1, a + width])
    }
  }
  const [patch] = smooth([{ vertices, faces, ...extent(grid) }])
  return patch ?? { vertices, faces, width: 1, height: 1 }
}

/** Three directions, of which the first two lie across the third. They turn as little as they can along the path. */
const framesOf = (points: ReadonlyArray<Vec3>, closed: boolean) => {
  const count = points.length
  const at = (i: number): Vec3 => points[closed ? (i + count) % count : clamp(i, 0, count - 1)] ?? [0, 0, 0]
  let across: Vec3 | undefined
  return points.map((_, i) => {
    const along = normalize(subtract(at(i + 1), at(i - 1)))
    const start: Vec3 = Math.abs(along[2]) < 0.9 ? [0, 0, 1] : [0, 1, 0]
    const other = normalize(cross(along, across ?? start))
    across = normalize(cross(other, along))
    return { along, across, other }
  })
}

/** How a round end closes: how far out it is, and how wide it is there, in radii. */
const capSteps: ReadonlyArray<Vec2> = [
  [1, 0],
  [0.87, 0.5],
  [0.5, 0.87]
]

interface Ring {
  readonly center: Vec3
  readonly x: Vec3
  readonly y: Vec3
}

const ringsOf = (
  path: (t: number) => Vec3,
  radius: (t: number) => number | Vec2,
  steps: number,
  closed: boolean
): ReadonlyArray<Ring> => {
  const count = closed ? steps : steps + 1
  const points = Array.from({ length: count }, (_, i) => path(i / steps))
  const frames = framesOf(points, closed)
  const ring = (i: number, out: number, wide: number): Ring => {
    const frame = frames[i]
    const center = points[i]
    if (frame === undefined || center === undefined) return { center: [0, 0, 0], x: [0, 0, 0], y: [0, 0, 0] }
    const r = radius(i / steps)
    const [rx, ry] = typeof r === "number" ? [r, r] : r
    return {
      center: add(center, scale(frame.along, out * Math.min(rx, ry))),
      x: scale(frame.across, rx * wide),
      y: scale(frame.other, -ry * wide)
    }
  }
  const body = points.map((_, i) => ring(i, 0, 1))
  if (closed) return body
  return [
    ...capSteps.map(([out, wide]) => ring(0, -out, wide)),
    ...body,
    ...capSteps.map(([out, wide]) => ring(steps, out, wide)).toReversed()
  ]
}

const tubeOf = (rings: ReadonlyArray<Ring>, sides: number, closed: boolean): Patch => {
  const rows = closed ? rings.length : rings.length - 1
  const none: Ring = { center: [0, 0, 0], x: [0, 0, 0], y: [0, 0, 0] }
  return sheet(
    sides,
    rows,
    (u, v) => {
      const { center, x, y } = rings[Math.round(v * rows) % rings.length] ?? none
      const angle = u * tau
      return add(center, add(scale(x, Math.cos(angle)), scale(y, -Math.sin(angle))))
    },
    { u: true, v: closed }
  )
}

const lathe = (outline: ReadonlyArray<Vec2>, sides: number): Patch => {
  const rows = outline.length - 1
  return sheet(
    sides,
    rows,
    (u, v) => {
      const [radius, height] = outline[Math.round(v * rows)] ?? [0, 0]
      return [radius * Math.cos(u * tau), height, -radius * Math.sin(u * tau)]
    },
    { u: true }
  )
}

/** One of six sides of a box: its normal, and the directions of u and v on it. */
const boxSides: ReadonlyArray<readonly [Vec3, Vec3, Vec3]> = [
  [
    [1, 0, 0],
    [0, 0, -1],
    [0, 1, 0]
  ],
  [
    [-1, 0, 0],
    [0, 0, 1],
    [0, 1, 0]
  ],
  [
    [0, 1, 0],
    [1, 0, 0],
    [0, 0, -1]
  ],
  [
    [0, -1, 0],
    [1, 0, 0],
    [0, 0, 1]
  ],
  [
    [0, 0, 1],
    [1, 0, 0],
    [0, 1, 0]
  ],
  [
    [0, 0, -1],
    [-1, 0, 0],
    [0, 1, 0]
  ]
]

const box = ([w, h, d]: Vec3, radius: number, bevels: number): ReadonlyArray<Patch> => {
  const half: Vec3 = [w / 2, h / 2, d / 2]
  const inner: Vec3 = [half[0] - radius, half[1] - radius, half[2] - radius]
  // Where the lines of a side are, from -1 to 1: all of them but two lie in its rounded rim.
  const rim = Array.from({ length: bevels + 1 }, (_, i) => Math.tan((i / bevels) * (Math.PI / 4)))
  const lines = bevels * 2 + 1
  const coordinate = (size: number, line: number) => {
    const flat = size - radius
    // To the last digit where the next side begins.
    if (line === 0 || line === lines) return line === 0 ? -size : size
    return line <= bevels ? -flat - radius * (rim[bevels - line] ?? 0) : flat + radius * (rim[line - bevels - 1] ?? 0)
  }
  const along = (axis: Vec3) => Math.abs(axis[0]) * half[0] + Math.abs(axis[1]) * half[1] + Math.abs(axis[2]) * half[2]
  return boxSides.map(([normal, right, up]) =>
    sheetWithNormals(lines, lines, (u, v) => {
      const q = add(
        scale(normal, along(normal)),
        add(
          scale(right, coordinate(along(right), Math.round(u * lines))),
          scale(up, coordinate(along(up), Math.round(v * lines)))
        )
      )
      const core: Vec3 = [
        clamp(q[0], -inner[0], inner[0]),
        clamp(q[1], -inner[1], inner[1]),
        clamp(q[2], -inner[2], inner[2])
      ]
      const out = normalize(subtract(q, core))
      return { position: add(core, scale(out, radius)), normal: out }
    })
  )
}

const sheetWithNormals = (
  columns: number,
  rows: number,
  vertex: (u: number, v: number) => { readonly position: Vec3; readonly normal: Vec3 }
): Patch => {
  const plain = sheet(columns, rows, (u, v) => vertex(u, v).position)
  return {
    ...plain,
    vertices: plain.vertices.map((old) => ({ ...old, normal: vertex(old.uv[0], old.uv[1]).normal }))
  }
}

const area = (outline: ReadonlyArray<Vec2>, a: number, b: number, c: number): number => {
  const [ax, ay] = outline[a] ?? [0, 0]
  const [bx, by] = outline[b] ?? [0, 0]
  const [cx, cy] = outline[c] ?? [0, 0]
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
}

/** Cuts off one corner after the other that holds no point (ear clipping). */
const triangulate = (outline: ReadonlyArray<Vec2>): ReadonlyArray<readonly [number, number, number]> => {
  const left = outline.map((_, i) => i)
  const triangles: Array<readonly [number, number, number]> = []
  const isEar = (a: number, b: number, c: number) =>
    area(outline, a, b, c) > 1e-12 &&
    left.every(
      (p) =>
        p === a ||
        p === b ||
        p === c ||
        area(outline, a, b, p) < 0 ||
        area(outline, b, c, p) < 0 ||
        area(outline, c, a, p) < 0
    )
  while (left.length > 3) {
    const count = left.length
    const corner = left.findIndex((b, i) => isEar(left[(i + count - 1) % count] ?? 0, b, left[(i + 1) % count] ?? 0))
    const i = corner < 0 ? 1 : corner
    triangles.push([left[(i + count - 1) % count] ?? 0, left[i] ?? 0, left[(i + 1) % count] ?? 0])
    left.splice(i, 1)
  }
  const [a = 0, b = 0, c = 0] = left
  return [...triangles, [a, b, c]]
}

const plate = (outline: ReadonlyArray<Vec2>, depth: number): ReadonlyArray<Patch> => {
  const xs = outline.map(([x]) => x)
  const ys = outline.map(([, y]) => y)
  const [left, bottom] = [Math.min(...xs), Math.min(...ys)]
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - bottom]
  const triangles = triangulate(outline)
  const cap = (z: number): Patch => ({
    vertices: outline.map(([x, y]) => ({
      position: [x, y, z],
      normal: [0, 0, Math.sign(z)],
      uv: [(x - left) / width, (y - bottom) / height]
    })),
    faces: z > 0 ? triangles : triangles.map(([a, b, c]): Face => [a, c, b]),
    width,
    height
  })
  const rim = sheet(
    outline.length,
    1,
    (u, v) => {
      const [x, y] = outline[Math.round(u * outline.length) % outline.length] ?? [0, 0]
      return [x, y, depth * (v - 0.5)]
    },
    { u: true }
  )
  return [cap(depth / 2), cap(-depth / 2), creased(rim)]
}

/** Each face of a rim with its own normal, unless the rim turns but a little. */
const creased = (rim: Patch): Patch => {
  const vertices: Array<Vertex> = []
  const faces = rim.faces.map((face): Face => {
    const corners = face.flatMap((index) => rim.vertices[index] ?? [])
    const [a, b, , d] = corners.map(({ position }) => position)
    const flat = normalize(a && b && d ? cross(subtract(b, a), subtract(d, a)) : [0, 1, 0])
    const at = vertices.length
    for (const corner of corners) {
      const isSoft = corner.normal[0] * flat[0] + corner.normal[1] * flat[1] + corner.normal[2] * flat[2] > 0.9
      vertices.push(isSoft ? corner : { ...corner, normal: flat })
    }
    return [at, at + 1, at + 2, at + 3]
  })
  return { ...rim, vertices, faces }
}

export const makePrimitives = (detail: number): Primitives => {
  const count = (fine: number) => Math.max(3, Math.round(fine * detail))
  const ball: Primitives["ball"] = ([rx, ry, rz]) => {
    const rows = count(14)
    const outline = Array.from({ length: rows + 1 }, (_, j): Vec2 => {
      const angle = (j / rows - 0.5) * Math.PI
      return [j === 0 || j === rows ? 0 : Math.cos(angle), Math.sin(angle)]
    })
    const round = lathe(outline, count(22))
    const vertices = round.vertices.map(({ position: [x, y, z], uv }): Vertex => ({
      position: [x * rx, y * ry, z * rz],
      normal: normalize([x / rx, y / ry, z / rz]),
      uv
    }))
    const size = (rx + ry + rz) / 3
    return [{ ...round, vertices, width: round.width * size, height: round.height * size }]
  }
  const cylinder: Primitives["cylinder"] = (lower, upper, height, bevel = 0.02, sides = 28) => {
    const b = Math.min(bevel, lower / 2, height / 4)
    const t = Math.min(bevel, upper / 2, height / 4)
    const k = 0.3
    return [
      lathe(
        [
          [0, 0],
          [lower - b, 0],
          [lower - b * k, b * k],
          [lower, b],
          [upper, height - t],
          [upper - t * k, height - t * k],
          [upper - t, height],
          [0, height]
        ],
        count(sides)
      )
    ]
  }
  return {
    count,
    sheet,
    lathe: (outline, sides = 40) => [lathe(outline, count(sides))],
    box: (size, radius = Math.min(...size) * 0.12) => box(size, radius, detail < 0.6 ? 1 : 2),
    ball,
    cylinder,
    torus: (radius, thickness) => {
      const rings = Array.from({ length: count(48) }, (_, i): Ring => {
        const angle = (i / count(48)) * tau
        const out: Vec3 = [Math.cos(angle), 0, -Math.sin(angle)]
        return { center: scale(out, radius), x: scale(out, thickness), y: [0, thickness, 0] }
      })
      return [tubeOf(rings, count(20), true)]
    },
    tube: (path, radius, { closed = false, sides = 14, steps = 24 } = {}) => [
      tubeOf(ringsOf(path, radius, count(steps), closed), count(sides), closed)
    ],
    plate
  }
}

/** A straight path. */
export const line =
  (from: Vec3, to: Vec3): ((t: number) => Vec3) =>
  (t) =>
    mix(from, to, t)
