/** The packages whose code esbuild put into a bundle, and the notices that their licences want. */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Schema from "effect/Schema"

/** What is read of a metafile of esbuild. */
const Metafile = Schema.Struct({
  outputs: Schema.Record(
    Schema.String,
    Schema.Struct({ inputs: Schema.Record(Schema.String, Schema.Struct({ bytesInOutput: Schema.Finite })) })
  )
})

const PackageJson = Schema.Struct({ name: Schema.String, version: Schema.String })

export const readMetafile = Schema.decodeUnknownSync(Schema.fromJsonString(Metafile))
const readManifest = Schema.decodeUnknownSync(Schema.fromJsonString(PackageJson))

export interface Bundled {
  readonly name: string
  readonly version: string
  /** The texts of its licence and notices, as they stand in its folder. */
  readonly texts: ReadonlyArray<string>
}

/** The folders of the packages that gave at least a byte to an output. */
export const foldersOf = ({ outputs }: typeof Metafile.Type): ReadonlyArray<string> => {
  const inputs = Object.values(outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : []))
  )
  const folders = inputs.flatMap((file) => /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [])
  return [...new Set(folders)].toSorted()
}

const isLicence = (file: string) => /^(licen[cs]es?|copying|notices?|third-party-notices)([.-].*)?$/i.test(file)

/** Reads a package's name, version and licence. It fails where there is no text of a licence. */
export const readBundled = (folder: string): Bundled => {
  const manifest = readManifest(fs.readFileSync(path.join(folder, "package.json"), "utf8"))
  const files = fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && isLicence(entry.name))
  const texts = files.map(({ name }) => fs.readFileSync(path.join(folder, name), "utf8").trim())
  if (!files.some(({ name }, index) => !/notice/i.test(name) && texts[index] !== "")) {
    throw new Error(
      `${manifest.name} is bundled and its folder has no licence: bundle another package, or ask its author.`
    )
  }
  return { name: manifest.name, version: manifest.version, texts }
}

/** The heading of a package in the notices. */
export const titleOf = ({ name, version }: Bundled): string => `## ${name} ${version}`

export const renderNotices = (packages: ReadonlyArray<Bundled>): string =>
  [
    "# Notices",
    "The program `hunyuan3d` and the page of its workbench contain code of these packages, under these licences.",
    ...packages.flatMap((bundled) => [
      titleOf(bundled),
      // Indented, so that no text ends the block that it stands in.
      ...bundled.texts.map((text) => text.replaceAll(/^(?=.)/gm, "    "))
    ])
  ].join("\n\n") + "\n"
