/**
 * Writes `dist/NOTICES.md`: the licences of the packages whose code is in the bundles. Takes the metafiles of the bundles,
 * and fails where a package has no text of a licence.
 */
import * as fs from "node:fs"
import { foldersOf, readBundled, readMetafile, renderNotices } from "./bundled.ts"

const folders = process.argv.slice(2).flatMap((file) => foldersOf(readMetafile(fs.readFileSync(file, "utf8"))))
const packages = [...new Set(folders)].toSorted().map(readBundled)
fs.writeFileSync("dist/NOTICES.md", renderNotices(packages))
