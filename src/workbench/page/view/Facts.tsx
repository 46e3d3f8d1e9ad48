/** What a file is and holds, and what the validator found in it. */
import { useEffect, useState } from "preact/hooks"
import type { ModelFacts, ModelFile } from "../../Api.ts"
import type { FacesAndMaps } from "./scene/exhibit.ts"
import { type FileSource, messageOf, nameOf } from "./source.ts"

const number = new Intl.NumberFormat("en-GB")

export const sizeOf = (bytes: number) => {
  if (bytes < 1000) return `${bytes} bytes`
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, "kB"] : [bytes / 1_000_000, "MB"]
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`
}

/** The server's answer about a file, or why there is none. */
export const useFacts = (source: FileSource, file: ModelFile) => {
  const [answer, setAnswer] = useState<ModelFacts | string>()
  useEffect(() => {
    let isOver = false
    setAnswer(undefined)
    source.facts(file.path).then(
      (facts) => {
        if (!isOver) setAnswer(facts)
      },
      (error: unknown) => {
        if (!isOver) setAnswer(messageOf(error))
      }
    )
    return () => {
      isOver = true
    }
  }, [source, file.path, file.modifiedAt])
  return answer
}

function Fact(props: { readonly title: string; readonly value: number | string | undefined }) {
  if (props.value === undefined || props.value === 0) return null
  return (
    <div>
      <dt>{props.title}</dt>
      <dd>{typeof props.value === "number" ? number.format(props.value) : props.value}</dd>
    </div>
  )
}

const pixels = ({ height, width }: ModelFacts["textures"][number]) =>
  width === undefined || height === undefined ? "" : `${width} × ${height}, `

function Validator({ validator }: { readonly validator: NonNullable<ModelFacts["validator"]> }) {
  const { errors, infos, messages, version, warnings } = validator
  const isClean = errors === 0 && warnings === 0
  return (
    <div class="view-validator">
      <p class={isClean ? "view-good" : "view-bad"}>
        {isClean ? "✓ " : "✗ "}
        Khronos glTF validator: {number.format(errors)} {errors === 1 ? "error" : "errors"}, {number.format(warnings)}{" "}
        {warnings === 1 ? "warning" : "warnings"}
        {infos > 0 ? `, ${number.format(infos)} notes` : ""}
      </p>
      {messages.length === 0 ? null : (
        <ul>
          {messages.map(({ code, message, severity }, index) => (
            <li key={index}>
              <strong>{severity}</strong> <code>{code}</code> {message}
            </li>
          ))}
        </ul>
      )}
      <p class="view-quiet">Version {version}</p>
    </div>
  )
}

interface Props {
  readonly file: ModelFile
  readonly facts: ModelFacts | string | undefined
  /** As it is drawn; the server counts what a file says. */
  readonly holds: FacesAndMaps | undefined
}

export function Facts({ facts: answer, file, holds }: Props) {
  const facts = typeof answer === "object" ? answer : undefined
  return (
    <section class="view-facts" aria-label="Facts">
      <h3>{nameOf(file.path)}</h3>
      <dl>
        <Fact title="Faces" value={facts?.faces ?? holds?.faces} />
        <Fact title="Vertices" value={facts?.vertices ?? holds?.vertices} />
        <Fact title="Meshes" value={facts?.meshes ?? holds?.meshes} />
        <Fact title="Materials" value={facts?.materials} />
        <Fact title="Skins" value={facts?.skins} />
        <Fact title="Animations" value={facts?.animations ?? holds?.clips.length} />
        <Fact title="File" value={`${file.format.toUpperCase()}, ${sizeOf(file.size)}`} />
      </dl>
      {facts === undefined || facts.textures.length === 0 ? null : (
        <>
          <h4>Textures</h4>
          <ul class="view-textures">
            {facts.textures.map((texture, index) => (
              <li key={index}>
                <span>{texture.name || `Texture ${index + 1}`}</span>
                <span class="view-quiet">
                  {pixels(texture)}
                  {sizeOf(texture.size)}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {facts?.validator === undefined ? null : <Validator validator={facts.validator} />}
      {typeof answer === "string" ? <p class="view-quiet">{answer}</p> : null}
    </section>
  )
}
