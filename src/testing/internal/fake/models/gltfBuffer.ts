/** The numbers of a glTF file: one buffer, its views, and the accessors that say how to read them. */
import { bytesOf } from "./bytes.ts"

type Shape = "SCALAR" | "VEC2" | "VEC3" | "VEC4" | "MAT4"

interface Accessor {
  readonly bufferView: number
  readonly componentType: number
  readonly count: number
  readonly type: Shape
  readonly normalized?: true
  readonly min?: ReadonlyArray<number>
  readonly max?: ReadonlyArray<number>
}

const widths: Readonly<Record<Shape, number>> = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT4: 16 }

/** What a view is for: corners or indices of a mesh; nothing for other things. */
const targets = { vertices: 34962, indices: 34963 }

const componentTypes = { byte: 5121, short: 5123, float: 5126 }

type Numbers = Uint8Array | Uint16Array | Float32Array

const typeOf = (numbers: Numbers) =>
  numbers instanceof Float32Array
    ? componentTypes.float
    : numbers instanceof Uint16Array
      ? componentTypes.short
      : componentTypes.byte

/** The least and the greatest value of each component. */
const rangeOf = (numbers: Numbers, width: number) => {
  const of = (pick: (a: number, b: number) => number) =>
    Array.from({ length: width }, (_, component) => {
      let value = numbers[component] ?? 0
      for (let i = component; i < numbers.length; i += width) value = pick(value, numbers[i] ?? value)
      return value
    })
  return { min: of(Math.min), max: of(Math.max) }
}

export const makeGltfBuffer = () => {
  const pieces: Array<Uint8Array> = []
  const views: Array<object> = []
  const accessors: Array<Accessor> = []
  let size = 0

  const addView = (bytes: Uint8Array, target?: keyof typeof targets): number => {
    views.push({
      buffer: 0,
      byteOffset: size,
      byteLength: bytes.length,
      ...(target === undefined ? {} : { target: targets[target] })
    })
    // Each view begins at a multiple of 4 bytes.
    const padded = bytesOf(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4))
    pieces.push(padded)
    size += padded.length
    return views.length - 1
  }

  return {
    addView,
    /** Numbers that are written in this machine's order of bytes: little-endian on all that run JavaScript. */
    add: (
      numbers: Numbers,
      type: Shape,
      {
        isNormalized = false,
        target,
        withRange = false
      }: {
        readonly target?: keyof typeof targets
        readonly isNormalized?: boolean
        readonly withRange?: boolean
      } = {}
    ): number => {
      const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
      accessors.push({
        bufferView: addView(bytes, target),
        componentType: typeOf(numbers),
        count: numbers.length / widths[type],
        type,
        ...(isNormalized ? { normalized: true } : {}),
        ...(withRange ? rangeOf(numbers, widths[type]) : {})
      })
      return accessors.length - 1
    },
    views,
    accessors,
    toBytes: () => bytesOf(...pieces)
  }
}

export type GltfBuffer = ReturnType<typeof makeGltfBuffer>
