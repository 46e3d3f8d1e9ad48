/**
 * Does what a new user does: installs the package by README's line into an empty folder, with the npm and the Node of
 * each version that we support, and runs README's first example, which has to write a GLB. Build first.
 *
 * Node comes from the npm package `node`. The package itself is not published, so its tarball stands in its place.
 */
import assert from "node:assert/strict"
import { execFileSync, execSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import manifest from "../package.json" with { type: "json" }

/** The npm that each Node comes with. */
const versions = [
  { node: 20, npm: 10 },
  { node: 22, npm: 10 },
  { node: 24, npm: 11 }
]

const readme = fs.readFileSync("README.md", "utf8")
const [line = ""] = new RegExp(`^npm install ${manifest.name}.*$`, "m").exec(readme) ?? []
const [, example = ""] = /```js\n(.*?)```/s.exec(readme) ?? []
assert(line !== "" && example !== "", "README has an install line and an example in JavaScript")

const temporary = fs.mkdtempSync(path.join(os.tmpdir(), "install-"))
try {
  execSync(`npm pack --ignore-scripts --silent --pack-destination "${temporary}"`)
  const tarball = path.join(temporary, `${manifest.name}-${manifest.version}.tgz`)
  for (const { node, npm } of versions) {
    const tools = path.join(temporary, `tools-${node}`)
    fs.mkdirSync(tools)
    execSync(`npm install --silent --no-save --prefix "${tools}" node@${node} npm@${npm}`)
    const bin = path.join(tools, "node_modules/node/bin/node")
    const folder = path.join(temporary, `node-${node}`)
    fs.mkdirSync(folder)
    // Else npm would install into a folder above that has one.
    fs.writeFileSync(path.join(folder, "package.json"), "{}")
    const env = { ...process.env, PATH: `${path.dirname(bin)}${path.delimiter}${process.env["PATH"]}` }
    const words = line.replace(manifest.name, tarball).split(" ").slice(1)
    execFileSync(bin, [path.join(tools, "node_modules/npm/bin/npm-cli.js"), ...words], {
      cwd: folder,
      env,
      stdio: "pipe"
    })
    fs.writeFileSync(path.join(folder, "teapot.mjs"), example)
    execFileSync(bin, ["teapot.mjs"], { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"] })
    const models = fs.globSync("models/*.glb", { cwd: folder })
    const [model = ""] = models
    assert.equal(models.length, 1, "the example writes one GLB")
    const bytes = fs.readFileSync(path.join(folder, model))
    assert.equal(bytes.toString("latin1", 0, 4), "glTF")
    assert.equal(bytes.readUInt32LE(8), bytes.length)
    console.log(`node ${node}, npm ${npm}: installed in an empty folder, and ${model} has ${bytes.length} bytes`)
  }
} finally {
  fs.rmSync(temporary, { recursive: true, force: true })
}
