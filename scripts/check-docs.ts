/**
 * Checks the documentation: every `ts` block of the Markdown pages and of the sources' doc comments compiles strictly and
 * runs, every relative link of the pages has a target, and every file that they name exists. A block marked `ts no-run` is only compiled. The blocks import
 * the built package by its name, so build first.
 *
 * Blocks are written to .cache/docs, outside node_modules, where Node strips no types and a package cannot name itself.
 */
import { execFile, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

const cache = ".cache/docs"
const tsc = "node_modules/typescript/bin/tsc"
const timeout = 20_000
const parallel = 2

interface Block {
  readonly origin: string
  readonly file: string
  readonly run: boolean
}

const pages = fs.globSync(["*.md", "docs/**/*.md", "examples/**/*.md"])
const sources = fs.globSync("src/**/*.ts")
const problems: Array<string> = []

// A block's file has as many lines before the code as its origin has, so a message needs only another file name.
const named = (output: string) => output.replaceAll(/\.cache\/docs\/(\S+?)\.\d+\.ts\b/g, "$1").trim()

/** The lines of a file that are prose: all of a page, the doc comments of a source. Other lines are empty. */
const prose = (file: string): Array<string> => {
  const lines = fs.readFileSync(file, "utf8").split(/\r?\n/)
  if (file.endsWith(".md")) return lines
  let inside = false
  return lines.map((line) => {
    if (/^\s*\/\*\*/.test(line)) inside = true
    const text = inside ? (/^\s*\* ?(?!\/)(.*)$/.exec(line)?.[1] ?? "") : ""
    if (line.includes("*/")) inside = false
    return text
  })
}

const blocksOf = (file: string): Array<Block> => {
  const blocks: Array<Block> = []
  let open: { indent: string; info: string; start: number; code: Array<string> } | undefined
  for (const [index, line] of prose(file).entries()) {
    const [, indent = "", info] = /^(\s*)```(.*)$/.exec(line) ?? []
    if (open === undefined) {
      if (info !== undefined) open = { indent, info: info.trim(), start: index + 1, code: [] }
    } else if (info === undefined) {
      open.code.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line)
    } else {
      const { code, info, start } = open
      open = undefined
      const [language, ...flags] = info.split(/\s+/)
      if (language !== "ts") continue
      const origin = `${file}:${start}`
      if (flags.some((flag) => flag !== "no-run")) problems.push(`${origin}: unknown flag in "${info}"`)
      const block = path.join(cache, `${file}.${start}.ts`)
      fs.mkdirSync(path.dirname(block), { recursive: true })
      fs.writeFileSync(block, `// ${origin}${"\n".repeat(start)}${code.join("\n")}\n`)
      blocks.push({ origin, file: block, run: flags.length === 0 })
    }
  }
  if (open !== undefined) problems.push(`${file}:${open.start}: a block that nothing closes`)
  return blocks
}

const compile = (blocks: ReadonlyArray<Block>) => {
  const project = {
    extends: path.resolve("tsconfig.json"),
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    files: blocks.map((block) => path.resolve(block.file))
  }
  fs.writeFileSync(`${cache}/tsconfig.json`, JSON.stringify(project))
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", `${cache}/tsconfig.json`], { encoding: "utf8" })
  if (status !== 0) problems.push(named(stdout))
}

const run = (block: Block) =>
  new Promise<void>((resolve) => {
    execFile(process.execPath, [block.file], { timeout, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
      if (error?.killed) problems.push(`${block.origin}: still running after ${timeout / 1000} s`)
      else if (error) problems.push(`${block.origin}: failed\n${named(stdout + stderr)}`)
      resolve()
    })
  })

const runAll = async (blocks: ReadonlyArray<Block>) => {
  const queue = blocks.values()
  const worker = async () => {
    for (const block of queue) await run(block)
  }
  await Promise.all(Array.from({ length: parallel }, worker))
}

/** A page with the same lines, those of code blocks empty. */
const withoutBlocks = (page: string) =>
  fs.readFileSync(page, "utf8").replaceAll(/^\s*```.*?^\s*```$/gms, (block) => block.replaceAll(/[^\n]/g, ""))

/** The anchors of a page, as GitHub makes them. */
const anchorsOf = (page: string): Set<string> => {
  const anchors = new Set<string>()
  const text = withoutBlocks(page)
  for (const [, heading = ""] of text.matchAll(/^#+ +(.*?) *$/gm)) {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-")
    let unique = slug
    for (let count = 1; anchors.has(unique); count++) unique = `${slug}-${count}`
    anchors.add(unique)
  }
  for (const [, id = ""] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id)
  return anchors
}

const checkLinks = (page: string) => {
  for (const [index, line] of withoutBlocks(page).split("\n").entries()) {
    for (const [, link = ""] of line.replaceAll(/`[^`]*`/g, "").matchAll(/\]\(<?([^)\s>]+)/g)) {
      if (/^[a-z]+:/.test(link)) continue
      const [to = "", anchor] = link.split("#")
      const target = to === "" ? page : path.join(path.dirname(page), decodeURIComponent(to))
      if (!fs.existsSync(target)) problems.push(`${page}:${index + 1}: nothing at ${link}`)
      else if (anchor !== undefined && target.endsWith(".md") && !anchorsOf(target).has(anchor)) {
        problems.push(`${page}:${index + 1}: no heading for ${link}`)
      }
    }
  }
}

/** The files that a page names, as a recipe or a table does. */
const checkFiles = (page: string) => {
  for (const [index, line] of withoutBlocks(page).split("\n").entries()) {
    for (const [, file = ""] of line.matchAll(/`((?:src|test|scripts|docs|examples)\/[\w./-]+)`/g)) {
      if (!fs.existsSync(file)) problems.push(`${page}:${index + 1}: there is no ${file}`)
    }
  }
}

fs.rmSync(cache, { recursive: true, force: true })
fs.mkdirSync(cache, { recursive: true })
const blocks = [...pages, ...sources].flatMap(blocksOf)
const runnable = blocks.filter((block) => block.run)
pages.forEach(checkLinks)
pages.forEach(checkFiles)
if (blocks.length > 0) compile(blocks)
await runAll(runnable)
for (const problem of problems) console.error(problem)
console.log(`${blocks.length} blocks compiled, ${runnable.length} run, ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
