/** Points and directions in space: x to the right, y up, z towards the viewer. */

export type Vec2 = readonly [number, number]
export type Vec3 = readonly [number, number, number]

export const add = ([ax, ay, az]: Vec3, [bx, by, bz]: Vec3): Vec3 => [ax + bx, ay + by, az + bz]

export const subtract = ([ax, ay, az]: Vec3, [bx, by, bz]: Vec3): Vec3 => [ax - bx, ay - by, az - bz]

export const scale = ([x, y, z]: Vec3, factor: number): Vec3 => [x * factor, y * factor, z * factor]

export const dot = ([ax, ay, az]: Vec3, [bx, by, bz]: Vec3): number => ax * bx + ay * by + az * bz

export const cross = ([ax, ay, az]: Vec3, [bx, by, bz]: Vec3): Vec3 => [
  ay * bz - az * by,
  az * bx - ax * bz,
  ax * by - ay * bx
]

export const length = (vector: Vec3): number => Math.sqrt(dot(vector, vector))

/** The direction of a vector; upwards for one without length. */
export const normalize = (vector: Vec3): Vec3 => {
  const size = length(vector)
  return size < 1e-12 ? [0, 1, 0] : scale(vector, 1 / size)
}

export const mix = (a: Vec3, b: Vec3, t: number): Vec3 => add(scale(a, 1 - t), scale(b, t))

export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)

/** 0 below `low`, 1 above `high`, and a soft way between. */
export const smoothstep = (low: number, high: number, value: number): number => {
  const t = clamp((value - low) / (high - low), 0, 1)
  return t * t * (3 - 2 * t)
}
