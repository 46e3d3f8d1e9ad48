/**
 * The panel View: the files of the workbench's folder, and the one that is looked at. Models are shown in 3D, pictures
 * as pictures, and of anything else its name and size.
 */
import type { ModelFile } from "../../Api.ts"
import { sizeOf } from "./Facts.tsx"
import { FileList, listed } from "./FileList.tsx"
import { ModelView } from "./ModelView.tsx"
import { Picture } from "./Picture.tsx"
import { type FileSource, isModel, nameOf } from "./source.ts"

interface Props {
  readonly client: FileSource
  /** The file to look at; the newest model, unless it is given. */
  readonly path?: string
  readonly files: ReadonlyArray<ModelFile>
  readonly onOpen: (path: string) => void
}

function Looked({ client, file, files }: Pick<Props, "client" | "files"> & { readonly file: ModelFile }) {
  if (isModel(file)) return <ModelView source={client} file={file} files={files} />
  const name = nameOf(file.path)
  if (file.format !== "image") {
    return (
      <p class="view-note">
        {name} is no model and no picture ({sizeOf(file.size)}). It stands in the workbench's folder.
      </p>
    )
  }
  return (
    <figure class="view-picture">
      <Picture source={client} path={file.path} alt={name} class="view-image" />
      <figcaption>
        {name} <span class="view-quiet">{sizeOf(file.size)}</span>
      </figcaption>
    </figure>
  )
}

export function View({ client, files, onOpen, path }: Props) {
  const file = path === undefined ? listed(files)[0] : files.find((file) => file.path === path)
  return (
    <div class="view">
      {files.length === 0 ? <p class="view-note">There is no model yet. Generate one, and it is shown here.</p> : null}
      {file === undefined && path !== undefined ? (
        <p class="view-note">There is no file {path} in the folder.</p>
      ) : null}
      {file === undefined ? null : <Looked client={client} file={file} files={files} />}
      {files.length === 0 ? null : <FileList source={client} files={files} path={file?.path} onOpen={onOpen} />}
    </div>
  )
}
