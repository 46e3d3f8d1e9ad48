/** The reference: one page a module, with the types of its exports, their sentences and their examples. */
import type { Declaration, Export, Library, Module } from "./declarations.ts"
import { highlightTypeScript, type LinkOf } from "./highlight.ts"
import { escapeHtml, heading, relative } from "./html.ts"
import { codeBlock, renderMarkdown } from "./markdown.ts"

/** The floors of the library, as the reference names them. */
export const floors: ReadonlyArray<{ readonly folder: string; readonly title: string }> = [
  { folder: "job", title: "Jobs" },
  { folder: "files", title: "Files" },
  { folder: "testing", title: "Testing" },
  { folder: "fleet", title: "Fleets" },
  { folder: "cloud", title: "Tencent Cloud" }
]

export const pageOf = (module: string) => `api/${module}.html`

export interface Reference {
  /** The page of a module and the place of an export in it, such as `Job` or `Job.JobId`. */
  readonly find: (name: string) => string | undefined
  /** Where a name of a file's code leads. */
  readonly inFile: (file: string) => LinkOf
  readonly library: Library
}

export const makeReference = (library: Library): Reference => {
  const public_ = new Map<string, string>()
  const declaring = new Map<string, string>()
  const moduleOfFile = new Map(library.modules.map((module) => [module.file, module.name]))
  for (const { exports, name } of library.modules) {
    public_.set(name, pageOf(name))
    for (const one of exports) {
      const place = `${pageOf(name)}#${one.name}`
      public_.set(`${name}.${one.name}`, place)
      for (const { file } of one.declarations) declaring.set(`${file} ${one.name}`, place)
    }
  }
  return {
    library,
    find: (name) => public_.get(name),
    inFile: (file) => {
      const names = library.names.get(file)
      return (name, qualifier) => {
        if (qualifier !== undefined) {
          const module = moduleOfFile.get(names?.files.get(qualifier) ?? "")
          return module === undefined ? undefined : public_.get(`${module}.${name}`)
        }
        const module = moduleOfFile.get(names?.files.get(name) ?? "")
        if (module !== undefined) return public_.get(module)
        const imported = names?.imported.get(name)
        return declaring.get(imported === undefined ? `${file} ${name}` : `${imported.file} ${imported.name}`)
      }
    }
  }
}

/** Replaces `{@link X}` with a link of Markdown. */
const withLinks = (text: string, find: (name: string) => string | undefined, problem: (text: string) => void) =>
  text.replaceAll(/\{@link\s+([\w.]+)(?:\s*\|?\s*([^}]+))?\}/g, (_, name: string, label: string | undefined) => {
    const to = find(name)
    if (to === undefined) problem(`nothing for {@link ${name}}`)
    const shown = label ?? `\`${name}\``
    return to === undefined ? shown : `[${shown}](${to})`
  })

/** An export's heading and, for each of its declarations, the code and the sentences. */
const renderExport = (
  { declarations, name }: Export,
  code: (declaration: Declaration) => string,
  prose: (text: string) => string
) => {
  const kinds = [...new Set(declarations.map(({ kind }) => kind))]
  const since = declarations.map(({ doc }) => doc.since).find((version) => version !== undefined)
  const badges = kinds.map((kind) => `<span class="kind">${kind}</span>`).join(" ")
  return [
    `<section class="export">`,
    heading(3, name, `<code>${escapeHtml(name)}</code>`),
    `<p class="facts">${badges}${since === undefined ? "" : ` <span>since ${escapeHtml(since)}</span>`}</p>`,
    ...declarations.map((declaration) => codeBlock(code(declaration), "ts") + prose(declaration.doc.text)),
    `</section>`
  ].join("\n")
}

const byCategory = (module: Module) => {
  const categories = new Map<string, Array<Export>>()
  for (const one of module.exports) {
    const category = one.declarations.map(({ doc }) => doc.category).find((name) => name !== undefined) ?? "others"
    categories.set(category, [...(categories.get(category) ?? []), one])
  }
  return categories
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

export const renderModule = (module: Module, reference: Reference, problem: (text: string) => void): string => {
  const page = pageOf(module.name)
  const here = (to: string | undefined) => (to === undefined ? undefined : relative(page, to))
  const findHere = (name: string) => here(reference.find(`${module.name}.${name}`) ?? reference.find(name))
  const proseOf = (own: string | undefined) => (text: string) =>
    renderMarkdown(withLinks(text, findHere, problem), {
      link: (href) => href,
      codeLink: (code) => (code === own || code === module.name ? undefined : findHere(code))
    })
  const code = (declaration: Declaration) =>
    highlightTypeScript(declaration.code, (name, qualifier) => {
      const to = reference.inFile(declaration.file)(name, qualifier)
      return declaration.code.startsWith(`${declaration.kind} ${name}`) && to?.endsWith(`#${name}`)
        ? undefined
        : here(to)
    })
  const categories = [...byCategory(module)].map(
    ([category, exports]) =>
      heading(2, `category-${category.replaceAll(" ", "-")}`, escapeHtml(capitalized(category))) +
      exports.map((one) => renderExport(one, code, proseOf(one.name))).join("\n")
  )
  const specifier = `import * as ${module.name} from "effect-hunyuan3d/${module.name}"`
  return [
    heading(1, "module", escapeHtml(module.name)),
    codeBlock(highlightTypeScript(specifier), "ts"),
    proseOf(undefined)(module.doc.text),
    ...categories,
    `<p class="source">Declared in <code>src/${module.file}.ts</code>.</p>`
  ].join("\n")
}

/** The first sentence of a module, as Markdown. */
const firstSentence = ({ doc }: Module): string => {
  const [paragraph = ""] = doc.text.split("\n\n")
  return (/^.*?\.(?=\s|$)/s.exec(paragraph)?.[0] ?? paragraph).replaceAll("\n", " ")
}

export const renderIndex = (reference: Reference): string => {
  const floorOf = (folder: string) => {
    const modules = reference.library.modules.filter(({ file }) => file.startsWith(`${folder}/`))
    return modules.map((module) => `- [\`${module.name}\`](${module.name}.html): ${firstSentence(module)}`).join("\n")
  }
  return renderMarkdown(
    `# Reference

Each module stands for one concept. Import it by its name from \`effect-hunyuan3d\`, or by its own path, such as \`effect-hunyuan3d/QueryJob\`, which keeps bundles small.

${floors.map(({ folder, title }) => `## ${title}\n\n${floorOf(folder)}\n`).join("\n")}`,
    { link: (href) => href, codeLink: () => undefined }
  )
}
