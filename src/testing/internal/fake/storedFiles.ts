/** The bytes of the result files: the same small model and preview for every job. */
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js"

/** A cube of 12 triangles as binary glTF 2.0: a header, a chunk of JSON and a chunk of numbers. */
const cube = (): Uint8Array => {
  const corners = Array.from({ length: 8 }, (_, i) => [i & 1, (i >> 1) & 1, i >> 2].map((side) => side - 0.5))
  // Counterclockwise as seen from outside.
  const faces = ["0231", "4576", "0154", "2673", "0462", "1375"].map((face) => Array.from(face, Number))
  const triangles = faces.flatMap(([a = 0, b = 0, c = 0, d = 0]) => [a, b, c, a, c, d])
  const positionsLength = corners.length * 12
  const length = positionsLength + triangles.length * 2
  const json = utf8ToBytes(
    JSON.stringify({
      asset: { version: "2.0", generator: "effect-hunyuan3d/Fake" },
      scene: 0,
      scenes: [{ nodes: [0] }],
      nodes: [{ mesh: 0 }],
      meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1 }] }],
      accessors: [
        {
          bufferView: 0,
          componentType: 5126,
          count: corners.length,
          type: "VEC3",
          min: [-0.5, -0.5, -0.5],
          max: [0.5, 0.5, 0.5]
        },
        { bufferView: 1, componentType: 5123, count: triangles.length, type: "SCALAR" }
      ],
      bufferViews: [
        { buffer: 0, byteOffset: 0, byteLength: positionsLength, target: 34962 },
        { buffer: 0, byteOffset: positionsLength, byteLength: length - positionsLength, target: 34963 }
      ],
      buffers: [{ byteLength: length }]
    })
  )
  // Chunks begin and end at multiples of 4 bytes; JSON is filled up with spaces.
  const jsonLength = Math.ceil(json.length / 4) * 4
  const bytes = new Uint8Array(12 + 8 + jsonLength + 8 + length).fill(0x20, 20, 20 + jsonLength)
  const view = new DataView(bytes.buffer)
  const words = (at: number, ...values: ReadonlyArray<number>) =>
    values.forEach((value, i) => view.setUint32(at + i * 4, value, true))
  words(0, 0x46546c67, 2, bytes.length)
  words(12, jsonLength, 0x4e4f534a)
  bytes.set(json, 20)
  const numbers = 20 + jsonLength + 8
  words(numbers - 8, length, 0x004e4942)
  corners.flat().forEach((value, i) => view.setFloat32(numbers + i * 4, value, true))
  triangles.forEach((value, i) => view.setUint16(numbers + positionsLength + i * 2, value, true))
  return bytes
}

/** One grey pixel. */
const pixel = () =>
  hexToBytes(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55" +
      "0000000a4944415478da6368000000820081da45083b0000000049454e44ae426082"
  )

export interface StoredFile {
  readonly bytes: Uint8Array
  readonly headers: { readonly "accept-ranges": string; readonly "content-type": string; readonly etag: string }
}

const stored = (contentType: string, bytes: Uint8Array): StoredFile => ({
  bytes,
  headers: {
    "accept-ranges": "bytes",
    "content-type": contentType,
    etag: `"${bytesToHex(sha256(bytes)).slice(0, 32)}"`
  }
})

/** By the ends of their names. */
export const storedFiles: ReadonlyMap<string, StoredFile> = new Map([
  ["output.glb", stored("model/gltf-binary", cube())],
  ["preview.png", stored("image/png", pixel())]
])
