/**
 * Writes `dist/NOTICES.md`: the licences of the packages whose code is in the bundles. Takes the metafiles of the bundles,
 * and fails where a package has no text of a licence.
 */
import * as fs from "node:fs"
import type { Metafile } from "esbuild"
import { foldersOf, readBundled, renderNotices } from "./bundled.ts"

const outputs = process.argv.slice(2).map((file) => {
  const metafile: Metafile = JSON.parse(fs.readFileSync(file, "utf8"))
  return metafile.outputs
})
const packages = foldersOf(Object.assign({}, ...outputs)).map(readBundled)
fs.writeFileSync("dist/NOTICES.md", renderNotices(packages))
