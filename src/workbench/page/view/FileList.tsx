/** The files of the folder that can be looked at, the newest first. */
import type { ModelFile } from "../../Api.ts"
import { sizeOf } from "./Facts.tsx"
import { Picture } from "./Picture.tsx"
import { type FileSource, folderOf, isModel, nameOf } from "./source.ts"

/** Above this many, pictures would ask for too much at once. */
const mostPictures = 40

/** Without the pictures of models, which are shown with those. */
export const listed = (files: ReadonlyArray<ModelFile>) => {
  const previews = new Set(files.filter(isModel).map(({ preview }) => preview))
  return files
    .filter(({ path }) => !previews.has(path))
    .toSorted((a, b) => Number(isModel(b)) - Number(isModel(a)) || b.modifiedAt - a.modifiedAt)
}

interface Props {
  readonly source: FileSource
  readonly files: ReadonlyArray<ModelFile>
  readonly path: string | undefined
  readonly onOpen: (path: string) => void
}

export function FileList({ files, onOpen, path, source }: Props) {
  return (
    <nav class="view-files" aria-label="Files">
      <ul>
        {listed(files).map((file, index) => {
          const picture = file.format === "image" ? file.path : file.preview
          return (
            <li key={file.path}>
              <button type="button" aria-current={file.path === path} onClick={() => onOpen(file.path)}>
                {picture === undefined || index >= mostPictures ? (
                  <span class="view-thumb">{file.format}</span>
                ) : (
                  <Picture source={source} path={picture} alt="" class="view-thumb" />
                )}
                <span class="view-name">
                  <span>{nameOf(file.path)}</span>
                  <span class="view-quiet">
                    {folderOf(file.path)} {sizeOf(file.size)}
                  </span>
                </span>
              </button>
            </li>
          )
        })}
      </ul>
    </nav>
  )
}
