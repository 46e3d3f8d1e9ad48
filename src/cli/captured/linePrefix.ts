/**
 * Takes off what a logger put before each line, such as `app-1  | ` or a time and a level.
 *
 * The line of the `Authorization` header shows what comes before it. Numbers in it may change from line to line, so a
 * line with the same text and any numbers has the prefix too.
 */

const authorization = /^(.{0,200}?)authorization: ?TC3-/gim

const pattern = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/\d+/g, "\\d+")

/** What curl puts there itself: `> ` with `-v`, the offset with `--trace-ascii`. */
const ofCurl = (text: string) => (text.includes("=> Send header, ") ? /[0-9a-f]{4,}: $/ : /> $/)

/** The prefix. A header within quotes or brackets is a part of a command, or of a note of curl. */
const prefixIn = (text: string): string => {
  for (const [, before = ""] of text.matchAll(authorization)) {
    if (!/["'`]|^\*|\[$/.test(before)) return before.replace(ofCurl(text), "")
  }
  return ""
}

export const withoutLinePrefix = (text: string): string => {
  const prefix = prefixIn(text)
  if (prefix === "") return text
  // A logger may cut off the space at the end of an empty line.
  const each = new RegExp(`^(?:${pattern(prefix)}|${pattern(prefix.trimEnd())}(?=\\r?$))`, "gm")
  return text.replaceAll(each, "")
}
