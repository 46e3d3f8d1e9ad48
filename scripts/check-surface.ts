/**
 * Checks the public surface: what each public module declares, without comments, stands in `test/surface`, and so does
 * what an editor shows of `test/types/hover.ts`. A name that goes or changes fails here. Where the change is meant, write
 * the files anew with `npm run check:surface -- --update`, and review them.
 */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import manifest from "../package.json" with { type: "json" }

const cache = "node_modules/.cache/surface"
const expected = "test/surface"
const tsc = "node_modules/typescript/bin/tsc"

const project = {
  extends: path.resolve("tsconfig.json"),
  compilerOptions: {
    noEmit: false,
    emitDeclarationOnly: true,
    declaration: true,
    removeComments: true,
    rootDir: path.resolve("."),
    outDir: path.resolve(cache, "dist")
  },
  include: [],
  files: ["src/index.ts", "test/types/hover.ts"].map((file) => path.resolve(file))
}

fs.rmSync(cache, { recursive: true, force: true })
fs.mkdirSync(cache, { recursive: true })
fs.writeFileSync(`${cache}/tsconfig.json`, JSON.stringify(project))
execFileSync(process.execPath, [tsc, "-p", `${cache}/tsconfig.json`], { stdio: "inherit" })

/** What a file declares, and behind it what the files declare from which it exports again. */
const declared = (file: string): string => {
  const text = fs.readFileSync(path.join(cache, "dist", file), "utf8")
  const others = [...text.matchAll(/^export .* from "(\.[^"]+)\.ts";$/gm)].map(([, from = ""]) =>
    path.join(path.dirname(file), `${from}.d.ts`)
  )
  return [text, ...[...new Set(others)].map((other) => `// ${other}\n${declared(other)}`)].join("\n")
}
const modules = Object.entries(manifest.exports).flatMap(([specifier, target]) =>
  typeof target === "object" && specifier !== "." ? [[specifier.slice(2), target.types] as const] : []
)
const surface = new Map([
  ...modules.map(([name, types]) => [`${name}.txt`, declared(types.replace("./dist/", "src/"))] as const),
  ["hover.txt", declared("test/types/hover.d.ts")]
])

if (process.argv.includes("--update")) {
  fs.rmSync(expected, { recursive: true, force: true })
  fs.mkdirSync(expected)
  for (const [name, text] of surface) fs.writeFileSync(path.join(expected, name), text)
}

// The endpoints of an HttpApi are a union that TypeScript infers, and whose members it writes in another order in each
// run. Such a file is compared by its words.
const comparable = (text: string) =>
  text.includes("HttpApiEndpoint.HttpApiEndpoint<") ? (text.match(/[\w"./:$-]+/g) ?? []).toSorted().join("\n") : text

const known = fs.readdirSync(expected)
const changed = [
  ...known.filter((name) => !surface.has(name)),
  ...[...surface].flatMap(([name, text]) =>
    known.includes(name) && comparable(fs.readFileSync(path.join(expected, name), "utf8")) === comparable(text)
      ? []
      : [name]
  )
]
for (const name of changed) console.error(`The public surface changed: ${expected}/${name}`)
if (changed.length > 0)
  console.error("Where that is meant: npm run check:surface -- --update, and review the difference.")
console.log(`${surface.size} surfaces compared, ${changed.length} changed`)
process.exitCode = changed.length === 0 ? 0 : 1
