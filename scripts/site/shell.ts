/** What is around the text of each page: head, search, navigation, table of contents, neighbours. */
import { escapeHtml, headingsOf, relative, textOf } from "./html.ts"

export interface Link {
  readonly path: string
  readonly label: string
}

export interface NavGroup {
  readonly title: string
  readonly links: ReadonlyArray<Link>
}

export interface Page extends Link {
  readonly body: string
}

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%230b7a75' d='M8 0l7 4v8l-7 4-7-4V4z'/%3E%3C/svg%3E"

const navigation = (page: Page, groups: ReadonlyArray<NavGroup>) =>
  groups
    .map(({ links, title }) => {
      const items = links.map(({ label, path }) => {
        const current = path === page.path ? ` aria-current="page"` : ""
        return `<li><a href="${relative(page.path, path)}"${current}>${escapeHtml(label)}</a></li>`
      })
      return `<h2>${escapeHtml(title)}</h2>\n<ul>\n${items.join("\n")}\n</ul>`
    })
    .join("\n")

const contents = (body: string) => {
  const items = headingsOf(body)
    .filter(({ depth }) => depth === 2 || depth === 3)
    .map(
      ({ depth, html, id }) =>
        `<li class="depth-${depth}"><a href="#${escapeHtml(id)}">${html.replaceAll(/<\/?a\b[^>]*>/g, "")}</a></li>`
    )
  return items.length === 0 ? undefined : `<ul>\n${items.join("\n")}\n</ul>`
}

const neighbours = (page: Page, groups: ReadonlyArray<NavGroup>) => {
  const links = groups.flatMap((group) => group.links)
  const at = links.findIndex(({ path }) => path === page.path)
  const write = (link: Link | undefined, rel: string, label: string) =>
    link === undefined
      ? "<span></span>"
      : `<a rel="${rel}" href="${relative(page.path, link.path)}"><small>${label}</small>${escapeHtml(link.label)}</a>`
  return `<footer>${write(links[at - 1], "prev", "Before")}${write(links[at + 1], "next", "Next")}</footer>`
}

/** The first paragraph of a page, for those who list it. */
const descriptionOf = (body: string) =>
  textOf(/<p>(.*?)<\/p>/s.exec(body)?.[1] ?? "")
    .replaceAll(/\s+/g, " ")
    .slice(0, 200)

export const renderPage = (page: Page, groups: ReadonlyArray<NavGroup>): string => {
  const root = relative(page.path, "index.html").replace(/index\.html$/, "")
  const toc = contents(page.body)
  const title = page.path === "index.html" ? "effect-hunyuan3d" : `${page.label} · effect-hunyuan3d`
  return `<!doctype html>
<html lang="en" data-root="${root}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${escapeHtml(descriptionOf(page.body))}">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="${root}assets/style.css">
<script defer src="${root}assets/site.js"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header>
<button class="menu" popovertarget="nav">Menu</button>
<a class="brand" href="${relative(page.path, "index.html")}">effect-hunyuan3d</a>
<search hidden>
<input id="search" type="search" placeholder="Search" aria-label="Search" aria-controls="results" aria-expanded="false" aria-keyshortcuts="/" autocomplete="off" spellcheck="false">
<kbd aria-hidden="true">/</kbd>
<ul id="results" hidden></ul>
<p id="found" role="status"></p>
</search>
${toc === undefined ? "" : `<button class="menu" popovertarget="toc">Contents</button>`}
</header>
<nav id="nav" popover aria-label="Pages">
${navigation(page, groups)}
</nav>
<main id="content" tabindex="-1">
<article>
${page.body}
</article>
${neighbours(page, groups)}
</main>
<aside id="toc" popover aria-label="On this page">
${toc === undefined ? "" : `<h2>On this page</h2>\n${toc}`}
</aside>
</body>
</html>
`
}
