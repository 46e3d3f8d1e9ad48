/**
 * Checks what would be published, from the tarball itself: its metadata and types (publint, attw), its files, what its
 * modules import, and that every public module loads, and no private one, on each Node that we support. Build first.
 *
 * Unpacked under node_modules/.cache, the package is found by its name and finds its own dependencies.
 */
import assert from "node:assert/strict"
import { execFileSync, execSync, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { gzipSync } from "node:zlib"
import { build } from "esbuild"
import manifest from "../package.json" with { type: "json" }
import { foldersOf, readBundled, readMetafile, titleOf } from "./bundled.ts"

const cache = path.resolve("node_modules/.cache/package")
const unpacked = path.join(cache, "node_modules", manifest.name)
const tarball = path.join(cache, `${manifest.name}-${manifest.version}.tgz`)

fs.rmSync(cache, { recursive: true, force: true })
fs.mkdirSync(unpacked, { recursive: true })
execSync(`npm pack --ignore-scripts --silent --pack-destination "${cache}"`)
execSync(`tar -xzf "${tarball}" -C "${unpacked}" --strip-components=1`)

execSync(`publint run --strict "${tarball}"`, { stdio: "inherit" })

// The files: four for each module of the library; for the program its entry, and the chunks that it loads when needed.
const program = /^(cli|workbench)\//
const chunk = /^dist\/(program|workbench\/chunks)\/[\w-]+\.js$/
const sources = fs.globSync("**/*.ts", { cwd: "src" }).map((file) => file.replaceAll("\\", "/"))
const modules = sources.filter((file) => !program.test(file)).map((file) => file.slice(0, -".ts".length))
const packed = execSync(`tar -tzf "${tarball}"`, { encoding: "utf8" }).trim().split(/\r?\n/)
assert.deepEqual(
  packed
    .map((file) => file.slice("package/".length))
    .filter((file) => !chunk.test(file))
    .toSorted(),
  [
    "AGENTS.md",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "package.json",
    "dist/NOTICES.md",
    "dist/bin.js",
    ...["index.html", "main.css", "main.js"].map((file) => `dist/workbench/${file}`),
    ...fs.globSync("**/*.*", { cwd: "src" }).map((file) => `src/${file.replaceAll("\\", "/")}`),
    ...modules.flatMap((module) => [".js", ".js.map", ".d.ts", ".d.ts.map"].map((ending) => `dist/${module}${ending}`))
  ].toSorted()
)

// The notices name each package whose code is in a bundle, with the text of its licence.
const notices = fs.readFileSync(path.join(unpacked, "dist/NOTICES.md"), "utf8")
for (const metafile of fs.globSync("node_modules/.cache/bundles/*.json")) {
  for (const bundled of foldersOf(readMetafile(fs.readFileSync(metafile, "utf8"))).map(readBundled)) {
    assert(notices.includes(`${titleOf(bundled)}\n`), `dist/NOTICES.md has no licence of ${bundled.name}`)
  }
}

// The exports map lists the public modules by flat names: those that stand in a floor, and not in its internal/.
const floors = new Set(["cloud", "job", "files", "fleet", "testing"])
const open = modules.filter((module) => module === "index" || /^[^/]+\/[A-Z]\w*$/.test(module))
const flat = (module: string) => (module === "index" ? "." : `./${path.basename(module)}`)
assert.deepEqual(
  open.filter((module) => module !== "index" && !floors.has(path.dirname(module))),
  [],
  "public modules stand in a floor"
)
assert.deepEqual(
  Object.fromEntries(Object.entries(manifest.exports).filter(([specifier]) => specifier !== "./package.json")),
  Object.fromEntries(
    open.map((module) => [flat(module), { types: `./dist/${module}.d.ts`, default: `./dist/${module}.js` }])
  ),
  "package.json exports every public module, and nothing else"
)
const specifiers = open.map(flat)
const closed = [...modules, "cli/main"].filter((module) => module !== "index").map((module) => `./${module}`)
execSync(
  `attw --profile esm-only --format table-flipped --no-summary --entrypoints ${specifiers.join(" ")} -- "${tarball}"`,
  { stdio: "inherit" }
)

// What the library imports, dynamic imports included.
const { metafile } = await build({
  entryPoints: modules.map((module) => path.join(unpacked, `dist/${module}.js`)),
  outdir: cache,
  bundle: true,
  write: false,
  metafile: true,
  format: "esm",
  packages: "external"
})
const foreign = Object.values(metafile.inputs)
  .flatMap((input) => input.imports.filter((imported) => imported.external))
  .map((imported) => `${imported.kind} ${imported.path}`)
assert.deepEqual(
  foreign.filter((name) => !/ effect\/(.+\/)?[A-Z]\w*$| @noble\/hashes\/| fflate$|^dynamic-import yauzl$/.test(name)),
  [],
  "the library imports only Effect's modules, by their deep path, @noble/hashes, fflate, and yauzl when it unpacks"
)

// What the smallest uses cost in a bundle.
const bundled = async (contents: string) => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: cache },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    logLevel: "error"
  })
  const bytes = outputFiles[0]?.contents ?? new Uint8Array()
  return { minified: bytes.length, gzipped: gzipSync(bytes).length }
}
await bundled(`export * from "${manifest.name}"`) // for browsers, where a module of Node would be an error
const kind = await bundled(`export * from "${manifest.name}/JobKind"`)
assert(kind.minified < 100_000, `JobKind alone is ${kind.minified} bytes minified, and must stay below 100 kB`)
console.log(`JobKind alone: ${kind.minified} bytes minified`)
const query = await bundled(`
  import * as Layer from "effect/Layer"
  import * as FetchHttpClient from "effect/http/FetchHttpClient"
  import * as Credentials from "${manifest.name}/Credentials"
  import * as QueryJob from "${manifest.name}/QueryJob"
  export const layer = (credential) =>
    QueryJob.layer.pipe(Layer.provide([FetchHttpClient.layer, Credentials.layer(credential)]))
`)
assert(query.gzipped < 80_000, `QueryJob over fetch is ${query.gzipped} bytes gzipped, and must stay below 80 kB`)
console.log(`QueryJob over fetch: ${query.minified} bytes minified, ${query.gzipped} gzipped`)

// In a bundle of several files, as the program is one, a CommonJS module such as yauzl has a default export alone.
const empty = path.join(cache, "empty.zip")
fs.writeFileSync(empty, "PK\u0005\u0006".padEnd(22, "\0"))
await build({
  stdin: {
    contents: `
      import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
      import * as Effect from "effect/Effect"
      import { openArchive } from ${JSON.stringify(path.join(unpacked, "dist/files/internal/archive.js"))}
      const opened = Effect.scoped(openArchive(${JSON.stringify(empty)}, 22))
      console.log((await Effect.runPromise(Effect.provide(opened, NodeFileSystem.layer))).entries.length)
    `,
    resolveDir: cache
  },
  outdir: path.join(cache, "bundle"),
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` }
})
assert.equal(execFileSync(process.execPath, [path.join(cache, "bundle/stdin.mjs")], { encoding: "utf8" }), "0\n")

// Loading, and the program's own check of the version.
const load = `
  import assert from "node:assert/strict"
  import path from "node:path/posix"
  const load = (entry) => import(path.join("${manifest.name}", entry))
  for (const entry of ${JSON.stringify(specifiers)}) await load(entry)
  for (const entry of ${JSON.stringify(closed)}) {
    await assert.rejects(load(entry), { code: "ERR_PACKAGE_PATH_NOT_EXPORTED" }, entry)
  }
`

const environment = {
  TENCENTCLOUD_SECRET_ID: "AKIDEXAMPLE",
  TENCENTCLOUD_SECRET_KEY: "example",
  XDG_CACHE_HOME: cache
}

/** A Node of a major version: the package that the npm package `node` would install, which needs no install script. */
const nodeOf = (major: number): string | undefined => {
  const platform = process.platform === "win32" ? "win" : process.platform
  const prefix = platform === "darwin" && process.arch === "arm64" ? "node-bin" : "node"
  const name = `${prefix}-${platform}-${process.arch}@${major}`
  const npx = spawnSync(`npx --yes --package=${name} -- node -p process.execPath`, { encoding: "utf8", shell: true })
  if (npx.status !== 0) return undefined
  const node = npx.stdout.trim()
  assert.match(execFileSync(node, ["--version"], { encoding: "utf8" }), new RegExp(`^v${major}\\.`))
  return node
}

for (const major of [20, 22, 24]) {
  const node = nodeOf(major)
  if (node === undefined) {
    assert(!process.env["CI"], `node ${major} is not available, and CI must check it`)
    console.log(`node ${major}: not available, not checked`)
    continue
  }
  execFileSync(node, ["--input-type=module", "--eval", load], { cwd: cache, stdio: "inherit" })
  const run = (...args: ReadonlyArray<string>) =>
    spawnSync(node, [path.join(unpacked, "dist/bin.js"), ...args], { encoding: "utf8", env: environment })
  const help = run("--help")
  if (major < 22) {
    assert.notEqual(help.status, 0, "the program does not start on an old Node")
    assert.match(help.stderr, /^[^\n]*Node[^\n]*\n$/, "it says in one sentence which Node it needs")
  } else {
    assert.equal(help.status, 0, help.stderr)
    assert.match(help.stdout, /hunyuan3d <subcommand>/)
    // Chunks that only some commands load: the fake, and undici.
    assert.match(run("query", "1375367755519696896", "--transport", "fake").stderr, /There is no job/)
    assert.match(run("query", "1375367755519696896", "--endpoint", "http://127.0.0.1:9").stderr, /ECONNREFUSED/)
  }
  console.log(`node ${major}: ${open.length} modules load, ${closed.length} private ones do not, the program answers`)
}
