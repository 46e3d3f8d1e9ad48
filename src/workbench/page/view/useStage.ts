/** The stage of a canvas, for as long as the canvas is on the page; three.js is loaded for it. */
import { useEffect, useRef, useState } from "preact/hooks"
import type { ModelFile } from "../../Api.ts"
import type { FacesAndMaps } from "./scene/exhibit.ts"
import type { Companions, Stage, Switches } from "./scene/stage.ts"
import { type FileSource, folderOf, isModel, messageOf, nameOf } from "./source.ts"

export type StageState =
  | { readonly name: "loading" }
  | { readonly name: "shown"; readonly holds: FacesAndMaps }
  /** Of the file, or of the browser. */
  | { readonly name: "failed"; readonly isBrowser: boolean; readonly message: string }

const scene = () => import("./scene/stage.ts")

/** Whether things on the page may move by themselves. */
const mayMove = () => !matchMedia("(prefers-reduced-motion: reduce)").matches

const follow = (canvas: HTMLCanvasElement, stage: Stage) => {
  const observer = new ResizeObserver(() => {
    const { clientHeight, clientWidth } = canvas
    if (clientWidth > 0 && clientHeight > 0) stage.resize(clientWidth, clientHeight, devicePixelRatio)
  })
  observer.observe(canvas)
  return observer
}

const companionsOf = (source: FileSource, file: ModelFile, files: ReadonlyArray<ModelFile>): Companions =>
  new Map(
    files
      .filter(({ path }) => folderOf(path) === folderOf(file.path))
      .map(({ path }) => [nameOf(path), () => source.bytes(path)])
  )

const open = async (source: FileSource, file: ModelFile, files: ReadonlyArray<ModelFile>) => {
  if (!isModel(file)) throw new Error("This is no model.")
  const [{ loadModel }, bytes] = await Promise.all([scene(), source.bytes(file.path)])
  return loadModel(file.format, bytes, companionsOf(source, file, files))
}

interface Options {
  readonly source: FileSource
  readonly file: ModelFile
  readonly files: ReadonlyArray<ModelFile>
  readonly switches: Switches
  readonly onTurning: (isTurning: boolean) => void
}

/** Makes the stage once. It is missing until three.js is there. */
const useOneStage = (onTurning: (isTurning: boolean) => void, onProblem: (message: string) => void) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [stage, setStage] = useState<Stage>()
  useEffect(() => {
    let end = () => {}
    let isOver = false
    const begin = async () => {
      const { Stage } = await scene()
      if (isOver || canvas.current === null) return
      const made = new Stage(canvas.current, onTurning)
      const observer = follow(canvas.current, made)
      canvas.current.addEventListener("webglcontextlost", () => onProblem("The browser took the graphics card away."))
      end = () => {
        observer.disconnect()
        made.dispose()
      }
      setStage(made)
    }
    begin().catch((error: unknown) => onProblem(messageOf(error)))
    return () => {
      isOver = true
      end()
    }
  }, [])
  return { canvas, stage }
}

export const useStage = ({ file, files, onTurning, source, switches }: Options) => {
  const [state, setState] = useState<StageState>({ name: "loading" })
  const { canvas, stage } = useOneStage(onTurning, (message) => setState({ name: "failed", isBrowser: true, message }))

  useEffect(() => {
    if (stage === undefined) return
    let isOver = false
    setState({ name: "loading" })
    open(source, file, files).then(
      (model) => {
        if (isOver) return
        setState({ name: "shown", holds: stage.show(model) })
        stage.set(switches)
        stage.turn(mayMove())
      },
      (error: unknown) => {
        if (isOver) return
        stage.clear()
        setState({ name: "failed", isBrowser: false, message: messageOf(error) })
      }
    )
    return () => {
      isOver = true
    }
  }, [stage, file.path, file.modifiedAt])

  useEffect(() => stage?.set(switches), [stage, switches])
  return { canvas, stage, state }
}
