/**
 * Whether a file is what it should be, judged by its bytes and by the type that was
 * declared for it: an error page in place of a model must not pass for one, nor half
 * a model for a whole one.
 */
import * as Effect from "effect/Effect"
import type * as Bytes from "./bytes.ts"
import { ending } from "./ending.ts"
import { formats, recognize } from "./format.ts"

export type Finding =
  | {
      readonly _tag: "Accepted"
      /** Undefined where the bytes do not show what the file is. */
      readonly extension: string | undefined
      /** Whether the format shows that all of the file is there. */
      readonly isWhole: boolean
    }
  | { readonly _tag: "Refused"; readonly description: string }
  /** Bytes are missing at the end. */
  | { readonly _tag: "CutOff"; readonly description: string }

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

const refused = (description: string): Finding => ({ _tag: "Refused", description })

/** Judges a file. */
export const inspect = Effect.fnUntraced(function* <E, R>(declared: string | undefined, bytes: Bytes.Bytes<E, R>) {
  if (bytes.size === 0) return refused("it is empty")
  const type = declared?.toLowerCase()
  const kind = type === undefined ? undefined : kinds.get(type)
  // The binary form of STL begins with nothing of its own, and half of it has another size than it states.
  const format = recognize(bytes) ?? (type === "stl" ? "stl" : undefined)
  if (format === "page" && (kind !== undefined || type === undefined)) {
    return refused("it is a page of text, as servers send in place of a file")
  }
  if (format === undefined || format === "page") {
    return type !== undefined && signed.has(type)
      ? refused(`its bytes are not those of a file of type ${type.toUpperCase()}`)
      : accepted(undefined, false)
  }
  const is = formats[format]
  if (is !== "archive" && kind !== undefined && kind !== "archive" && is !== kind) {
    return refused(`its bytes are those of a ${is} (${format.toUpperCase()})`)
  }
  const end = yield* ending(format, bytes)
  if (end._tag === "Damaged") return refused(end.description)
  return end._tag === "CutOff" ? end : accepted(format, end._tag === "Whole")
})

const accepted = (extension: string | undefined, isWhole: boolean): Finding => ({
  _tag: "Accepted",
  extension,
  isWhole
})
