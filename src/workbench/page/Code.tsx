/** The panel Code: the call of the panel Generate in other forms. */
import { useState } from "preact/hooks"
import type { Sample } from "../Api.ts"
import type { Client, Request } from "./client.ts"
import { Listing, Problem, useAsked } from "./ui.tsx"

export function Code(props: { readonly client: Client; readonly kind: string; readonly request: Request }) {
  const { client, kind, request } = props
  const [name, setName] = useState<Sample["name"]>("curl")
  const { answer: samples, error } = useAsked(() => client.code(kind, request), JSON.stringify([kind, request]), 0)
  const shown = samples?.find((sample) => sample.name === name) ?? samples?.[0]
  return (
    <>
      <p class="quiet">The {kind} job of the panel Generate, as others send it.</p>
      <Problem error={error} />
      <fieldset class="kinds">
        <legend>Language</legend>
        {samples?.map((sample) => (
          <label key={sample.name}>
            <input
              type="radio"
              name="sample"
              checked={sample.name === shown?.name}
              onChange={() => setName(sample.name)}
            />
            <span>{sample.title}</span>
          </label>
        ))}
      </fieldset>
      {shown === undefined ? null : <Listing title={shown.title} note={shown.needs} text={shown.code} />}
    </>
  )
}
