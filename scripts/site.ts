/**
 * Writes the documentation as a site of plain static pages to `site/`: README and the pages of docs/, the examples, and
 * the reference, which is made from the sources. It fails where a link leads nowhere.
 *
 * Each page lies where its source lies, so that what the sources link to each other is right in the site as well:
 * `docs/errors.md` becomes `docs/errors.html`. The same sources give the same bytes. Another folder is an argument.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { readLibrary } from "./site/declarations.ts"
import { headingsOf, relative, textOf } from "./site/html.ts"
import { brokenLinks } from "./site/links.ts"
import { renderMarkdown } from "./site/markdown.ts"
import { groupsWith, labels } from "./site/nav.ts"
import { floors, makeReference, pageOf, renderIndex, renderModule } from "./site/reference.ts"
import { entriesOf, makeIndex } from "./site/search.ts"
import { type Link, type NavGroup, type Page, renderPage } from "./site/shell.ts"

const out = process.argv[2] ?? "site"
const problems: Array<string> = []

/** Where the page of a Markdown file lies in the site. */
const pathOf = (file: string) =>
  file
    .replace(/(^|\/)README\.md$/, "$1index.html")
    .replace(/[^/]+\.md$/, (name) => name.toLowerCase().replace(/\.md$/, ".html"))

const sources = fs
  .globSync(["*.md", "docs/**/*.md", "examples/**/*.md"], { exclude: ["**/node_modules/**"] })
  .map((file) => file.replaceAll("\\", "/"))
const reference = makeReference(await readLibrary())

/** Where a link of a page leads: to another page, to a module's page in place of its source, to a picture. */
const linkFrom = (file: string) => (href: string) => {
  const [to = "", anchor] = href.split("#")
  if (to === "") return href
  const target = path.posix.join(path.posix.dirname(file), decodeURIComponent(to)).replace(/\/$/, "")
  const module = reference.library.modules.find((module) => `src/${module.file}.ts` === target)
  const page = sources.includes(target) ? target : sources.find((source) => source === `${target}/README.md`)
  if (module !== undefined) return relative(pathOf(file), pageOf(module.name))
  if (page !== undefined) return relative(pathOf(file), pathOf(page)) + (anchor === undefined ? "" : `#${anchor}`)
  if (!fs.existsSync(target)) problems.push(`${file}: nothing at ${href}`)
  return undefined
}

const pageFrom = (file: string): Page => {
  // A module is linked where a page names it first; `Job.JobId` always is.
  const linked = new Set<string>()
  const body = renderMarkdown(fs.readFileSync(file, "utf8"), {
    link: linkFrom(file),
    codeLink: (code) => {
      const found = linked.has(code) ? undefined : reference.find(code)
      if (!code.includes(".")) linked.add(code)
      return found === undefined ? undefined : relative(pathOf(file), found)
    }
  })
  const title = headingsOf(body).find(({ depth }) => depth === 1)
  return { path: pathOf(file), label: labels[file] ?? textOf(title?.html ?? file), body }
}

const written = new Map(sources.map((file) => [file, pageFrom(file)]))
const modules = reference.library.modules.map((module): Page => ({
  path: pageOf(module.name),
  label: module.name,
  body: renderModule(module, reference, (problem) => problems.push(`src/${module.file}.ts: ${problem}`))
}))
const index: Page = { path: "api/index.html", label: "All modules", body: renderIndex(reference) }

const link = ({ label, path }: Page): Link => ({ label, path })
const grouped = groupsWith(sources)
for (const file of sources) {
  if (!grouped.some((group) => group.pages.includes(file))) problems.push(`${file}: in no group of scripts/site/nav.ts`)
}
const [start, ...others] = grouped.map(({ pages, title }): NavGroup => ({
  title,
  links: pages.flatMap((file) => {
    const page = written.get(file)
    if (page === undefined) problems.push(`scripts/site/nav.ts: there is no ${file}`)
    return page === undefined ? [] : [link(page)]
  })
}))
const floorGroups = floors.map(({ folder, title }): NavGroup => ({
  title: `Reference: ${title}`,
  links: modules.filter((_, at) => reference.library.modules[at]?.file.startsWith(`${folder}/`)).map(link)
}))
const project = others.at(-1)
const groups = [
  ...(start === undefined ? [] : [start]),
  ...others.slice(0, -1),
  { title: "Reference", links: [link(index)] },
  ...floorGroups,
  ...(project === undefined ? [] : [project])
]

const pages = [...written.values(), index, ...modules]
const html = new Map(pages.map((page) => [page.path, renderPage(page, groups)]))
const files = new Map<string, string | Uint8Array>(html)

// What the pages show: pictures, from where they lie.
for (const [page, text] of html) {
  for (const [, picture = ""] of text.matchAll(/<(?:img|source)\b[^>]*?\bsrc(?:set)?="([^":]+)"/g)) {
    const file = path.posix.join(path.posix.dirname(page), decodeURIComponent(picture))
    if (fs.existsSync(file)) files.set(file, fs.readFileSync(file))
  }
}

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(import.meta.resolve("./site/browser.ts"))],
  bundle: true,
  minify: true,
  write: false,
  target: "es2022"
})
const entries = pages.flatMap(({ body, label, path }) => entriesOf(path, label, body))
files.set("assets/site.js", outputFiles[0]?.contents ?? "")
files.set("assets/index.js", `globalThis.searchIndex = ${makeIndex(entries)}\n`)
files.set("assets/style.css", fs.readFileSync("scripts/site/style.css"))

problems.push(...brokenLinks(html, new Set(files.keys())))
fs.rmSync(out, { recursive: true, force: true })
for (const [file, contents] of files) {
  fs.mkdirSync(path.join(out, path.dirname(file)), { recursive: true })
  fs.writeFileSync(path.join(out, file), contents)
}
for (const problem of problems) console.error(problem)
console.log(`${pages.length} pages in ${out}/, ${entries.length} sections in the search, ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
