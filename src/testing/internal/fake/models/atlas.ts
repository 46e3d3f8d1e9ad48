/** Gives each patch a rectangle of one square picture, as large as its surface asks for (shelf packing). */
import { patchesOf, type Part, type Patch } from "./mesh.ts"
import type { Vec2 } from "./vector.ts"

/** Pixels around each rectangle that belong to it, so that nothing of its neighbours shows at its edges. */
const margin = 2

interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Rows of rectangles, the highest first; undefined when they do not fit. */
const pack = (patches: ReadonlyArray<Patch>, size: number, pixelsPerUnit: number): Map<Patch, Place> | undefined => {
  const sized = patches
    .map((patch) => ({
      patch,
      width: Math.min(size - 2 * margin, Math.max(3, Math.ceil(patch.width * pixelsPerUnit))),
      height: Math.min(size - 2 * margin, Math.max(3, Math.ceil(patch.height * pixelsPerUnit)))
    }))
    .toSorted((a, b) => b.height - a.height)
  const places = new Map<Patch, Place>()
  let [x, y, shelf] = [0, 0, 0]
  for (const { height, patch, width } of sized) {
    if (x + width + 2 * margin > size) {
      y += shelf
      x = 0
      shelf = 0
    }
    shelf = Math.max(shelf, height + 2 * margin)
    if (y + shelf > size) return undefined
    places.set(patch, { x: x + margin, y: y + margin, width, height })
    x += width + 2 * margin
  }
  return places
}

/** The largest scale at which all patches fit. */
const packAll = (patches: ReadonlyArray<Patch>, size: number) => {
  let [low, high] = [0, size * 2]
  let best = pack(patches, size, low)
  for (let round = 0; round < 16; round++) {
    const middle = (low + high) / 2
    const packed = pack(patches, size, middle)
    if (packed === undefined) high = middle
    else {
      low = middle
      best = packed
    }
  }
  return best
}

/** Parts whose `uv` are places in a square picture of `size` pixels, from 0 to 1, from its upper left corner. */
export const layOut = (parts: ReadonlyArray<Part>, size: number): ReadonlyArray<Part> => {
  const places = packAll(patchesOf(parts), size)
  const place = (patch: Patch): Patch => {
    const { height, width, x, y } = places?.get(patch) ?? { x: 0, y: 0, width: 1, height: 1 }
    const move = ([u, v]: Vec2): Vec2 => [(x + u * width) / size, (y + (1 - v) * height) / size]
    return { ...patch, vertices: patch.vertices.map((vertex) => ({ ...vertex, uv: move(vertex.uv) })) }
  }
  return parts.map((part) => ({ ...part, patches: part.patches.map(place) }))
}
