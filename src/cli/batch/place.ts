/** Where in a line of JSON something stands, as editors count columns: from 1. */

// Strings, what separates, and anything else. A string of megabytes is one step.
const tokens = /"[^"\\]*(?:\\[^][^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g

/** The column of a field of the object; that of the object itself where it has no such field. */
export const columnOf = (text: string, field: string | undefined): number => {
  const start = text.length - text.trimStart().length + 1
  if (field === undefined) return start
  let depth = 0
  let isKey = false
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (depth === 1 && isKey && token.startsWith('"') && JSON.parse(token) === field) return index + 1
    if (token === "{" || token === "[") depth += 1
    if (token === "}" || token === "]") depth -= 1
    isKey = token === "{" || token === ","
  }
  return start
}
