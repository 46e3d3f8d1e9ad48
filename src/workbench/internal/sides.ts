/** The sides of a texture in pixels: of a PNG or a JPEG, the two formats that a GLB has. */

interface Sides {
  readonly width: number
  readonly height: number
}

const jpeg = (view: DataView): Sides | undefined => {
  let at = 2
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1)
    // Start of a frame; the three others of this range are tables.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    }
    at += 2 + view.getUint16(at + 2)
  }
  return undefined
}

export const sidesOf = (bytes: Uint8Array): Sides | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.byteLength >= 24 && view.getUint32(0) === 0x89504e47) {
    return { width: view.getUint32(16), height: view.getUint32(20) }
  }
  return view.byteLength >= 2 && view.getUint16(0) === 0xffd8 ? jpeg(view) : undefined
}
