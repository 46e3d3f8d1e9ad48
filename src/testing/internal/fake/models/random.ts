/** Chance that is the same for ever: numbers drawn from the hash of a text (sfc32), and smooth noise in space. */
import { sha256 } from "../../../../internal/sha256.ts"
import type { Vec3 } from "./vector.ts"

export interface Random {
  /** From 0 to below 1. */
  readonly next: () => number
  readonly between: (low: number, high: number) => number
  /** A whole number, from 0 to below `count`. */
  readonly below: (count: number) => number
}

export const makeRandom = (text: string): Random => {
  const hash = sha256(text)
  let [a = 0, b = 0, c = 0, d = 1] = [0, 8, 16, 24].map((at) => Number.parseInt(hash.slice(at, at + 8), 16) | 0)
  const next = () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return (t >>> 0) / 4294967296
  }
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    below: (count) => Math.floor(next() * count)
  }
}

const hashOf = (x: number, y: number, z: number): number => {
  let h = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(z, 1440662683)
  h = Math.imul(h ^ (h >>> 13), 1274126177)
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296
}

const fade = (t: number) => t * t * (3 - 2 * t)

/** Smooth noise from 0 to 1, with features of about the size 1. */
export const noise = (x: number, y: number, z: number): number => {
  const x0 = Math.floor(x)
  const y0 = Math.floor(y)
  const z0 = Math.floor(z)
  const u = fade(x - x0)
  const v = fade(y - y0)
  const w = fade(z - z0)
  const near = mixed(rowAt(x0, y0, z0, u), rowAt(x0, y0 + 1, z0, u), v)
  const far = mixed(rowAt(x0, y0, z0 + 1, u), rowAt(x0, y0 + 1, z0 + 1, u), v)
  return mixed(near, far, w)
}

const mixed = (a: number, b: number, t: number) => a + (b - a) * t

const rowAt = (x: number, y: number, z: number, u: number) => mixed(hashOf(x, y, z), hashOf(x + 1, y, z), u)

/** Noise of several sizes, each half of the one before. From 0 to 1. */
export const fractal = (at: Vec3, octaves: number): number => {
  let sum = 0
  let weight = 0
  for (let octave = 0; octave < octaves; octave++) {
    const size = 2 ** octave
    sum += noise(at[0] * size + octave * 17, at[1] * size, at[2] * size) / size
    weight += 1 / size
  }
  return sum / weight
}
