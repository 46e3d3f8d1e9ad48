const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }

export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? "")

/** The text of a piece of HTML that this generator wrote. */
export const textOf = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&(amp|lt|gt|quot|#39);/g, (entity) =>
      entity === "&#39;" ? "'" : (Object.keys(entities).find((character) => entities[character] === entity) ?? entity)
    )

/** A heading of a page, as it stands in its HTML. */
export interface Heading {
  readonly depth: number
  readonly id: string
  readonly html: string
  readonly start: number
  readonly end: number
}

/** Writes a heading with a link to itself. */
export const heading = (depth: number, id: string, html: string, attributes = ""): string =>
  `<h${depth} id="${escapeHtml(id)}"${attributes}>${html} <a class="anchor" href="#${escapeHtml(id)}" aria-label="Link to this section">#</a></h${depth}>\n`

export const headingsOf = (html: string): ReadonlyArray<Heading> =>
  [...html.matchAll(/<h(\d) id="([^"]+)"[^>]*>(.*?) <a class="anchor"[^>]*>#<\/a><\/h\1>/gs)].map(
    ({ 0: whole, 1: depth = "", 2: id = "", 3: inner = "", index }) => ({
      depth: Number(depth),
      id,
      html: inner,
      start: index,
      end: index + whole.length
    })
  )

/** Gives each heading of a page an id of its own, from its text, as GitHub does. */
export const makeSlugs = () => {
  const taken = new Set<string>()
  return (text: string): string => {
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-")
    let unique = slug
    for (let count = 1; taken.has(unique); count++) unique = `${slug}-${count}`
    taken.add(unique)
    return unique
  }
}

/** The address of a page of the site as seen from another one. Both are paths in the site. */
export const relative = (from: string, to: string): string => {
  const up = from.split("/").slice(0, -1)
  const down = to.split("/")
  while (up.length > 0 && up[0] === down[0]) {
    up.shift()
    down.shift()
  }
  return [...up.map(() => ".."), ...down].join("/")
}
