/** What a doc comment says: its sentences as Markdown, its category and since when. */
export interface Doc {
  readonly text: string
  readonly category: string | undefined
  readonly since: string | undefined
}

/** Reads a doc comment, from its opening to its end. Tags stand after all sentences. */
export const parseDoc = (comment: string): Doc => {
  const lines = comment
    .replace(/^\/\*\*/, "")
    .replace(/\*\/$/, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
  let fenced = false
  const firstTag = lines.findIndex((line) => {
    if (line.startsWith("```")) fenced = !fenced
    return !fenced && line.startsWith("@")
  })
  const tags = new Map(
    (firstTag < 0 ? [] : lines.slice(firstTag)).flatMap((line) => {
      const [, tag, text] = /^@(\w+) +(.*)$/.exec(line) ?? []
      return tag === undefined || text === undefined ? [] : [[tag, text.trim()] as const]
    })
  )
  return {
    text: (firstTag < 0 ? lines : lines.slice(0, firstTag)).join("\n").trim(),
    category: tags.get("category"),
    since: tags.get("since")
  }
}
