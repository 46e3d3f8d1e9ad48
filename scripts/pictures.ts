/**
 * Makes the pictures of README and docs, in docs/pictures: from a run of the program and of its page in Chromium.
 *
 *   npx node scripts/pictures.ts           makes them
 *   npx node scripts/pictures.ts --check   makes them again, and tells which ones no longer show what there is
 *
 * **Gotchas**
 *
 * - Ids and times differ from run to run, so a check allows for a little: a picture must have its size, and nearly all of
 *   its points their colour.
 * - The page moves for nobody who does not want it to (`prefers-reduced-motion`), so the camera stands still.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { colours, difference, hasChromium, newPage, startBrowser } from "../test/support/browser.ts"
import { temporaryFolder } from "../test/support/processes.ts"
import { buildWorkbench, startWorkbench } from "../test/support/workbench.ts"
import { pageOf, runInTerminal } from "./pictures/terminal.ts"

const folder = fileURLToPath(new URL("../docs/pictures/", import.meta.url))

/** Of 255, on average: less is what a digit or an edge makes, more is another picture. */
const mostDifference = 6

/** In bytes; a picture is loaded by everybody who reads README. */
const mostSize = 256_000

type Pictures = Map<string, Buffer>

/** The ids of jobs, as one that does not change. */
const steady = (page: Page) =>
  page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const { currentNode } = walker
      currentNode.nodeValue = (currentNode.nodeValue ?? "").replaceAll(/\d{19}/g, "1375367755519696896")
    }
  })

const go = (page: Page, panel: string) => page.getByRole("tab", { name: panel }).click()

const generate = async (page: Page, prompt: string) => {
  await page.getByRole("textbox", { name: /^Prompt/ }).fill(prompt)
  await page.getByRole("button", { name: "Generate", exact: true }).click()
  await page.locator(".card", { hasText: prompt }).getByRole("button", { name: "Look at it in 3D" }).waitFor()
  await page.waitForTimeout(1000)
}

const view = async (page: Page) => {
  await go(page, "View")
  await page.locator('.view-stage[data-state="shown"]').waitFor()
  await page.waitForTimeout(3000)
}

const photograph = async (page: Page, url: string, pictures: Pictures) => {
  const take = async (name: string) => {
    await steady(page)
    await page.evaluate(() => scrollTo(0, 0))
    pictures.set(name, await page.screenshot())
  }
  await page.goto(url)
  for (const prompt of ["a stone lighthouse", "a red rocket", "a brass teapot"]) await generate(page, prompt)
  await take("workbench.png")
  await page.emulateMedia({ colorScheme: "dark" })
  await take("workbench-dark.png")
  await page.emulateMedia({ colorScheme: "light" })
  await go(page, "Jobs")
  await page.waitForTimeout(1000)
  await take("jobs.png")
  await go(page, "Sign")
  await page.getByLabel(/^Time/).fill("1551113065")
  await page.getByText("TC3-HMAC-SHA256 Credential=").first().waitFor()
  await take("sign.png")
  await view(page)
  pictures.set("teapot.png", await page.locator(".view-stage").screenshot({ style: ".view-camera { display: none }" }))
  await page.setViewportSize({ width: 390, height: 844 })
  await view(page)
  await take("mobile.png")
}

/** What `npm start` prints in a terminal that shows pictures. */
const terminal = async (page: Page, home: string) => {
  const output = runInTerminal(["demo"], home, { TERM: "xterm-256color", TERM_PROGRAM: "WezTerm" })
  await page.setContent(pageOf("npm start", output.replaceAll(/\d{19}/g, "1375367755519696896")))
  return page.locator("body").screenshot()
}

const make = Effect.gen(function* () {
  const browser = yield* startBrowser()
  const { url } = yield* startWorkbench(yield* buildWorkbench)
  const home = yield* temporaryFolder("pictures")
  const shell = yield* newPage(browser, { viewport: { width: 1200, height: 900 } })
  const { page } = yield* newPage(browser, { viewport: { width: 1280, height: 800 } })
  const pictures: Pictures = new Map()
  yield* Effect.promise(async () => {
    pictures.set("terminal.png", await terminal(shell.page, home))
    await photograph(page, url, pictures)
  })
  return { browser, pictures }
})

/** What is wrong with a picture, if it is: `made` is what there is now. */
const problemOf = Effect.fnUntraced(function* (
  browser: Effect.Success<typeof make>["browser"],
  name: string,
  made: Buffer
) {
  const file = path.join(folder, name)
  if (!fs.existsSync(file)) return `${name} is not there`
  const kept = fs.readFileSync(file)
  // A PNG says its width and height at these places.
  const size = (png: Buffer) => `${png.readUInt32BE(16)} × ${png.readUInt32BE(20)}`
  if (size(kept) !== size(made)) return `${name} is ${size(kept)}, and it would be ${size(made)} now`
  const differs = difference(yield* colours(browser, kept), yield* colours(browser, made))
  return differs > mostDifference ? `${name} shows something else now (by ${differs.toFixed(1)})` : undefined
})

const check = Effect.gen(function* () {
  const { browser, pictures } = yield* make
  const problems: Array<string> = []
  for (const [name, png] of pictures) {
    const problem = yield* problemOf(browser, name, png)
    if (problem !== undefined) problems.push(problem)
  }
  for (const problem of problems) console.error(`${problem}: npm run pictures`)
  if (problems.length > 0) process.exitCode = 1
  else console.log(`${pictures.size} pictures show what there is`)
})

const write = Effect.gen(function* () {
  const { pictures } = yield* make
  fs.mkdirSync(folder, { recursive: true })
  for (const [name, png] of pictures) {
    fs.writeFileSync(path.join(folder, name), png)
    console.log(`${name} ${Math.round(png.length / 1000)} kB`)
    if (png.length > mostSize) console.warn(`${name} has more than ${mostSize} bytes`)
  }
})

if (!hasChromium) console.warn("Chromium is not installed: the pictures are neither made nor checked.")
else await Effect.runPromise(Effect.scoped(process.argv.includes("--check") ? check : write))
