/** Chromium, where Debian's package is installed: `apt-get install -y chromium`. */
import { Effect } from "effect"
import { chromium } from "playwright-core"
import { programPath } from "./processes.ts"

const program = programPath("chromium")
export const hasChromium = program !== undefined

/** A browser without a window, until the scope closes. */
export const startChromium = Effect.acquireRelease(
  Effect.suspend(() =>
    program === undefined
      ? Effect.die("chromium is not installed")
      : Effect.promise(() => chromium.launch({ executablePath: program, args: ["--no-sandbox"] }))
  ),
  (browser) => Effect.promise(() => browser.close())
)
