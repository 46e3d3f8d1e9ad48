/** Markdown to HTML: headings with anchors, links of the site, coloured code. */
import { Marked } from "marked"
import { renderFlowchart } from "./flowchart.ts"
import { highlight } from "./highlight.ts"
import { escapeHtml, heading, makeSlugs, textOf } from "./html.ts"

export interface Options {
  /** Where a link of the text leads in the site; undefined for one that leads nowhere, of which the text stays. */
  readonly link: (href: string) => string | undefined
  /** Where a piece of code in a sentence leads, such as `Job.JobId`. */
  readonly codeLink: (code: string) => string | undefined
}

export const codeBlock = (html: string, language: string): string =>
  `<div class="code"><pre tabindex="0"><code${language === "" ? "" : ` class="language-${escapeHtml(language)}"`}>${html}</code></pre></div>\n`

export const renderMarkdown = (source: string, { codeLink, link }: Options): string => {
  const slug = makeSlugs()
  const marked = new Marked({
    renderer: {
      heading({ depth, tokens }) {
        const html = this.parser.parseInline(tokens)
        return heading(depth, slug(textOf(html)), html)
      },
      code({ lang, text }) {
        const [language = ""] = (lang ?? "").split(/\s+/)
        const drawn = language === "mermaid" ? renderFlowchart(text) : undefined
        return drawn ?? codeBlock(highlight(text, language), language)
      },
      codespan({ text }) {
        const code = `<code>${escapeHtml(text)}</code>`
        const to = codeLink(text)
        return to === undefined ? code : `<a href="${escapeHtml(to)}">${code}</a>`
      },
      link({ href, tokens }) {
        // A link in a link is none: the code in it gets no link of its own.
        const html = this.parser.parseInline(tokens).replaceAll(/<\/?a\b[^>]*>/g, "")
        const to = /^[a-z]+:/.test(href) ? href : link(href)
        return to === undefined ? html : `<a href="${escapeHtml(to)}">${html}</a>`
      },
      image({ href, text }) {
        return `<img src="${escapeHtml(href)}" alt="${escapeHtml(text)}">`
      },
      table(token) {
        const cells = (tag: string, row: typeof token.header) =>
          `<tr>${row.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("")}</tr>`
        const body = token.rows.map((row) => cells("td", row)).join("\n")
        return `<div class="table" tabindex="0"><table>\n<thead>${cells("th", token.header)}</thead>\n<tbody>${body}</tbody>\n</table></div>\n`
      }
    }
  })
  return marked.parse(source, { async: false })
}
