/**
 * Chromium without a window, for tests of the workbench's page. Debian has it: `apt-get install -y chromium`.
 *
 * **Gotchas**
 *
 * - A machine without a graphics card draws WebGL in software, and slowly: a picture of a model takes seconds.
 * - Playwright is loaded with the first browser, not with this file.
 */
import { Effect } from "effect"
import type { BrowserContextOptions, Page } from "playwright-core"
import { programPath } from "./processes.ts"

const program = programPath("chromium")
export const hasChromium = program !== undefined

const args = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--hide-scrollbars"]

/** Runs until the scope closes. `switches` are more of its own. */
export const startBrowser = (switches: ReadonlyArray<string> = []) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const { chromium } = await import("playwright-core")
      return chromium.launch({
        ...(program === undefined ? {} : { executablePath: program }),
        // Chromium refuses to run as root in its sandbox.
        chromiumSandbox: process.getuid?.() !== 0,
        args: [...args, ...switches],
        timeout: 120_000
      })
    }),
    (browser) => Effect.promise(() => browser.close())
  )

type Started = Effect.Success<ReturnType<typeof startBrowser>>

/** A page, and what went wrong in it: errors of scripts and of the console, which has those of the policy, too. */
export interface Watched {
  readonly page: Page
  readonly problems: ReadonlyArray<string>
  /** The hosts that it has sent requests to. */
  readonly hosts: ReadonlySet<string>
}

/** A page with a profile of its own, until the scope closes. */
export const newPage = (browser: Started, options: BrowserContextOptions = {}) =>
  Effect.acquireRelease(
    Effect.promise(() =>
      browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options })
    ),
    (context) => Effect.promise(() => context.close())
  ).pipe(
    Effect.flatMap((context) => Effect.promise(() => context.newPage())),
    Effect.map((page): Watched => {
      const problems: Array<string> = []
      const hosts = new Set<string>()
      page.setDefaultTimeout(150_000)
      page.on("pageerror", (error) => problems.push(`uncaught: ${error.message}`))
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(`console: ${message.text()}`)
      })
      page.on("request", (request) => {
        const url = new URL(request.url())
        if (url.protocol !== "blob:" && url.protocol !== "data:") hosts.add(url.host)
      })
      return { page, problems, hosts }
    })
  )

/** The colours of a PNG, made smaller: red, green, blue and alpha of each of 64 by 48 points. */
export const colours = (browser: Started, png: Buffer) =>
  Effect.acquireUseRelease(
    Effect.promise(() => browser.newPage()),
    (page) =>
      Effect.promise(() =>
        page.evaluate(async (base64) => {
          const image = new Image()
          image.src = `data:image/png;base64,${base64}`
          await image.decode()
          const context = new OffscreenCanvas(64, 48).getContext("2d")
          context?.drawImage(image, 0, 0, 64, 48)
          return Array.from(context?.getImageData(0, 0, 64, 48).data ?? [])
        }, png.toString("base64"))
      ),
    (page) => Effect.promise(() => page.close())
  )

/** How many of a hundred points have a colour, and are not grey. */
export const colourful = (points: ReadonlyArray<number>) => {
  let found = 0
  for (let i = 0; i < points.length; i += 4) {
    const [red = 0, green = 0, blue = 0] = points.slice(i, i + 3)
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 50) found++
  }
  return (found / (points.length / 4)) * 100
}

/** How much two pictures differ, from 0 to 255, on average over their points. */
export const difference = (one: ReadonlyArray<number>, other: ReadonlyArray<number>) =>
  one.reduce((sum, value, i) => sum + Math.abs(value - (other[i] ?? 0)), 0) / one.length
