/** Where a text stops being JSON. */

/** Whether JSON can begin so. V8 names the place of most errors; one at the end says only that more is to come. */
const canBegin = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const [, position] = /at position (\d+)/.exec(String(error)) ?? []
    return position === undefined ? String(error).includes("end of JSON input") : Number(position) >= text.length
  }
}

/** The place of the first character that JSON cannot have there; the end, if the text ends too soon. */
export const brokenAt = (text: string): number => {
  let good = 0
  let bad = text.length + 1
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (canBegin(text.slice(0, middle))) good = middle
    else bad = middle
  }
  return good
}

/** The line of that character, from 1, where the JavaScript engine names places. */
export const brokenLine = (text: string): number | undefined =>
  canBegin("{") ? text.slice(0, brokenAt(text)).split(/\r\n|[\r\n]/).length : undefined
