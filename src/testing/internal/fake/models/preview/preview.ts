/** The preview of a model: the same mesh and textures as in its files, drawn in software before a plain background. */
import { boundsOf, patchesOf } from "../mesh.ts"
import type { Model } from "../model.ts"
import type { Picture } from "../png.ts"
import { clamp, dot, mix, normalize, smoothstep, subtract, type Vec3 } from "../vector.ts"
import { type Camera, lookAt } from "./camera.ts"
import { shade, toLight, toScreen } from "./light.ts"
import { castShadows, type Shadows } from "./shadow.ts"
import { findVisible, type Visible } from "./visible.ts"

/** Of the picture, in pixels. */
const side = 512

/** Each pixel is the mean of this many samples in each direction. */
const fine = 2

const bare: Vec3 = [0.62, 0.62, 0.61]

const backdrop = (x: number, y: number, samples: number): Vec3 => {
  const [u, v] = [x / samples - 0.5, y / samples - 0.42]
  const glow = 1 - smoothstep(0.05, 0.8, Math.hypot(u * 0.9, v))
  return mix([0.66, 0.67, 0.69], [0.955, 0.95, 0.94], glow)
}

const paintBackground = (into: Float32Array, samples: number, camera: Camera, ground: number, shadows: Shadows) => {
  for (let y = 0; y < samples; y++) {
    for (let x = 0; x < samples; x++) {
      const color = backdrop(x, y, samples)
      const ray = camera.ray(x, y)
      const way = ray[1] < -0.01 ? (ground - camera.eye[1]) / ray[1] : Infinity
      const dark =
        way === Infinity ? 0 : shadows.ground(camera.eye[0] + ray[0] * way, camera.eye[2] + ray[2] * way)
      into.set([color[0] * (1 - dark), color[1] * (1 - dark * 0.985), color[2] * (1 - dark * 0.95)], (y * samples + x) * 3)
    }
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

const shrink = (samples: Float32Array, size: number): Picture => {
  const pixels = new Uint8Array(side * side * 3)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0
        for (let k = 0; k < fine * fine; k++) {
          sum += samples[((y * fine + Math.floor(k / fine)) * size + x * fine + (k % fine)) * 3 + channel] ?? 0
        }
        pixels[(y * side + x) * 3 + channel] = Math.round(clamp(sum / (fine * fine), 0, 1) * 255)
      }
    }
  }
  return { width: side, height: side, pixels }
}

export const drawPreview = (model: Model): Picture => {
  const size = side * fine
  const patches = patchesOf(model.parts)
  const camera = lookAt(patches, size)
  const shadows = castShadows(model.parts)
  const samples = new Float32Array(size * size * 3)
  paintBackground(samples, size, camera, boundsOf(patches).low[1], shadows)
  const isGlass = (surface: string) => model.textures !== undefined && (model.surfaces[surface]?.alpha ?? 1) < 1
  const solid = findVisible(model.parts.filter((part) => !isGlass(part.surface)), camera, size)
  const glass = findVisible(model.parts.filter((part) => isGlass(part.surface)), camera, size)
  for (let at = 0; at < size * size; at++) {
    const layers = (glass.nearness[at] ?? 0) > (solid.nearness[at] ?? 0) ? [solid, glass] : [solid]
    for (const layer of layers) {
      if (layer.ids[at] === 0) continue
      const shaded = shadeAt(at, layer, model, camera, shadows)
      if (shaded === undefined) continue
      const under: Vec3 = [samples[at * 3] ?? 0, samples[at * 3 + 1] ?? 0, samples[at * 3 + 2] ?? 0]
      samples.set(mix(under, shaded.screen, shaded.alpha), at * 3)
    }
  }
  return shrink(samples, size)
}
