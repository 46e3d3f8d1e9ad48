/** What one can change about the way a model is looked at. */
import type { Backdrop, Look } from "./looks.ts"
import { backdropTitles, backdrops, looks, lookTitles } from "./looks.ts"

export interface Shown {
  readonly look: Look
  readonly wireframe: boolean
  readonly grid: boolean
  readonly clip: number | undefined
  readonly backdrop: Backdrop
}

interface Props {
  readonly shown: Shown
  readonly clips: ReadonlyArray<string>
  readonly onChange: (change: Partial<Shown>) => void
}

function Choice<A extends string>(props: {
  readonly legend: string
  readonly values: ReadonlyArray<A>
  readonly titles: Readonly<Record<A, string>>
  readonly value: A
  readonly onChange: (value: A) => void
}) {
  return (
    <fieldset class="view-choice">
      <legend>{props.legend}</legend>
      {props.values.map((value) => (
        <label key={value}>
          <input
            type="radio"
            name={`view-${props.legend}`}
            checked={value === props.value}
            onChange={() => props.onChange(value)}
          />
          <span>{props.titles[value]}</span>
        </label>
      ))}
    </fieldset>
  )
}

function Toggle(props: { readonly title: string; readonly value: boolean; readonly onChange: (on: boolean) => void }) {
  return (
    <label class="view-toggle">
      <input
        type="checkbox"
        checked={props.value}
        onChange={({ currentTarget }) => props.onChange(currentTarget.checked)}
      />
      <span>{props.title}</span>
    </label>
  )
}

export function Switches({ clips, onChange, shown }: Props) {
  return (
    <div class="view-switches">
      <Choice
        legend="Material"
        values={looks}
        titles={lookTitles}
        value={shown.look}
        onChange={(look) => onChange({ look })}
      />
      <Choice
        legend="Background"
        values={backdrops}
        titles={backdropTitles}
        value={shown.backdrop}
        onChange={(backdrop) => onChange({ backdrop })}
      />
      <div class="view-toggles">
        <Toggle title="Wireframe" value={shown.wireframe} onChange={(wireframe) => onChange({ wireframe })} />
        <Toggle title="Grid" value={shown.grid} onChange={(grid) => onChange({ grid })} />
        {clips.map((name, index) => (
          <Toggle
            key={name}
            title={`Play ${name}`}
            value={shown.clip === index}
            onChange={(on) => onChange({ clip: on ? index : undefined })}
          />
        ))}
      </div>
    </div>
  )
}
