/** Where the view takes files from: the part of the page's client that it needs. */
import type { ModelFacts, ModelFile } from "../../Api.ts"

export interface FileSource {
  readonly bytes: (path: string) => Promise<ArrayBuffer>
  readonly facts: (path: string) => Promise<ModelFacts>
}

interface Model3D extends ModelFile {
  readonly format: "glb" | "obj" | "stl" | "zip"
}

/** Whether the view shows it in 3D. */
export const isModel = (file: ModelFile): file is Model3D =>
  file.format === "glb" || file.format === "obj" || file.format === "stl" || file.format === "zip"

export const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1)

export const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/") + 1)

/** Of anything that was thrown. */
export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
