/** Buttons of the camera, which do what the keys do. */
import type { Stage } from "./scene/stage.ts"

const step = Math.PI / 12

/** The keys of the canvas. */
export const keys: Readonly<Record<string, (stage: Stage) => void>> = {
  ArrowLeft: (stage) => stage.rotate(step * 3, 0),
  ArrowRight: (stage) => stage.rotate(-step * 3, 0),
  ArrowUp: (stage) => stage.rotate(0, step * 2),
  ArrowDown: (stage) => stage.rotate(0, -step * 2),
  "+": (stage) => stage.zoom(1.2),
  "=": (stage) => stage.zoom(1.2),
  "-": (stage) => stage.zoom(1 / 1.2),
  "0": (stage) => stage.fit()
}

export const keysHelp = "Arrow keys turn it, + and - move closer and away, 0 shows all of it."

interface Props {
  readonly stage: Stage | undefined
  readonly isTurning: boolean
}

export function Camera({ isTurning, stage }: Props) {
  const buttons = [
    ["Closer", "+", "+"],
    ["Away", "−", "-"],
    ["Show all", "⤢", "0"]
  ] as const
  return (
    <div class="view-camera" role="group" aria-label="Camera">
      {buttons.map(([title, sign, key]) => (
        <button
          key={key}
          type="button"
          title={`${title} (${key})`}
          aria-label={title}
          onClick={() => stage && keys[key]?.(stage)}
        >
          {sign}
        </button>
      ))}
      <button
        type="button"
        title="Turn it once"
        aria-label="Turn"
        aria-pressed={isTurning}
        onClick={() => stage?.turn(!isTurning)}
      >
        ⟳
      </button>
    </div>
  )
}
