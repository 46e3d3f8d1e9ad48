/**
 * Names that are safe on every file system, whatever the service or an archive
 * says: one path component each, and none that Windows reads as something else.
 */
import type * as Job from "../../job/Job.ts"

/** A file to fetch: its link, and its name without the extension. */
export interface Target {
  readonly file: Job.File3D
  readonly preview: boolean
  readonly url: string
  readonly name: string
}

/** The files of a job, named after its id and their types; a type that comes several times is numbered. */
export const targets = (job: Job.Done, previews: boolean): ReadonlyArray<Target> => {
  const seen = new Map<string, number>()
  return job.files.flatMap((file) => {
    // No `-` is left in it, so that no type can take the name of a preview or of a numbered one.
    const type =
      (file.type ?? "")
        .toLowerCase()
        .replaceAll(/[^a-z0-9_]+/g, "")
        .slice(0, 40) || "file"
    const count = (seen.get(type) ?? 0) + 1
    seen.set(type, count)
    const name = `${job.id}-${type}${count === 1 ? "" : `-${count}`}`
    return [
      ...(file.url === undefined ? [] : [{ file, preview: false, url: file.url.href, name }]),
      ...(file.previewUrl === undefined || !previews
        ? []
        : [{ file, preview: true, url: file.previewUrl.href, name: `${name}-preview` }])
    ]
  })
}

/** The extension of a file whose bytes do not show what it is. */
export const fallbackExtension = ({ url, file, preview }: Target): string => {
  const path = URL.canParse(url) ? new URL(url).pathname.toLowerCase() : ""
  const [, ofLink] = /\.([a-z0-9]{1,8})$/.exec(path) ?? []
  // That of files that have not arrived.
  if (ofLink !== undefined && ofLink !== "part") return ofLink
  const type = preview ? "" : (file.type ?? "").toLowerCase()
  return /^[a-z0-9]{1,8}$/.test(type) && type !== "part" ? type : "bin"
}

const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\.|$)/i

// oxlint-disable-next-line no-control-regex -- they are what is looked for
const forbidden = /[<>:"|?*\\\u0000-\u001f\u007f]/

/**
 * Reads the paths of an archive one after the other: each as the components to
 * create it by, or why the archive must not be unpacked.
 */
export const makePathReader = () => {
  const seen = new Map<string, "File" | "Directory">()
  return (path: string, type: "File" | "Directory"): ReadonlyArray<string> | string => {
    if (path.startsWith("/")) return "is absolute"
    const parts = path.split("/").filter((part) => part !== "" && part !== ".")
    for (const part of parts) {
      if (part === "..") return "leads out of the archive"
      if (forbidden.test(part) || reserved.test(part) || /[. ]$/.test(part)) return "is no name on every system"
    }
    if (parts.length > 64) return "is too deep"
    if (parts.length === 0) return type === "Directory" ? parts : "is empty"
    // As file systems that fold case and accents see it.
    const folded = parts.map((part) => part.normalize("NFC").toLowerCase())
    for (let depth = 1; depth < folded.length; depth++) {
      const parent = folded.slice(0, depth).join("/")
      if (seen.get(parent) === "File") return "lies in a file"
      seen.set(parent, "Directory")
    }
    const key = folded.join("/")
    const before = seen.get(key)
    if (before !== undefined && (before === "File" || type === "File")) return "occurs twice"
    seen.set(key, type)
    return parts
  }
}
