/**
 * What a file is, told from its bytes: the service's links and types are open, and
 * an error page in place of a model must not pass for one.
 */

/** How many bytes of its beginning, and of its end, tell what a file is. */
export const sampleSize = 66_000

export interface Sample {
  readonly head: Uint8Array
  readonly tail: Uint8Array
  readonly size: number
}

/** What the bytes show: the extension for what they are, or what is wrong with them. */
export type Finding =
  | { readonly _tag: "Accepted"; readonly extension: string | undefined }
  | { readonly _tag: "Refused"; readonly description: string }
  /** Bytes are missing at the end. */
  | { readonly _tag: "CutOff"; readonly description: string }

const formats = {
  fbx: "model",
  glb: "model",
  stl: "model",
  usdz: "model",
  gif: "picture",
  jpg: "picture",
  mp4: "picture",
  png: "picture",
  webp: "picture",
  // Any type may come as an archive, as OBJ does.
  zip: "archive"
} as const

type Format = keyof typeof formats

/** The extensions of all files that are recognised. */
export const extensions: ReadonlyArray<string> = Object.keys(formats)

const kinds = new Map<string, "model" | "picture" | "archive">([
  ...Object.entries(formats),
  ["image", "picture"],
  ["jpeg", "picture"],
  ["mtl", "model"],
  ["obj", "model"],
  ["texture_image", "picture"]
])

// Files of these types always begin with what `recognize` looks for.
const signed = new Set(["gif", "glb", "jpeg", "jpg", "mp4", "png", "usdz", "webp", "zip"])

const recognize = (text: string, view: DataView, size: number): Format | "page" | undefined => {
  if (text.startsWith("glTF")) return "glb"
  if (text.startsWith("PK\u0003\u0004") || text.startsWith("PK\u0005\u0006")) return isUsdz(text, view) ? "usdz" : "zip"
  if (text.startsWith("\u0089PNG\r\n\u001a\n")) return "png"
  if (text.startsWith("\u00ff\u00d8\u00ff")) return "jpg"
  if (/^GIF8[79]a/.test(text)) return "gif"
  if (/^RIFF[^]{4}WEBP/.test(text)) return "webp"
  if (text.startsWith("ftyp", 4)) return "mp4"
  if (text.startsWith("Kaydara FBX Binary") || /^\s*; FBX |^\s*FBXHeaderExtension:/.test(text)) return "fbx"
  // Some writers of the binary form begin it with "solid" too: its size alone tells it apart.
  if (view.byteLength >= 84 && 84 + view.getUint32(80, true) * 50 === size) return "stl"
  if (/^\s*solid\b[^]*\b(?:facet|endsolid)\b/.test(text)) return "stl"
  if (/^(?:\u00ef\u00bb\u00bf)?\s*(?:<[!?a-zA-Z]|\{\s*["}])/.test(text)) return "page"
  return undefined
}

// A USDZ is a zip whose first file is a USD file that is not compressed.
const isUsdz = (text: string, view: DataView) =>
  text.length >= 30 &&
  view.getUint16(8, true) === 0 &&
  /\.usd[ac]?$/.test(text.slice(30, 30 + view.getUint16(26, true)).toLowerCase())

/** Judges a file by its bytes and by the type that was declared for it. */
export const inspect = (declared: string | undefined, { head, tail, size }: Sample): Finding => {
  if (size === 0) return { _tag: "Refused", description: "it is empty" }
  const type = declared?.toLowerCase()
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const found = recognize(latin1(head), view, size)
  const kind = type === undefined ? undefined : kinds.get(type)
  if (found === "page") {
    return kind === undefined && type !== undefined
      ? { _tag: "Accepted", extension: undefined }
      : { _tag: "Refused", description: "it is a page of text, as servers send in place of a file" }
  }
  if (found === undefined) {
    return type !== undefined && signed.has(type)
      ? { _tag: "Refused", description: `its bytes are not those of a file of type ${type.toUpperCase()}` }
      : { _tag: "Accepted", extension: undefined }
  }
  const is = formats[found]
  if (is !== "archive" && kind !== undefined && kind !== "archive" && is !== kind) {
    return { _tag: "Refused", description: `its bytes are those of a ${is} (${found.toUpperCase()})` }
  }
  if (found === "glb") {
    if (head.length < 12) return { _tag: "CutOff", description: "a GLB file has 12 bytes at least" }
    const version = view.getUint32(4, true)
    const length = view.getUint32(8, true)
    if (version !== 2) return { _tag: "Refused", description: `it is a GLB file of version ${version}, not 2` }
    if (length > size) return { _tag: "CutOff", description: `the GLB file says that it has ${length} bytes` }
    if (length < size) {
      return { _tag: "Refused", description: `the GLB file says that it has ${length} bytes, but it has ${size}` }
    }
  }
  // The end of an archive is followed by a comment of 65535 bytes at most.
  if ((found === "zip" || found === "usdz") && !latin1(tail).includes("PK\u0005\u0006")) {
    return { _tag: "CutOff", description: "the archive has no end" }
  }
  return { _tag: "Accepted", extension: found }
}

// One character for each byte, which `TextDecoder` has no encoding for.
const latin1 = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")
