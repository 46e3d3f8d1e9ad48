/**
 * What things are made of: colours, how metallic and rough they are, and a pattern
 * that goes through the whole solid, so that it runs on where patches meet.
 */
import { fractal, noise } from "./random.ts"
import { clamp, mix, scale, smoothstep, type Vec3 } from "./vector.ts"

export interface Surface {
  /** As in sRGB, from 0 to 1. */
  readonly color: Vec3
  /** What the pattern mixes in. */
  readonly accent: Vec3
  readonly metallic: number
  readonly roughness: number
  readonly pattern: Pattern
  /** Below 1 for glass. */
  readonly alpha: number
}

/** One point of a surface. */
export interface Sample {
  readonly color: Vec3
  readonly roughness: number
  /** Out of the surface, in the units of space. */
  readonly height: number
}

type Pattern =
  | "plain"
  | "metal"
  | "hammered"
  | "wood"
  | "marble"
  | "stone"
  | "clay"
  | "cloth"
  | "leaf"
  | "brick"
  | "shingle"
  | "spots"
  | "fur"

const bricks = ([x, y, z]: Vec3, [nx, ny, nz]: Vec3, rows: number, length: number) => {
  const along = Math.abs(ny) > 0.8 ? x : Math.abs(nx) > Math.abs(nz) ? z : x
  const row = (Math.abs(ny) > 0.8 ? z : y) * rows
  const place = along * length + (Math.floor(row) % 2 === 0 ? 0 : 0.5)
  const [fy, fx] = [row - Math.floor(row), place - Math.floor(place)]
  return { fx, fy, tone: noise(Math.floor(place) * 7.3, Math.floor(row) * 5.1, 3.5) }
}

const plain = (surface: Surface, tone: number, height = 0, rough = 0): Sample => ({
  color: scale(surface.color, tone),
  roughness: clamp(surface.roughness + rough, 0.05, 1),
  height
})

const blended = (surface: Surface, share: number, height = 0, tone = 1): Sample => ({
  color: scale(mix(surface.color, surface.accent, clamp(share, 0, 1)), tone),
  roughness: surface.roughness,
  height
})

const patterns: Record<Pattern, (surface: Surface, p: Vec3, n: Vec3) => Sample> = {
  plain: (surface, p) => plain(surface, 0.97 + 0.06 * fractal(scale(p, 3), 2)),
  metal: (surface, p) => {
    const worn = smoothstep(0.5, 0.8, fractal(scale(p, 2.2), 3))
    const { color } = blended(surface, worn * 0.45)
    return { color, roughness: clamp(surface.roughness + worn * 0.18, 0.05, 1), height: 0 }
  },
  hammered: (surface, p) => {
    const dent = noise(p[0] * 14, p[1] * 14, p[2] * 14)
    return { ...blended(surface, (1 - dent) * 0.3), height: dent * 0.02 }
  },
  wood: (surface, [x, y, z]) => {
    const wave = fractal([x * 1.5, y * 0.5, z * 1.5], 2)
    const ring = Math.sqrt((x + 0.35) ** 2 + (z + 0.6) ** 2) * 9 + wave * 4
    const f = ring - Math.floor(ring)
    const line = smoothstep(0.55, 0.95, f) * (1 - smoothstep(0.95, 1, f))
    const grain = noise(x * 42, y * 3, z * 42)
    return blended(surface, line * 0.75 + grain * 0.22, (1 - line) * 0.003 - grain * 0.003)
  },
  marble: (surface, p) => {
    const turn = fractal(scale(p, 2), 3) * 7
    const vein = 1 - Math.abs(Math.sin((p[0] * 1.1 + p[1] * 1.7 + p[2] * 0.8) * 1.7 + turn))
    const cloud = fractal(scale(p, 1.3), 2)
    return blended(surface, vein ** 5 * 0.85 + cloud * 0.14)
  },
  stone: (surface, p) => {
    const rough = fractal(scale(p, 7), 3)
    return blended(surface, smoothstep(0.35, 0.75, rough), rough * 0.02)
  },
  clay: (surface, p) => {
    const turned = noise(p[0] * 2, p[1] * 26, p[2] * 2)
    return plain(surface, 0.9 + 0.12 * fractal(scale(p, 4), 2) + 0.05 * turned, turned * 0.004)
  },
  cloth: (surface, [x, y, z]) => {
    const weave = Math.sin(x * 90) * Math.sin(y * 90) * Math.sin(z * 90 + 1.3)
    return blended(surface, 0.2 + weave * 0.3, weave * 0.003)
  },
  leaf: (surface, p) => {
    const light = fractal(scale(p, 6), 2)
    return blended(surface, smoothstep(0.3, 0.7, light), light * 0.02)
  },
  brick: (surface, p, n) => {
    const { fx, fy, tone } = bricks(p, n, 11, 4.5)
    const joint = Math.max(smoothstep(0.86, 0.93, fy), smoothstep(0.94, 0.97, fx))
    return blended(surface, joint, (1 - joint) * 0.012, 0.82 + tone * 0.3)
  },
  shingle: (surface, p, n) => {
    const { fx, fy, tone } = bricks([p[0], p[1] * 0.9, p[2]], [n[0], 0, n[2]], 11, 7)
    const joint = Math.max(1 - smoothstep(0, 0.14, fy), smoothstep(0.93, 0.97, fx))
    return blended(surface, joint * 0.75, fy * -0.02, 0.8 + tone * 0.34)
  },
  spots: (surface, p) => {
    const [x, y, z] = scale(p, 4.2)
    let spot = 0
    for (let dx = 0; dx <= 1; dx++) {
      for (let dy = 0; dy <= 1; dy++) {
        for (let dz = 0; dz <= 1; dz++) {
          const cell: Vec3 = [Math.floor(x - 0.5) + dx, Math.floor(y - 0.5) + dy, Math.floor(z - 0.5) + dz]
          const shift = (k: number) => 0.3 + 0.4 * noise(cell[0] * 9.7 + k, cell[1] * 7.9 + k, cell[2] * 8.3 - k)
          const d = Math.hypot(x - cell[0] - shift(0.5), y - cell[1] - shift(3.5), z - cell[2] - shift(7.5))
          spot = Math.max(spot, 1 - smoothstep(0.26, 0.31, d))
        }
      }
    }
    return blended(surface, spot, spot * 0.01)
  },
  fur: (surface, [x, y, z]) => {
    const stripe = Math.sin(z * 15 + fractal([x * 3, y * 3, z * 3], 2) * 6)
    const hair = noise(x * 38, y * 38, z * 12)
    return blended(surface, smoothstep(0.35, 0.8, stripe) * 0.7 + hair * 0.12, hair * 0.004)
  }
}

/** What a surface is like at a point whose outward direction is `n`. */
export const sampleSurface = (surface: Surface, p: Vec3, n: Vec3): Sample => patterns[surface.pattern](surface, p, n)

export const surface = (
  color: Vec3,
  {
    accent = scale(color, 0.7),
    alpha = 1,
    metallic = 0,
    pattern = "plain",
    roughness = 0.55
  }: Partial<Omit<Surface, "color">> = {}
): Surface => ({ color, accent, metallic, roughness, pattern, alpha })

/** From the digits of CSS. */
export const rgb = (hex: string): Vec3 => {
  const value = Number.parseInt(hex, 16)
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255]
}
