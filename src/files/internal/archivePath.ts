/**
 * The paths inside an archive: each is one that every system reads alike, and none
 * leads out of the directory that the archive is unpacked to.
 */

// Of files and directories, however few bytes they have.
const maxPaths = 20_000

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
      if (forbidden.test(part) || reserved.test(part) || /[. ]$/.test(part))
        return "is not a valid name on every system"
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
    if (seen.size > maxPaths) return `is one of more than ${maxPaths}`
    return parts
  }
}
