import type { Options } from "minisearch"

/** A section of a page. */
export interface Entry {
  /** Its address in the site. */
  readonly id: string
  readonly title: string
  /** The title of its page, where that is another one. */
  readonly page: string
  readonly text: string
  /** How the text begins. */
  readonly excerpt: string
}

const excerptLength = 160

/** A name such as `layerShared` is found from the beginning of each of its parts. */
export const processTerm = (term: string): Array<string> => {
  const parts = term.split(/(?<=[a-z0-9])(?=[A-Z])/)
  return [...new Set(parts.map((_, index) => parts.slice(index).join("").toLowerCase()))]
}

/** The same when the index is made and when it is read. */
export const options: Options<Entry> = {
  fields: ["title", "page", "text"],
  storeFields: ["title", "page", "excerpt"],
  processTerm,
  searchOptions: {
    // What is typed is not a name yet, so it is not taken apart.
    processTerm: (term) => term.toLowerCase(),
    boost: { title: 5, page: 2 },
    combineWith: "AND",
    prefix: true,
    fuzzy: (term) => (term.length > 4 ? 0.2 : false)
  }
}

export const excerptOf = (text: string): string =>
  text.length <= excerptLength ? text : `${text.slice(0, excerptLength).replace(/\s+\S*$/, "")} …`
