/** The workbench in a browser, as a person uses it: with the mouse, by keyboard, on a small screen, in the dark. */
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { assert, describe, layer } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import type { BrowserContextOptions, Page } from "playwright-core"
import * as Fake from "../../src/testing/Fake.ts"
import { forms } from "../cli/captured/forms.ts"
import { png } from "../files/images.ts"
import { colourful, colours, difference, hasChromium, newPage, startBrowser } from "../support/browser.ts"
import { requestOf, wrongs } from "../support/tc3Mistakes.ts"
import { buildWorkbench, startWorkbench } from "../support/workbench.ts"

const make = Effect.gen(function* () {
  const program = yield* buildWorkbench
  const [browser, { url }] = yield* Effect.all([startBrowser(), startWorkbench(program)], { concurrency: 2 })
  return { browser, url, program }
})

class Started extends Context.Service<Started, Effect.Success<typeof make>>()("test/workbench/browser/Started") {}

/** Pictures of the runs stay here, for whom a test has failed. */
const screenshots = fileURLToPath(new URL("../../node_modules/.cache/screenshots/", import.meta.url))
fs.mkdirSync(screenshots, { recursive: true })

const open = Effect.fnUntraced(function* (options: BrowserContextOptions = {}) {
  const { browser, url } = yield* Started
  const watched = yield* newPage(browser, options)
  yield* Effect.promise(() => watched.page.goto(url))
  yield* Effect.promise(() => watched.page.getByRole("tab", { name: "Generate" }).waitFor())
  return { ...watched, url, shown: (name: string) => watched.page.screenshot({ path: path.join(screenshots, name) }) }
})

const panels = ["Generate", "Jobs", "View", "Sign", "Code", "Requests", "Look-up"]
const go = (page: Page, panel: string) => page.getByRole("tab", { name: panel }).click()

const stage = (page: Page) => page.locator('.view-stage[data-state="shown"]')

/** The stage as a picture, once it has drawn. */
const pictured = Effect.fnUntraced(function* (page: Page) {
  const { browser } = yield* Started
  const picture = yield* Effect.promise(async () => {
    await stage(page).waitFor()
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
    return stage(page).screenshot()
  })
  return yield* colours(browser, picture)
})

/** A curl command whose signature was made for the host with a slash behind it. */
const refused = () => {
  const host = "hunyuan.intl.tencentcloudapi.com"
  const recipe = {
    method: "POST",
    host,
    path: "/",
    query: "",
    contentType: "application/json; charset=utf-8",
    action: "QueryHunyuanTo3DProJob",
    payload: '{"JobId":"1375367755519696896"}',
    timestamp: "1551113065",
    date: "2019-02-25",
    service: "hunyuan",
    signedHeaders: ["content-type", "host"],
    secretId: Fake.credential.secretId,
    secretKey: Redacted.value(Fake.credential.secretKey)
  }
  const mistakes = wrongs.filter(({ name }) => name === "Host").slice(0, 1)
  const headers = Object.entries(requestOf(recipe, mistakes).headers)
  const written = headers.map(([name, value = ""]) => [name, value] as const)
  return forms["a curl command"]?.({ host, headers: written, body: recipe.payload }) ?? ""
}

const generate = async (page: Page) => {
  await page.getByRole("textbox", { name: /^Prompt/ }).fill("a brass teapot")
  await page.getByRole("button", { name: "Generate", exact: true }).click()
  await page.getByRole("button", { name: "Look at it in 3D" }).waitFor()
}

describe.skipIf(!hasChromium)("the workbench in a browser", { timeout: 600_000 }, () => {
  layer(Layer.effect(Started, make), { timeout: "5 minutes", excludeTestServices: true })((it) => {
    it.effect(
      "a person generates a model, watches its job, looks at it, and sees how the call is signed, written and sent",
      () =>
        Effect.gen(function* () {
          const { hosts, page, problems, shown, url } = yield* open()
          yield* Effect.promise(async () => {
            assert.notInclude(page.url(), "token")
            await generate(page)
            await shown("generate.png")
            await go(page, "Jobs")
            await page.getByText("is downloaded").first().waitFor()
            assert.include(await page.getByRole("tabpanel").innerText(), "a brass teapot")
            await shown("jobs.png")
            await page.getByRole("button", { name: "Look at it in 3D" }).first().click()
          })
          const shaded = yield* pictured(page)
          yield* Effect.promise(async () => {
            await shown("view.png")
            await page.getByText("0 errors, 0 warnings").waitFor()
            await page.getByLabel("Normals").check({ force: true })
          })
          const normals = yield* pictured(page)
          assert.isAbove(colourful(normals), 3)
          assert.isAbove(difference(shaded, normals), 3)
          yield* Effect.promise(async () => {
            await go(page, "Sign")
            await page.getByText("TC3-HMAC-SHA256 Credential=").first().waitFor()
            await shown("sign.png")
            await go(page, "Code")
            await page.getByText("SubmitHunyuanTo3DProJob").first().waitFor()
            await shown("code.png")
            await go(page, "Requests")
            await page.getByText("QueryHunyuanTo3DProJob").first().click()
            await page.getByText("request id").first().waitFor()
            await shown("requests.png")
            await go(page, "Look-up")
            await page.getByLabel("Search kinds, fields and error codes").fill("SignatureExpire")
            await page.getByText("AuthFailure.SignatureExpire").waitFor()
            await shown("look-up.png")
          })
          assert.deepEqual(problems, [])
          assert.deepEqual([...hosts], [new URL(url).host])
        })
    )

    it.effect("the way from a prompt to a turned model needs no mouse", () =>
      Effect.gen(function* () {
        const { page, problems } = yield* open()
        const { keyboard } = page
        /** Tabs on until what has the focus is named so. */
        const tabTo = async (name: string) => {
          for (let i = 0; i < 80; i++) {
            await keyboard.press("Tab")
            const focused = await page.evaluate(() => {
              const { activeElement } = document
              return `${activeElement?.getAttribute("aria-label") ?? ""} ${activeElement?.textContent ?? ""} ${activeElement?.id ?? ""}`
            })
            if (focused.includes(name)) return
          }
          assert.fail(`Tab never leads to ${name}`)
        }
        yield* Effect.promise(async () => {
          await tabTo("field-Prompt")
          await keyboard.press("ControlOrMeta+A")
          await keyboard.type("a red rocket")
          await page.getByText("credits").first().waitFor()
          await page.getByRole("button", { name: "Generate", exact: true, disabled: false }).waitFor()
          await tabTo("Generate")
          await keyboard.press("Enter")
          await page.getByRole("button", { name: "Look at it in 3D" }).waitFor()
          await tabTo("Look at it in 3D")
          await keyboard.press("Enter")
          await stage(page).waitFor()
          await tabTo("in 3D. Arrow keys")
        })
        const before = yield* pictured(page)
        yield* Effect.promise(async () => {
          await keyboard.press("ArrowLeft")
          await keyboard.press("+")
          // The camera slows down.
          await page.waitForTimeout(2000)
        })
        assert.isAbove(difference(before, yield* pictured(page)), 1)
        assert.deepEqual(problems, [])
      })
    )

    it.effect("views are images or links, one a side, and a rule that one breaks is said beside them", () =>
      Effect.gen(function* () {
        const { page, problems, shown } = yield* open()
        yield* Effect.promise(async () => {
          await page.getByText("More settings").click()
          const views = page.getByRole("group", { name: "Multi View Images" })
          const left = views.getByLabel("left", { exact: true })
          await left.setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.from(png(256, 256)) })
          await views.getByLabel("top, as a link").fill("https://host.example/top.png")
          await views.getByAltText("The chosen image").waitFor()
          assert.match(await left.inputValue(), /a\.png$/)
          await page.getByText("Set Model to 3.1, or use the views left, right, back only.").waitFor()
          await page.getByLabel("Model", { exact: true }).selectOption("3.1")
          await page.getByRole("button", { name: "Generate", exact: true, disabled: false }).waitFor()
          await shown("views.png")
          await views.getByLabel("left, as a link").fill("https://host.example/left.png")
          await views.getByAltText("The chosen image").waitFor({ state: "detached" })
          assert.strictEqual(await left.inputValue(), "")
          await go(page, "Code")
          await page.getByText("MultiViewImages").first().waitFor()
          await page.getByText("https://host.example/top.png").first().waitFor()
        })
        assert.deepEqual(problems, [])
      })
    )

    it.effect("a captured request that is refused is compared, and what differs is marked", () =>
      Effect.gen(function* () {
        const { page, problems, shown } = yield* open()
        yield* Effect.promise(async () => {
          await go(page, "Sign")
          await page.getByLabel("Captured request").fill(refused())
          await page.getByRole("button", { name: "Find the mistake" }).click()
          await page.getByText("Host", { exact: true }).first().waitFor()
          assert.deepEqual(await page.locator("mark").allInnerTexts(), ["/"])
          await shown("compared.png")
        })
        assert.deepEqual(problems, [])
      })
    )

    it.effect("on a screen 360 pixels wide no panel is wider than the screen", () =>
      Effect.gen(function* () {
        const { page, problems, shown } = yield* open({ viewport: { width: 360, height: 740 }, hasTouch: true })
        yield* Effect.promise(async () => {
          await generate(page)
          for (const panel of panels) {
            await go(page, panel)
            await page.waitForTimeout(300)
            if (panel === "View") await stage(page).waitFor()
            const width = await page.evaluate(() => document.documentElement.scrollWidth)
            assert.isAtMost(width, 360, panel)
            await shown(`mobile-${panel}.png`)
          }
        })
        assert.deepEqual(problems, [])
      })
    )

    it.effect("in the dark each panel is dark, and its text is light", () =>
      Effect.gen(function* () {
        const { page, problems, shown } = yield* open({ colorScheme: "dark" })
        const { browser } = yield* Started
        for (const panel of panels) {
          const picture = yield* Effect.promise(async () => {
            await go(page, panel)
            await page.waitForTimeout(300)
            if (panel === "View") await stage(page).waitFor()
            return shown(`dark-${panel}.png`)
          })
          const points = yield* colours(browser, picture)
          const bright = points.filter((value, i) => i % 4 !== 3 && value > 128).length / points.length
          assert.isBelow(bright, 0.2, panel)
        }
        assert.deepEqual(problems, [])
      })
    )

    it.effect("the page with all of its parts is at most 300 kB, compressed", () =>
      Effect.gen(function* () {
        const { program } = yield* Started
        const built = fs.readdirSync(path.join(program, "workbench"), { recursive: true, withFileTypes: true })
        const sizes = built
          .filter((entry) => entry.isFile())
          .map((entry) => gzipSync(fs.readFileSync(path.join(entry.parentPath, entry.name))).length)
        const total = sizes.reduce((sum, size) => sum + size, 0)
        assert.isAtMost(total, 300_000)
        const { page } = yield* open()
        const loaded = yield* Effect.promise(() =>
          page.evaluate(() => performance.getEntriesByType("navigation").map(({ duration }) => Math.round(duration)))
        )
        console.log(`the page: ${Math.round(total / 1000)} kB, loaded in ${loaded.join()} ms`)
      })
    )
  })
})
