/**
 * The object storage of the fake service: the result files of jobs, behind
 * pre-signed links.
 */
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Call, Refusal, Served } from "./api.ts"
import * as model from "./model.ts"

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

const stored = (contentType: string, bytes: Uint8Array) => ({
  bytes,
  headers: {
    "accept-ranges": "bytes",
    "content-type": contentType,
    etag: `"${bytesToHex(sha256(bytes)).slice(0, 32)}"`
  }
})

const files = new Map([
  ["output.glb", stored("model/gltf-binary", cube())],
  ["preview.png", stored("image/png", pixel())]
])

const folder = "/3d/output/100000000001/"

/** Whether a request is for the storage; all others are for the API. */
export const isDownload = (call: Call): boolean =>
  (call.method === "GET" || call.method === "HEAD") && call.path.startsWith(folder)

/** The query of a job's links, in the form and order of the real ones. */
const signedQuery = (job: model.Planned): string => {
  const time = `${Math.floor(job.endsAt / 1000)}%3B${Math.floor((job.endsAt + model.lifetime) / 1000)}`
  return (
    `q-sign-algorithm=sha1&q-ak=AKIDFAKERESULTS&q-sign-time=${time}&q-key-time=${time}` +
    `&q-header-list=host&q-url-param-list=&q-signature=${job.signature}`
  )
}

/** The `ResultFile3Ds` of a job that is done. */
export const resultFiles = (job: model.Planned, origin: string) => {
  const link = (name: string) => `${origin}${folder}${job.file}_${name}?${signedQuery(job)}`
  return [{ Type: "GLB", Url: link("output.glb"), PreviewImageUrl: link("preview.png") }]
}

/** The bytes that a `Range` header asks for; undefined for all of them. */
const parseRange = (header: string, size: number) => {
  const [, first = "", last = ""] = /^bytes=([0-9]*)-([0-9]*)$/.exec(header) ?? []
  if ((first === "" && last === "") || (first !== "" && last !== "" && Number(first) > Number(last))) return undefined
  return {
    start: first === "" ? Math.max(size - Number(last), 0) : Number(first),
    end: first === "" || last === "" ? size : Math.min(Number(last) + 1, size)
  }
}

const escapeXml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

export const refuse = (status: number, { code, message }: Refusal, requestId: string): Served => ({
  code,
  response: HttpServerResponse.text(
    `<?xml version='1.0' encoding='utf-8' ?>\n<Error>\n\t<Code>${escapeXml(code)}</Code>\n` +
      `\t<Message>${escapeXml(message)}</Message>\n\t<RequestId>${requestId}</RequestId>\n</Error>\n`,
    { status, contentType: "application/xml" }
  )
})

/** Answers a GET; what a HEAD is answered is the same without the body. */
export const serve = (call: Call, jobs: model.Jobs, now: number, requestId: string): Served => {
  const end = /(?:^|&)q-sign-time=[0-9]+(?:%3B|;)([0-9]{1,12})(?:&|$)/i.exec(call.query)?.[1]
  if (end !== undefined && now >= Number(end) * 1000) {
    return refuse(403, { code: "AccessDenied", message: "Request has expired" }, requestId)
  }
  const [, uuid = "", name = ""] = /^([0-9a-f-]{36})_(.+)$/.exec(call.path.slice(folder.length)) ?? []
  const file = files.get(name)
  const job = jobs.findByFile(uuid)
  if (file === undefined || job === undefined) {
    return refuse(404, { code: "NoSuchKey", message: "The specified key does not exist." }, requestId)
  }
  if (call.query !== signedQuery(job)) {
    return refuse(
      403,
      { code: "SignatureDoesNotMatch", message: "The link was changed after it was signed." },
      requestId
    )
  }

  const size = file.bytes.length
  const ifRange = call.headers["if-range"]
  const range =
    ifRange === undefined || ifRange === file.headers.etag ? parseRange(call.headers["range"] ?? "", size) : undefined
  if (range !== undefined && range.start >= range.end) {
    const refused = refuse(
      416,
      { code: "InvalidRange", message: "The requested range cannot be satisfied." },
      requestId
    )
    return { ...refused, response: HttpServerResponse.setHeader(refused.response, "content-range", `bytes */${size}`) }
  }
  const { start, end: stop } = range ?? { start: 0, end: size }
  return {
    response: HttpServerResponse.uint8Array(file.bytes.slice(start, stop), {
      status: range === undefined ? 200 : 206,
      headers: {
        ...file.headers,
        ...(range === undefined ? {} : { "content-range": `bytes ${start}-${stop - 1}/${size}` })
      }
    })
  }
}
