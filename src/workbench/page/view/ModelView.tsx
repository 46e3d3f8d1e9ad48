/** A model in 3D, with everything to look at it. */
import { useState } from "preact/hooks"
import type { ModelFile } from "../../Api.ts"
import { Camera, keys, keysHelp } from "./Camera.tsx"
import { Facts, useFacts } from "./Facts.tsx"
import { Maps, Picture } from "./Picture.tsx"
import { type FileSource, nameOf } from "./source.ts"
import { type Shown, Switches } from "./Switches.tsx"
import { type StageState, useStage } from "./useStage.ts"

interface Props {
  readonly source: FileSource
  readonly file: ModelFile
  readonly files: ReadonlyArray<ModelFile>
}

/** What stands over the canvas while there is no model on it. */
function Curtain({ file, source, state }: Omit<Props, "files"> & { readonly state: StageState }) {
  if (state.name === "shown") return null
  if (state.name === "loading")
    return (
      <p class="view-curtain" role="status">
        Loading {nameOf(file.path)} …
      </p>
    )
  return (
    <div class="view-curtain" role="alert">
      {file.preview === undefined ? null : (
        <Picture source={source} path={file.preview} alt={`Preview of ${nameOf(file.path)}`} class="view-preview" />
      )}
      <p>
        {state.isBrowser
          ? `This browser shows no 3D: ${state.message} Turn hardware acceleration or WebGL on in its settings.`
          : `${nameOf(file.path)} cannot be shown: ${state.message}`}
      </p>
    </div>
  )
}

const first: Shown = { look: "shaded", wireframe: false, grid: false, clip: undefined, backdrop: "studio" }

export function ModelView({ file, files, source }: Props) {
  const [shown, setShown] = useState(first)
  const [isTurning, setTurning] = useState(false)
  const { canvas, stage, state } = useStage({ source, file, files, switches: shown, onTurning: setTurning })
  const facts = useFacts(source, file)
  const holds = state.name === "shown" ? state.holds : undefined
  const onKeyDown = (event: KeyboardEvent) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key]
    if (act === undefined || stage === undefined) return
    event.preventDefault()
    act(stage)
  }
  return (
    <div class="view-model">
      <div class="view-stage" data-backdrop={shown.backdrop} data-state={state.name}>
        <canvas
          ref={canvas}
          tabIndex={0}
          role="application"
          aria-label={`${nameOf(file.path)} in 3D. ${keysHelp}`}
          onKeyDown={onKeyDown}
        />
        {holds !== undefined && shown.look === "maps" ? <Maps maps={holds.maps} /> : null}
        <Curtain source={source} file={file} state={state} />
        <Camera stage={stage} isTurning={isTurning} />
      </div>
      <Switches shown={shown} clips={holds?.clips ?? []} onChange={(change) => setShown({ ...shown, ...change })} />
      <Facts file={file} facts={facts} holds={holds} />
    </div>
  )
}
