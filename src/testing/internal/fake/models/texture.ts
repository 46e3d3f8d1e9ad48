/**
 * The pictures that go onto a model: its surfaces, sampled at the points of space
 * that the pixels of its atlas stand for.
 */
import type { Part, Patch, Vertex } from "./mesh.ts"
import { trianglesOf } from "./mesh.ts"
import type { Picture } from "./png.ts"
import { sampleSurface, type Surface } from "./surface.ts"
import { clamp, type Vec3 } from "./vector.ts"

export interface Textures {
  readonly color: Picture
  /** Roughness in green and how metallic it is in blue, as glTF has it. */
  readonly roughness: Picture | undefined
  readonly normal: Picture | undefined
}

export type Surfaces = Readonly<Record<string, Surface>>

/** Pixels that a patch reaches beyond its edge. */
const edge = 1.5

type Corner = { readonly x: number; readonly y: number; readonly vertex: Vertex }

/** Calls for every pixel of a triangle that is not painted yet, with the shares that its three corners have. */
const eachPixel = (
  [a, b, c]: readonly [Corner, Corner, Corner],
  size: number,
  reach: number,
  painted: Uint8Array,
  paint: (pixel: number, shareA: number, shareB: number, shareC: number) => void
) => {
  const area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
  if (Math.abs(area) < 1e-9) return
  const slack = (p: Corner, q: Corner) => (reach * Math.hypot(q.x - p.x, q.y - p.y)) / Math.abs(area) + 1e-9
  const [slackA, slackB, slackC] = [slack(b, c), slack(c, a), slack(a, b)]
  const from = (p: number, q: number, r: number) => Math.max(0, Math.floor(Math.min(p, q, r) - reach))
  const to = (p: number, q: number, r: number) => Math.min(size - 1, Math.ceil(Math.max(p, q, r) + reach))
  const [left, right] = [from(a.x, b.x, c.x), to(a.x, b.x, c.x)]
  const [top, bottom] = [from(a.y, b.y, c.y), to(a.y, b.y, c.y)]
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const pixel = y * size + x
      if (painted[pixel] === 1) continue
      const px = x + 0.5
      const py = y + 0.5
      const shareA = ((b.x - px) * (c.y - py) - (b.y - py) * (c.x - px)) / area
      const shareB = ((c.x - px) * (a.y - py) - (c.y - py) * (a.x - px)) / area
      const shareC = 1 - shareA - shareB
      if (shareA < -slackA || shareB < -slackB || shareC < -slackC) continue
      painted[pixel] = 1
      paint(pixel, shareA, shareB, shareC)
    }
  }
}

const blend = (a: Vec3, b: Vec3, c: Vec3, u: number, v: number, w: number): Vec3 => [
  a[0] * u + b[0] * v + c[0] * w,
  a[1] * u + b[1] * v + c[1] * w,
  a[2] * u + b[2] * v + c[2] * w
]

const byte = (value: number) => Math.round(clamp(value, 0, 1) * 255)

/** The normals of a height map, in which one pixel is `pixel` units wide. */
const normalsOf = (heights: Float32Array, size: number, pixel: number): Picture => {
  const pixels = new Uint8Array(size * size * 3)
  const at = (x: number, y: number) => heights[clamp(y, 0, size - 1) * size + clamp(x, 0, size - 1)] ?? 0
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dx = (at(x + 1, y) - at(x - 1, y)) / (2 * pixel)
      const dy = (at(x, y + 1) - at(x, y - 1)) / (2 * pixel)
      const length = Math.sqrt(dx * dx + dy * dy + 1)
      const pixelAt = (y * size + x) * 3
      pixels[pixelAt] = byte((-dx / length) * 0.5 + 0.5)
      pixels[pixelAt + 1] = byte((dy / length) * 0.5 + 0.5)
      pixels[pixelAt + 2] = byte((1 / length) * 0.5 + 0.5)
    }
  }
  return { width: size, height: size, pixels }
}

/** How wide a pixel is: from the first edge of every patch. */
const pixelOf = (parts: ReadonlyArray<Part>, size: number): number => {
  let [units, pixels] = [0, 0]
  for (const { patches } of parts) {
    for (const { faces, vertices } of patches) {
      const [a, b] = (faces[0] ?? []).map((index) => vertices[index])
      if (a === undefined || b === undefined) continue
      units += Math.hypot(...[0, 1, 2].map((axis) => (a.position[axis] ?? 0) - (b.position[axis] ?? 0)))
      pixels += Math.hypot(a.uv[0] - b.uv[0], a.uv[1] - b.uv[1]) * size
    }
  }
  return pixels === 0 ? 1 : units / pixels
}

interface Layers {
  readonly color: Uint8Array
  readonly roughness: Uint8Array | undefined
  readonly heights: Float32Array | undefined
}

const paintPixel = ({ color, heights, roughness }: Layers, pixel: number, surface: Surface, p: Vec3, n: Vec3) => {
  const sample = sampleSurface(surface, p, n)
  const at = pixel * 3
  color[at] = byte(sample.color[0])
  color[at + 1] = byte(sample.color[1])
  color[at + 2] = byte(sample.color[2])
  if (roughness !== undefined) {
    roughness[at] = 255
    roughness[at + 1] = byte(sample.roughness)
    roughness[at + 2] = byte(surface.metallic)
  }
  if (heights !== undefined) heights[pixel] = sample.height
}

const paintPatch = (
  layers: Layers,
  patch: Patch,
  surface: Surface,
  size: number,
  reach: number,
  painted: Uint8Array
) => {
  const corners = patch.vertices.map((vertex) => ({ x: vertex.uv[0] * size, y: vertex.uv[1] * size, vertex }))
  for (const [i, j, k] of trianglesOf(patch.faces)) {
    const [a, b, c] = [corners[i], corners[j], corners[k]]
    if (a === undefined || b === undefined || c === undefined) continue
    eachPixel([a, b, c], size, reach, painted, (pixel, u, v, w) =>
      paintPixel(
        layers,
        pixel,
        surface,
        blend(a.vertex.position, b.vertex.position, c.vertex.position, u, v, w),
        blend(a.vertex.normal, b.vertex.normal, c.vertex.normal, u, v, w)
      )
    )
  }
}

/** Paints the surfaces of parts that `atlas.ts` has laid out. */
export const paint = (parts: ReadonlyArray<Part>, surfaces: Surfaces, size: number, isPbr: boolean): Textures => {
  const color = new Uint8Array(size * size * 3).fill(128)
  const roughness = isPbr ? new Uint8Array(size * size * 3) : undefined
  const heights = isPbr ? new Float32Array(size * size) : undefined
  const painted = new Uint8Array(size * size)
  // First what each triangle covers, then what lies around it.
  for (const reach of [0, edge]) {
    for (const part of parts) {
      const surface = surfaces[part.surface]
      if (surface === undefined) continue
      for (const patch of part.patches) paintPatch({ color, heights, roughness }, patch, surface, size, reach, painted)
    }
  }
  const picture = (pixels: Uint8Array): Picture => ({ width: size, height: size, pixels })
  return {
    color: picture(color),
    roughness: roughness && picture(roughness),
    normal: heights && normalsOf(heights, size, pixelOf(parts, size))
  }
}
