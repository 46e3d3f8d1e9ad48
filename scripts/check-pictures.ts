/**
 * Checks the pictures of README, docs/ and the examples in Chromium: each can be decoded, and each text of an SVG can be
 * read. Without `chromium` on the path it says so and checks nothing; in CI that is an error.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { chromium } from "playwright-core"
import { picturesOf, problemsOf } from "./legibility.ts"

const executablePath = (process.env["PATH"] ?? "")
  .split(path.delimiter)
  .map((folder) => path.join(folder, "chromium"))
  .find((file) => fs.existsSync(file))

const pages = fs.globSync(["*.md", "docs/**/*.md", "examples/**/*.md"], { exclude: ["**/node_modules/**"] })
const pictures = new Set(
  pages.flatMap((page) =>
    picturesOf(fs.readFileSync(page, "utf8"))
      .filter((picture) => !/^[a-z]+:/.test(picture))
      .map((picture) => path.join(path.dirname(page), decodeURIComponent(picture)))
  )
)

if (executablePath === undefined) {
  console.error("There is no chromium on the path: the pictures are not checked.")
  process.exitCode = process.env["CI"] === undefined ? 0 : 1
} else {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] })
  const page = await browser.newPage()
  const problems: Array<string> = []
  for (const picture of pictures) {
    const found = fs.existsSync(picture) ? await problemsOf(page, path.resolve(picture)) : ["is not there"]
    problems.push(...found.map((problem) => `${picture}: ${problem}`))
  }
  await browser.close()
  for (const problem of problems) console.error(problem)
  console.log(`${pictures.size} pictures looked at, ${problems.length} problems`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
