/** Checks the links of the pages that were made: each leads to a page, a place in a page, or a file of the site. */
import * as path from "node:path"

export const brokenLinks = (pages: ReadonlyMap<string, string>, files: ReadonlySet<string>): ReadonlyArray<string> => {
  const anchors = new Map(
    [...pages].map(([page, html]) => [
      page,
      new Set([...html.matchAll(/\b(?:id|name)="([^"]+)"/g)].map(([, id]) => id))
    ])
  )
  return [...pages].flatMap(([page, html]) =>
    [...html.matchAll(/\b(?:href|src|srcset)="([^"]*)"/g)].flatMap(([, link = ""]) => {
      if (/^[a-z]+:/.test(link)) return []
      const [to = "", anchor] = link.split("#")
      const target = to === "" ? page : path.posix.join(path.posix.dirname(page), decodeURIComponent(to))
      const ids = anchors.get(target)
      if (ids === undefined) return files.has(target) ? [] : [`${page}: nothing at ${link}`]
      return anchor === undefined || ids.has(decodeURIComponent(anchor)) ? [] : [`${page}: no place for ${link}`]
    })
  )
}
