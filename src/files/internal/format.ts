/** The formats that are recognised by their first bytes. */
import { type Bytes, viewOf } from "./bytes.ts"

/** What each format holds. */
export const formats = {
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

export type Format = keyof typeof formats

/** The format of a file; "page" for the text that servers send in place of one, and undefined for what is not known. */
export const recognize = (bytes: Bytes<unknown, unknown>): Format | "page" | undefined => {
  const text = bytes.headText
  if (text.startsWith("glTF")) return "glb"
  if (text.startsWith("PK\u0003\u0004") || text.startsWith("PK\u0005\u0006")) return isUsdz(bytes) ? "usdz" : "zip"
  if (text.startsWith("\u0089PNG\r\n\u001a\n")) return "png"
  if (text.startsWith("\u00ff\u00d8\u00ff")) return "jpg"
  if (/^GIF8[79]a/.test(text)) return "gif"
  if (/^RIFF[^]{4}WEBP/.test(text)) return "webp"
  if (text.startsWith("ftyp", 4)) return "mp4"
  if (text.startsWith("Kaydara FBX Binary") || /^\s*; FBX |^\s*FBXHeaderExtension:/.test(text)) return "fbx"
  if (isBinaryStl(bytes) || isTextStl(bytes)) return "stl"
  if (/^(?:\u00ef\u00bb\u00bf)?\s*(?:<[!?a-zA-Z]|\{\s*["}])/.test(text)) return "page"
  return undefined
}

// A USDZ is a zip whose first file is a USD file that is not compressed.
const isUsdz = ({ head, headText }: Bytes<unknown, unknown>) =>
  head.length >= 30 &&
  viewOf(head).getUint16(8, true) === 0 &&
  /\.usd[ac]?$/.test(headText.slice(30, 30 + viewOf(head).getUint16(26, true)).toLowerCase())

/** Some writers of the binary form begin it with "solid", like the text form: its size alone tells it apart. */
const isBinaryStl = ({ head, size }: Bytes<unknown, unknown>): boolean =>
  head.length >= 84 && 84 + viewOf(head).getUint32(80, true) * 50 === size

export const isTextStl = (bytes: Bytes<unknown, unknown>): boolean =>
  /^\s*solid\b[^]*\b(?:facet|endsolid)\b/.test(bytes.headText) && !isBinaryStl(bytes)
