/** The index of the search: an entry for each section of each page. The page's own script reads it. */
import MiniSearch from "minisearch"
import { headingsOf, textOf } from "./html.ts"
import { type Entry, excerptOf, options } from "./searchOptions.ts"

const words = (html: string) =>
  textOf(html.replaceAll(/<\/(p|li|td|th|tr|pre|h\d)>/g, " "))
    .replaceAll(/\s+/g, " ")
    .trim()

/** The sections of a page: what stands between one heading and the next. */
export const entriesOf = (page: string, title: string, html: string): ReadonlyArray<Entry> => {
  const headings = headingsOf(html)
  return headings.map((heading, index) => {
    const section = html.slice(heading.end, headings[index + 1]?.start).replaceAll(/<p class="facts">.*?<\/p>/gs, "")
    const text = words(section)
    const prose = words(section.replaceAll(/<pre.*?<\/pre>/gs, ""))
    return {
      id: heading.depth === 1 ? page : `${page}#${heading.id}`,
      title: textOf(heading.html),
      page: heading.depth === 1 ? "" : title,
      text,
      excerpt: excerptOf(prose === "" ? text : prose)
    }
  })
}

export const makeIndex = (entries: ReadonlyArray<Entry>): string => {
  const index = new MiniSearch<Entry>(options)
  index.addAll(entries)
  return JSON.stringify(index)
}
