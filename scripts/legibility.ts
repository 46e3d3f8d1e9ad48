/** What a reader sees of a picture: whether Chromium can show it, and whether the texts of an SVG can be read. */
import { pathToFileURL } from "node:url"
import type { Page } from "playwright-core"

/** The pictures that a page of Markdown shows, with its own HTML. */
export const picturesOf = (markdown: string): ReadonlyArray<string> => {
  const text = markdown.replaceAll(/^\s*```.*?^\s*```$/gms, "").replaceAll(/`[^`\n]*`/g, "")
  const found = [
    ...text.matchAll(/!\[[^\]]*\]\(<?([^)\s>]+)/g),
    ...text.matchAll(/<(?:img|source)\b[^>]*?\bsrc(?:set)?="([^"\s]+)/g)
  ]
  return [...new Set(found.map(([, picture = ""]) => picture))]
}

/**
 * Tells, in the browser, what is wrong with the texts of an SVG.
 *
 * A text is garbled where spaces of it are lost, where it is stretched or pressed into another length than its letters
 * have, where it leaves the picture, or where another text lies over it.
 */
const garbled = (): ReadonlyArray<string> => {
  const root = document.querySelector("svg")
  if (root === null) return ["no SVG"]
  const frame = root.getBoundingClientRect()
  const texts = [...root.querySelectorAll("text")].filter((text) => text.textContent.trim() !== "")
  const problems: Array<string> = []
  const boxes = texts.map((text) => {
    const name = `"${text.textContent.trim().slice(0, 40)}"`
    const lost = text.textContent.length - text.getNumberOfChars()
    if (lost > 0 && /\S\s{2,}\S|^\s+\S/.test(text.textContent)) problems.push(`${name} has lost ${lost} spaces`)
    for (const part of [text, ...text.querySelectorAll("tspan")]) {
      const wanted = part.textLength.baseVal.value
      if (!part.hasAttribute("textLength")) continue
      part.removeAttribute("textLength")
      const own = part.getComputedTextLength()
      part.setAttribute("textLength", String(wanted))
      if (Math.abs(wanted / own - 1) > 0.05) {
        problems.push(`${name} is ${Math.round(own)} long and is drawn ${Math.round(wanted)} long`)
      }
    }
    const box = text.getBoundingClientRect()
    if (
      box.left < frame.left - 1 ||
      box.top < frame.top - 1 ||
      box.right > frame.right + 1 ||
      box.bottom > frame.bottom + 1
    ) {
      problems.push(`${name} leaves the picture`)
    }
    return { name, box }
  })
  for (const [index, one] of boxes.entries()) {
    for (const other of boxes.slice(index + 1)) {
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left)
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top)
      // A line's box is higher than its letters, so lines that follow closely touch by a little.
      const overlap = down / Math.min(one.box.height, other.box.height)
      if (across > 1 && overlap > 0.3) problems.push(`${one.name} and ${other.name} lie over each other`)
    }
  }
  return problems
}

/** Shows a picture, and tells what is wrong with it. */
export const problemsOf = async (page: Page, file: string): Promise<ReadonlyArray<string>> => {
  const address = pathToFileURL(file).href
  // From a file, since a page without an address may load none.
  await page.goto(address)
  const size = await page.evaluate(async (source) => {
    const image = new Image()
    image.src = source
    return image.decode().then(
      () => ({ width: image.naturalWidth, height: image.naturalHeight }),
      () => undefined
    )
  }, address)
  if (size === undefined) return ["cannot be decoded"]
  if (size.width === 0 || size.height === 0) return [`is ${size.width} × ${size.height}`]
  return file.endsWith(".svg") ? page.evaluate(garbled) : []
}
