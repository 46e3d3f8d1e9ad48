/** Points and directions in space: x to the right, y up, z towards the viewer. */

export type Vec2 = readonly [number, number]
export type Vec3 = readonly [number, number, number]

// By index: taking the parts of an array apart by a pattern takes several times as long, and this is what models cost.
export const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]

export const subtract = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]

export const scale = (a: Vec3, factor: number): Vec3 => [a[0] * factor, a[1] * factor, a[2] * factor]

export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0]
]

export const length = (vector: Vec3): number => Math.sqrt(dot(vector, vector))

/** The direction of a vector; upwards for one without length. */
export const normalize = (vector: Vec3): Vec3 => {
  const size = length(vector)
  return size < 1e-12 ? [0, 1, 0] : scale(vector, 1 / size)
}

export const mix = (a: Vec3, b: Vec3, t: number): Vec3 => [
  a[0] * (1 - t) + b[0] * t,
  a[1] * (1 - t) + b[1] * t,
  a[2] * (1 - t) + b[2] * t
]

export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)

/** 0 below `low`, 1 above `high`, and a soft way between. */
export const smoothstep = (low: number, high: number, value: number): number => {
  const t = clamp((value - low) / (high - low), 0, 1)
  return t * t * (3 - 2 * t)
}
