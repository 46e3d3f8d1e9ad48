/** The light of a small studio: a key light, a fill light, and soft boxes that what is smooth reflects. */
import { clamp, dot, mix, normalize, scale, smoothstep, subtract, add, type Vec3 } from "../vector.ts"
import { keyLight } from "./shadow.ts"

export interface Point {
  /** As light, not as in sRGB. */
  readonly color: Vec3
  readonly roughness: number
  readonly metallic: number
  readonly normal: Vec3
  /** Towards the eye. */
  readonly view: Vec3
  /** How much of the key light reaches it. */
  readonly lit: number
}

const fillLight = normalize([0.9, 0.35, 0.5])
const rimLight = normalize([0.3, 0.7, -1])

const multiply = (a: Vec3, b: Vec3): Vec3 => [a[0] * b[0], a[1] * b[1], a[2] * b[2]]

/** What comes from a direction; what is rough mixes many directions. */
const studio = (direction: Vec3, roughness: number): Vec3 => {
  const soft = 0.08 + roughness * 0.7
  const height = direction[1]
  const base = mix([0.2, 0.18, 0.165], [0.62, 0.66, 0.72], smoothstep(-soft - 0.1, soft + 0.35, height))
  const box = (light: Vec3, width: number, power: number) =>
    (power * smoothstep(width - soft, width + soft * 0.6, dot(direction, light))) / (1 + roughness * 2.4)
  const horizon = 0.3 * Math.exp(-((height / (0.12 + soft)) ** 2))
  return add(
    add(base, [horizon, horizon * 0.97, horizon * 0.92]),
    add(scale([1, 0.96, 0.9], box(keyLight, 0.86, 2.6)), scale([0.82, 0.9, 1], box(fillLight, 0.82, 1.1)))
  )
}

/** How bright a light shines in what is not quite rough (GGX, roughly). */
const highlight = (normal: Vec3, view: Vec3, light: Vec3, roughness: number): number => {
  const half = normalize(add(light, view))
  const a = Math.max(roughness * roughness, 0.02) ** 2
  const h = Math.max(dot(normal, half), 0)
  const d = h * h * (a - 1) + 1
  return Math.min((a / (Math.PI * d * d)) * 0.25, 6)
}

const lightFrom = (point: Point, f0: Vec3, light: Vec3, tint: Vec3, power: number): Vec3 => {
  const facing = Math.max(dot(point.normal, light), 0)
  if (facing === 0 || power === 0) return [0, 0, 0]
  const diffuse = scale(point.color, (1 - point.metallic) * 0.92)
  const shine = scale(f0, highlight(point.normal, point.view, light, point.roughness))
  return multiply(tint, scale(add(diffuse, shine), facing * power))
}

export const shade = (point: Point): Vec3 => {
  const { color, lit, metallic, normal, roughness, view } = point
  const facing = Math.max(dot(normal, view), 0)
  const f0 = mix([0.04, 0.04, 0.04], color, metallic)
  const fresnel = (1 - facing) ** 5 * (1 - roughness * 0.8)
  const mirrored = subtract(scale(normal, 2 * dot(normal, view)), view)
  const reflected = multiply(studio(mirrored, roughness), mix(f0, [1, 1, 1], clamp(fresnel, 0, 1) * 0.7))
  const sky = mix([0.2, 0.185, 0.175], [0.46, 0.49, 0.54], normal[1] * 0.5 + 0.5)
  const ambient = scale(multiply(color, sky), 1 - metallic)
  return [
    lightFrom(point, f0, keyLight, [1, 0.965, 0.91], 0.95 * lit),
    lightFrom(point, f0, fillLight, [0.82, 0.9, 1], 0.22),
    lightFrom(point, f0, rimLight, [1, 1, 1], 0.3),
    scale(reflected, 0.6 + 0.4 * lit)
  ].reduce(add, ambient)
}

const shoulder = (value: number) => (value < 0.6 ? value : 0.6 + 0.4 * (1 - Math.exp((0.6 - value) / 0.4)))

/** Light as a screen shows it, from 0 to 1. */
export const toScreen = ([r, g, b]: Vec3): Vec3 => [
  shoulder(r) ** (1 / 2.2),
  shoulder(g) ** (1 / 2.2),
  shoulder(b) ** (1 / 2.2)
]

/** What a screen shows as light. */
export const toLight = (value: number): number => value ** 2.2
