/** The preview of a model: the same mesh and textures as in its files, drawn in software before a plain background. */
import { boundsOf, type Part, patchesOf } from "../mesh.ts"
import type { Model } from "../model.ts"
import type { Picture } from "../png.ts"
import { add, clamp, dot, mix, normalize, scale, smoothstep, subtract, type Vec3 } from "../vector.ts"
import { type Camera, lookAt } from "./camera.ts"
import { shade, toLight, toScreen } from "./light.ts"
import { castShadows, type Shadows } from "./shadow.ts"
import { findVisible, type Seen, type Visible } from "./visible.ts"

/** Of the picture, in pixels. */
const side = 512

/** Each pixel is the mean of this many samples in each direction. */
const fine = 2

const bare: Vec3 = [0.62, 0.62, 0.61]

const backdrop = (x: number, y: number): Vec3 => {
  const glow = 1 - smoothstep(0.05, 0.8, Math.hypot((x - 0.5) * 0.9, y - 0.42))
  return mix([0.66, 0.67, 0.69], [0.955, 0.95, 0.94], glow)
}

/** The background is smooth: it is worked out for few points, and drawn between them. */
const coarse = 128

const backgroundOf = (size: number, camera: Camera, ground: number, shadows: Shadows) => {
  const points = new Float32Array((coarse + 1) * (coarse + 1) * 3)
  const step = size / coarse
  for (let j = 0; j <= coarse; j++) {
    for (let i = 0; i <= coarse; i++) {
      const color = backdrop(i / coarse, j / coarse)
      const ray = camera.ray(i * step, j * step)
      const way = ray[1] < -0.01 ? (ground - camera.eye[1]) / ray[1] : undefined
      const dark = way === undefined ? 0 : shadows.ground(camera.eye[0] + ray[0] * way, camera.eye[2] + ray[2] * way)
      const at = (j * (coarse + 1) + i) * 3
      points.set([color[0] * (1 - dark), color[1] * (1 - dark * 0.985), color[2] * (1 - dark * 0.95)], at)
    }
  }
  return (x: number, y: number, channel: number): number => {
    const i = Math.floor(x / step)
    const j = Math.floor(y / step)
    const at = (j * (coarse + 1) + i) * 3 + channel
    const below = at + (coarse + 1) * 3
    const u = x / step - i
    const v = y / step - j
    return (
      ((points[at] ?? 0) * (1 - u) + (points[at + 3] ?? 0) * u) * (1 - v) +
      ((points[below] ?? 0) * (1 - u) + (points[below + 3] ?? 0) * u) * v
    )
  }
}

const lights = Float32Array.from({ length: 256 }, (_, value) => toLight(value / 255))

/** What a picture has at u and v, between its pixels. */
const texel = ({ height, pixels, width }: Picture, u: number, v: number, channel: number, table?: Float32Array) => {
  const [x, y] = [clamp(u * width - 0.5, 0, width - 1.001), clamp(v * height - 0.5, 0, height - 1.001)]
  const [x0, y0] = [Math.floor(x), Math.floor(y)]
  const at = (dx: number, dy: number) => {
    const byte = pixels[((y0 + dy) * width + x0 + dx) * 3 + channel] ?? 0
    return table === undefined ? byte / 255 : (table[byte] ?? 0)
  }
  const [fx, fy] = [x - x0, y - y0]
  return (at(0, 0) * (1 - fx) + at(1, 0) * fx) * (1 - fy) + (at(0, 1) * (1 - fx) + at(1, 1) * fx) * fy
}

const shadeAt = (at: number, visible: Visible, model: Model, camera: Camera, shadows: Shadows) => {
  const seen = visible.triangles[(visible.ids[at] ?? 0) - 1]
  const surface = seen && model.surfaces[seen.part.surface]
  if (seen === undefined || surface === undefined) return undefined
  const [a, b, c] = seen.corners
  const [p, q] = [visible.shares[at * 2] ?? 0, visible.shares[at * 2 + 1] ?? 0]
  const r = 1 - p - q
  const blend = (axis: 0 | 1 | 2, of: "position" | "normal") => a[of][axis] * p + b[of][axis] * q + c[of][axis] * r
  const position: Vec3 = [blend(0, "position"), blend(1, "position"), blend(2, "position")]
  const normal = normalize([blend(0, "normal"), blend(1, "normal"), blend(2, "normal")])
  const [u, v] = [a.uv[0] * p + b.uv[0] * q + c.uv[0] * r, a.uv[1] * p + b.uv[1] * q + c.uv[1] * r]
  const { textures } = model
  const color: Vec3 =
    textures === undefined
      ? bare
      : [
          texel(textures.color, u, v, 0, lights),
          texel(textures.color, u, v, 1, lights),
          texel(textures.color, u, v, 2, lights)
        ]
  const view = normalize(subtract(camera.eye, position))
  const isGlass = textures !== undefined && surface.alpha < 1
  const light = shade({
    color,
    roughness: textures?.roughness === undefined ? surface.roughness : texel(textures.roughness, u, v, 1),
    metallic: textures === undefined ? 0 : surface.metallic,
    normal,
    view,
    lit: shadows.lit(position, normal)
  })
  // Seen flat, glass is mostly a mirror.
  const alpha = isGlass ? clamp(surface.alpha + (1 - Math.abs(dot(normal, view))) ** 3 * 0.6, 0, 1) : 1
  return { screen: toScreen(light), alpha }
}

/** Colours that were worked out for a triangle, or for one that is about the same, stand for all samples of a pixel. */
const isAlike = (a: Seen | undefined, b: Seen | undefined): boolean =>
  a === b ||
  (a !== undefined && b !== undefined && a.part === b.part && dot(a.corners[0].normal, b.corners[0].normal) > 0.9)

interface Shaded {
  readonly screen: Vec3
  readonly alpha: number
}

const drawPixel = (
  pixel: readonly [x: number, y: number],
  layers: ReadonlyArray<Visible>,
  shadeSample: (at: number, layer: Visible) => Shaded | undefined,
  under: Vec3
): Vec3 => {
  let sum: Vec3 = [0, 0, 0]
  const last = layers.map((): { seen: Seen | undefined; shaded: Shaded | undefined } => ({
    seen: undefined,
    shaded: undefined
  }))
  for (let k = 0; k < fine * fine; k++) {
    const at = (pixel[1] * fine + Math.floor(k / fine)) * side * fine + pixel[0] * fine + (k % fine)
    let color = under
    let nearest = 0
    layers.forEach((layer, nth) => {
      const known = last[nth]
      const near = layer.nearness[at] ?? 0
      if (known === undefined || near <= nearest) return
      nearest = near
      const seen = layer.triangles[(layer.ids[at] ?? 0) - 1]
      if (known.shaded === undefined || !isAlike(known.seen, seen)) {
        known.seen = seen
        known.shaded = shadeSample(at, layer)
      }
      if (known.shaded !== undefined) color = mix(color, known.shaded.screen, known.shaded.alpha)
    })
    sum = add(sum, color)
  }
  return scale(sum, 1 / (fine * fine))
}

export const drawPreview = (model: Model): Picture => {
  const size = side * fine
  const patches = patchesOf(model.parts)
  const camera = lookAt(patches, size)
  const shadows = castShadows(model.parts)
  const background = backgroundOf(side, lookAt(patches, side), boundsOf(patches).low[1], shadows)
  const isGlass = ({ surface }: Part) => model.textures !== undefined && (model.surfaces[surface]?.alpha ?? 1) < 1
  const layers = [model.parts.filter((part) => !isGlass(part)), model.parts.filter(isGlass)]
    .filter((parts) => parts.length > 0)
    .map((parts) => findVisible(parts, camera, size))
  const shadeSample = (at: number, layer: Visible) => shadeAt(at, layer, model, camera, shadows)
  const pixels = new Uint8Array(side * side * 3)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const under: Vec3 = [background(x, y, 0), background(x, y, 1), background(x, y, 2)]
      const at = (y * side + x) * 3
      const isEmpty = layers.every(({ nearness }) => {
        const first = y * fine * size + x * fine
        return (
          nearness[first] === 0 &&
          nearness[first + 1] === 0 &&
          nearness[first + size] === 0 &&
          nearness[first + size + 1] === 0
        )
      })
      const color = isEmpty ? under : drawPixel([x, y], layers, shadeSample, under)
      for (let channel = 0; channel < 3; channel++)
        pixels[at + channel] = Math.round(clamp(color[channel] ?? 0, 0, 1) * 255)
    }
  }
  return { width: side, height: side, pixels }
}
