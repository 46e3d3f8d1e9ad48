/** The documentation site in Chromium, opened from its files: nothing is served, and nothing is loaded from elsewhere. */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { problemsOf } from "../scripts/legibility.ts"
import { hasChromium, newPage, startBrowser } from "./support/browser.ts"
import { temporaryFolder } from "./support/processes.ts"

const folder = path.resolve("node_modules/.cache/site-in-test")

const openPage = (width: number) =>
  Effect.flatMap(startBrowser(), (browser) => newPage(browser, { viewport: { width, height: 800 } }))

const isWiderThanWindow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)

describe.skipIf(!hasChromium)("the documentation site", () => {
  beforeAll(() => {
    execFileSync(process.execPath, ["scripts/site.ts", folder], { stdio: ["ignore", "ignore", "inherit"] })
  }, 120_000)

  it.live("finds a name by its part with the keyboard alone, and opens its place in the reference", () =>
    Effect.gen(function* () {
      const { hosts, page, problems } = yield* openPage(1280)
      yield* Effect.promise(async () => {
        await page.goto(pathToFileURL(path.join(folder, "docs/errors.html")).href)
        await page.keyboard.press("/")
        await page.keyboard.type("freshconnections")
        await page.locator("#results a").first().waitFor()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await page.waitForURL("**/api/TencentCloud.html#layerFreshConnections")
        assert.isTrue(await page.locator("#layerFreshConnections").isVisible())
      })
      assert.deepEqual(problems, [])
      assert.deepEqual([...hosts], [""]) // of files
    })
  )

  it.live("fits a phone, page by page", () =>
    Effect.gen(function* () {
      const { page } = yield* openPage(360)
      const pages = fs.globSync("**/*.html", { cwd: folder })
      const wide: Array<string> = []
      yield* Effect.promise(async () => {
        for (const file of pages) {
          await page.goto(pathToFileURL(path.join(folder, file)).href)
          if (await isWiderThanWindow(page)) wide.push(file)
        }
      })
      assert.deepEqual(wide, [])
    })
  )

  it.live("shows what it found inside a phone's window", () =>
    Effect.gen(function* () {
      const { page } = yield* openPage(360)
      const box = yield* Effect.promise(async () => {
        await page.goto(pathToFileURL(path.join(folder, "index.html")).href)
        await page.locator("#search").fill("expires")
        await page.locator("#results a").first().waitFor()
        return page.locator("#results").boundingBox()
      })
      assert.isAtLeast(box?.x ?? -1, 0)
      assert.isAtMost((box?.x ?? 0) + (box?.width ?? 0), 360)
    })
  )
})

describe.skipIf(!hasChromium)("the check of pictures", () => {
  const look = (svg: string) =>
    Effect.gen(function* () {
      const file = path.join(yield* temporaryFolder("pictures"), "picture.svg")
      fs.writeFileSync(
        file,
        `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="100" font-size="14">${svg}</svg>`
      )
      const { page } = yield* openPage(800)
      return yield* Effect.promise(() => problemsOf(page, file))
    })

  it.live("has nothing against lines that can be read", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* look('<text x="10" y="30">A line</text><text x="10" y="50">and another</text>'), [])
    })
  )

  it.live.each([
    ["spaces are lost", '<text x="10" y="30">A    table</text>', /has lost 3 spaces/],
    ["a text is pressed", '<text x="10" y="30" textLength="40">A long line of letters</text>', /is drawn 40 long/],
    ["a text leaves the picture", '<text x="380" y="30">A line</text>', /leaves the picture/],
    [
      "texts lie over each other",
      '<text x="10" y="30">A line</text><text x="12" y="33">another</text>',
      /lie over each other/
    ]
  ] as const)("finds that %s", ([, svg, expected]) =>
    Effect.gen(function* () {
      const problems = yield* look(svg)
      assert.strictEqual(problems.length, 1)
      assert.match(problems[0] ?? "", expected)
    })
  )

  it.live("finds a file that is no picture", () =>
    Effect.gen(function* () {
      assert.deepEqual(yield* look("<unclosed>"), ["cannot be decoded"])
    })
  )
})
