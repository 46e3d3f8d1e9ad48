/** Pictures of 8-bit red, green and blue, and how they are written as PNG. */
import { zlibSync } from "fflate"
import { bytesOf, crc32 } from "./bytes.ts"

export interface Picture {
  readonly width: number
  readonly height: number
  /** Row by row from the top, three bytes a pixel. */
  readonly pixels: Uint8Array
}

const paeth = (left: number, up: number, corner: number) => {
  const toLeft = Math.abs(up - corner)
  const toUp = Math.abs(left - corner)
  const toCorner = Math.abs(left + up - 2 * corner)
  return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner
}

/** Writes a row as differences: from the left (1), from above (2) or from what both suggest (4). */
const filterRow = (pixels: Uint8Array, at: number, stride: number, filter: 1 | 2 | 4, into: Uint8Array): number => {
  let cost = 0
  for (let i = 0; i < stride; i++) {
    const left = i < 3 ? 0 : (pixels[at + i - 3] ?? 0)
    const up = at === 0 ? 0 : (pixels[at + i - stride] ?? 0)
    const corner = i < 3 || at === 0 ? 0 : (pixels[at + i - stride - 3] ?? 0)
    const guess = filter === 1 ? left : filter === 2 ? up : paeth(left, up, corner)
    const value = ((pixels[at + i] ?? 0) - guess) & 255
    into[i] = value
    cost += value < 128 ? value : 256 - value
  }
  return cost
}

/** Each row by the filter that leaves the smallest differences. */
const filtered = ({ height, pixels, width }: Picture): Uint8Array => {
  const stride = width * 3
  const rows = new Uint8Array(height * (stride + 1))
  const tried = ([1, 2, 4] as const).map((filter) => ({ filter, row: new Uint8Array(stride) }))
  for (let y = 0; y < height; y++) {
    const costs = tried.map(({ filter, row }) => filterRow(pixels, y * stride, stride, filter, row))
    const best = tried[costs.indexOf(Math.min(...costs))]
    if (best === undefined) continue
    rows[y * (stride + 1)] = best.filter
    rows.set(best.row, y * (stride + 1) + 1)
  }
  return rows
}

const chunk = (name: string, content: Uint8Array): Uint8Array => {
  const named = bytesOf(name, content)
  const bytes = new Uint8Array(named.length + 8)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, content.length)
  bytes.set(named, 4)
  view.setUint32(named.length + 4, crc32(named))
  return bytes
}

export const encodePng = (picture: Picture): Uint8Array => {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, picture.width)
  view.setUint32(4, picture.height)
  header.set([8, 2, 0, 0, 0], 8)
  return bytesOf(
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    chunk("IDAT", zlibSync(filtered(picture), { level: 6 })),
    chunk("IEND", new Uint8Array())
  )
}
