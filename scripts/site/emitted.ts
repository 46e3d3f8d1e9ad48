/** Makes the declarations that TypeScript wrote readable, before they are taken apart. */
import * as path from "node:path"

/** As in `job/QueryJob`, for what a file imports. */
export const target = (from: string, specifier: string) =>
  path.posix.join(path.posix.dirname(from), specifier.replace(/\.ts$/, ""))

/** Puts the base of each class where the class names it. */
export const withBases = (declarations: string): string => {
  const bases = new Map<string, string>()
  const rest = declarations.replaceAll(
    /^declare const (\w+_base): (.*?);\n(?=[^\s}])/gms,
    (declaration, name: string, type: string) => {
      if (!/^[\w.]+</.test(type)) return declaration // the type of a constructor, which is no expression
      bases.set(name, type.replace(/ & Pick<\{\}, never>$/, ""))
      return ""
    }
  )
  return rest.replaceAll(/(?<=\bextends )\w+_base\b/g, (name) => bases.get(name) ?? name)
}

/** Names types of other modules as an import would, and tells which of this library's files those names stand for. */
export const withNames = (file: string, declarations: string) => {
  const files = new Map<string, string>()
  const code = declarations.replaceAll(/\bimport\("([^"]+)"\)\.(?=\w)/g, (_, specifier: string) => {
    const name = path.posix.basename(specifier, ".ts")
    if (!specifier.startsWith(".")) return `${name}.`
    if (!/^[A-Z]/.test(name)) return ""
    files.set(name, target(file, specifier))
    return `${name}.`
  })
  return { code, files }
}
