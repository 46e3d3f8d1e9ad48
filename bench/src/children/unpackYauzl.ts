/** Unpacks an archive as the README of yauzl shows it, into a directory beside it. */
import { createWriteStream } from "node:fs"
import { mkdir } from "node:fs/promises"
import * as path from "node:path"
import { pipeline } from "node:stream/promises"
import * as yauzl from "yauzl"
import { report } from "./report.ts"

const [, , archive = ""] = process.argv
const root = archive.replace(/\.zip$/, "")

await report(async () => {
  const zip = await yauzl.openPromise(archive)
  for await (const entry of zip.eachEntry()) {
    const place = path.join(root, entry.fileName)
    await mkdir(path.dirname(place), { recursive: true })
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(place))
  }
})
